// Which shop a customer writes from: worth saying where the house has more than one.
import { useQuery } from '@tanstack/react-query';
import * as calls from '../api/calls';

const none = new Map<string, string>();
const named = (all: { key: string; name: string }[]) => (all.length > 1 ? new Map(all.map((one) => [one.key, one.name])) : none);

/** Names by key; empty where there is one inbox. */
export function useInboxes(): Map<string, string> {
  const found = useQuery({ queryKey: ['inboxes'], queryFn: calls.inboxNames, select: named, staleTime: 300_000 });
  return found.data ?? none;
}
