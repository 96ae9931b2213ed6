// What stands in the place of a part that broke, or that could not be loaded because the program was replaced meanwhile.
import { Component, type ReactNode } from 'react';
import { RotateCw } from 'lucide-react';
import { Button, Empty } from '../kit/basics';
import { useWords } from '../words';

export class Guarded extends Component<{ children: ReactNode; at?: string }, { at: string | undefined; broken: boolean }> {
  override state = { at: this.props.at, broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  /** Another page may work. */
  static getDerivedStateFromProps({ at }: { at?: string }, state: { at: string | undefined }) {
    return at === state.at ? null : { at, broken: false };
  }
  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const w = useWords();
  return (
    <main className="page">
      <h1 className="sr">{w.broken.title}</h1>
      <Empty icon={RotateCw} title={w.broken.title} action={<Button look="primary" onClick={() => window.location.reload()}>{w.broken.reload}</Button>}>
        {w.broken.hint}
      </Empty>
    </main>
  );
}
