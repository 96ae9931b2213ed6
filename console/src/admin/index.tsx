// The pages for those who run the place, loaded when they are opened.
import { Compass } from 'lucide-react';
import { Empty } from '../kit/basics';
import { useWords } from '../words';

export default function Manage({ page }: { page: string; id?: string }) {
  const w = useWords();
  return (
    <main className="page" aria-label={page}>
      <Empty icon={Compass} title={w.lost.title}>
        {w.lost.hint}
      </Empty>
    </main>
  );
}
