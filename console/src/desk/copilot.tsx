// What the machine may do for a reply: draft it from the documents, rewrite it, translate it. The agent decides; what they
// decide about a draft is recorded.
import { useMutation } from '@tanstack/react-query';
import { Languages, PenLine, Sparkles, X } from 'lucide-react';
import * as calls from '../api/calls';
import type { Citation, Draft, Language, Reworded } from '../api/wire';
import { Badge, Button, IconButton } from '../kit/basics';
import { Menu } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useCommand, useKeys } from '../shell/commands';
import { useWords } from '../words';
import { Prose, Sources } from './prose';
import { becauseWords } from './why';

interface Props {
  id: string;
  text: string;
  customer: string;
  able: boolean;
  onDraft: (draft: Draft, asked: string) => void;
  onText: (fresh: Reworded) => void;
}

const WAYS: calls.Rewriting[] = ['shorter', 'friendlier', 'formal', 'fix'];

export function Copilot({ id, text, customer, able, onDraft, onText }: Props) {
  const w = useWords();
  const keys = useKeys();
  const draft = useMutation({ mutationFn: (asked: string) => calls.draft(id, asked || undefined), onSuccess: (fresh, asked) => (fresh.text === '' ? toast(`${w.copilot.nothing} ${becauseWords(fresh.because, w)}`) : onDraft(fresh, asked)), onError: complain });
  const change = useMutation({ mutationFn: (run: () => Promise<Reworded>) => run(), onSuccess: onText, onError: complain });
  useCommand('draft', () => draft.mutate(text.trim()), able && !draft.isPending);
  const to: Language = customer.startsWith('zh') ? 'zh' : 'en';
  const written = text.trim() !== '';
  return (
    <>
      <Button small look="ghost" icon={Sparkles} className="ai-button" busy={draft.isPending} disabled={!able} onClick={() => draft.mutate(text.trim())} title={keys('draft')}>
        {w.copilot.draft}
      </Button>
      <Menu
        align="start"
        trigger={
          <Button small look="ghost" icon={PenLine} busy={change.isPending} disabled={!written}>
            {w.copilot.improve}
          </Button>
        }
        parts={[
          ...WAYS.map((how) => ({ key: how, label: w.copilot.ways[how], icon: PenLine, onSelect: () => change.mutate(() => calls.rewrite(id, text, how)) })),
          'line',
          { key: 'customer', label: w.copilot.translate(to === 'zh' ? '中文' : 'English'), icon: Languages, onSelect: () => change.mutate(() => calls.translate(id, text, to)) },
          { key: 'other', label: w.copilot.translate(to === 'zh' ? 'English' : '中文'), icon: Languages, onSelect: () => change.mutate(() => calls.translate(id, text, to === 'zh' ? 'en' : 'zh')) },
        ]}
      />
    </>
  );
}

/** A draft before it is used. */
export function DraftCard({ id, draft, onUse, onReject }: { id: string; draft: Draft; onUse: () => void; onReject: () => void }) {
  const w = useWords();
  return (
    <section className="draft-card" aria-label={w.copilot.title}>
      <header className="row">
        <Sparkles size={14} aria-hidden />
        <strong className="grow">{w.copilot.title}</strong>
        <Badge tone="ai">{draft.mode === 'model' ? w.modes.model : w.modes.quote}</Badge>
        <IconButton small label={w.copilot.reject} icon={X} onClick={onReject} />
      </header>
      <Prose text={draft.text} conversation={id} citations={draft.citations} />
      <Sources conversation={id} citations={draft.citations} />
      <div className="row">
        <Button small look="primary" onClick={onUse} autoFocus>
          {w.copilot.use}
        </Button>
        <Button small look="ghost" onClick={onReject}>
          {w.copilot.reject}
        </Button>
        <span className="small muted">{w.copilot.check}</span>
      </div>
    </section>
  );
}

/** Sources that will be sent along, each of which can be taken out. */
export function CitationChips({ citations, onRemove }: { citations: Citation[]; onRemove: (number: number) => void }) {
  const w = useWords();
  return (
    <div className="row wrap" style={{ gap: 6 }} role="group" aria-label={w.copilot.sources}>
      {citations.map((one) => (
        <button type="button" key={one.number} className="chip" onClick={() => onRemove(one.number)} aria-label={`${w.list.remove}: ${one.title}`}>
          [{one.number}] <span className="clip">{one.title}</span> <X size={12} aria-hidden />
        </button>
      ))}
    </div>
  );
}
