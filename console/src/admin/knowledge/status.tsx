// Where a document is on its way, as a badge with a bar while its meaning is learned.
import { CircleCheck, CircleDashed, CircleX, Clock3, Loader2, Undo2, type LucideIcon } from 'lucide-react';
import type { Doc, DocumentStatus } from '../../api/admin-wire';
import { Badge, Bar, type Tone } from '../../kit/basics';
import { useAdminWords } from '../../words/admin';
import { percent } from '../../words/format';
import { learned, useHint } from './shelf';

const LOOK: Record<DocumentStatus, [Tone, LucideIcon]> = {
  queued: ['plain', Clock3],
  reading: ['info', Loader2],
  cut: ['info', CircleDashed],
  embedding: ['accent', CircleDashed],
  ready: ['good', CircleCheck],
  failed: ['bad', CircleX],
  withdrawn: ['warn', Undo2],
};

export function StatusBadge({ one }: { one: Doc }) {
  const a = useAdminWords();
  const hint = useHint();
  const [tone, icon] = LOOK[one.status];
  const share = learned(one);
  return (
    <div className="doc-status">
      <Badge tone={tone} icon={icon} title={hint(one)}>
        {a.knowledge.statuses[one.status]}
      </Badge>
      {share !== undefined ? (
        <span className="row">
          <Bar share={share} label={a.knowledge.progress(percent(share))} />
          <span className="small muted num">{percent(share)}</span>
        </span>
      ) : null}
    </div>
  );
}
