// What stands in a conversation's place until it is there.
import { Skeleton } from '../kit/basics';

export function Opening() {
  return (
    <div className="stack" style={{ padding: 24, gap: 20 }} aria-busy>
      <Skeleton height={28} width="40%" />
      <Skeleton height={60} width="70%" />
      <Skeleton height={60} width="60%" />
    </div>
  );
}
