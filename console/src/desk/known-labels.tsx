// Labels that are in use, for a field to suggest: `<input list={id}>`.
import { useQuery } from '@tanstack/react-query';
import * as calls from '../api/calls';

export function KnownLabels({ id }: { id: string }) {
  const known = useQuery({ queryKey: ['labels'], queryFn: calls.labels, staleTime: 60_000 });
  return (
    <datalist id={id}>
      {(known.data ?? []).map((one) => (
        <option key={one.label} value={one.label} />
      ))}
    </datalist>
  );
}
