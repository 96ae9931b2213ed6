// Where files are dropped or chosen, and what became of each.
import { CloudUpload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { said } from '../../api/admin-wire';
import { Badge, Button, type Tone } from '../../kit/basics';
import { useLanguage } from '../../words';
import { useAdminWords } from '../../words/admin';
import { size } from '../../words/format';
import { useUploads, type Fate, type Sent } from './upload';

const TONES: Record<Fate, Tone> = { waiting: 'plain', sending: 'info', taken: 'good', unchanged: 'plain', refused: 'bad' };
/** More lines than these say nothing more. */
const SHOWN = 8;

export function Drop() {
  const a = useAdminWords();
  const { sent, send, clear } = useUploads();
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const depth = useRef(0);

  // Files may be dropped anywhere on the page; elsewhere the browser would open them and leave it.
  useEffect(() => {
    const holds = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!holds(event)) return;
      depth.current += 1;
      setOver(true);
    };
    const leave = () => {
      depth.current = Math.max(0, depth.current - 1);
      if (depth.current === 0) setOver(false);
    };
    const stay = (event: DragEvent) => {
      if (holds(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      send([...(event.dataTransfer?.files ?? [])]);
    };
    const listeners = [
      ['dragenter', enter],
      ['dragleave', leave],
      ['dragover', stay],
      ['drop', drop],
    ] as const;
    for (const [name, listener] of listeners) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener);
    };
  }, [send]);

  return (
    <section aria-label={a.knowledge.drop}>
      <div className={`drop ${over ? 'over' : ''}`}>
        <CloudUpload aria-hidden />
        <div className="grow">
          <strong>{over ? a.knowledge.dropNow : a.knowledge.drop}</strong>
          <p className="muted small">{a.knowledge.formats}</p>
        </div>
        <Button look="primary" onClick={() => field.current?.click()}>
          {a.knowledge.choose}
        </Button>
        <input
          ref={field}
          type="file"
          multiple
          hidden
          aria-label={a.knowledge.choose}
          onChange={(event) => {
            send([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {sent.length > 0 ? <Sending sent={sent} onClear={clear} /> : null}
    </section>
  );
}

function Sending({ sent, onClear }: { sent: Sent[]; onClear: () => void }) {
  const a = useAdminWords();
  const language = useLanguage();
  const open = sent.filter((one) => one.fate === 'waiting' || one.fate === 'sending').length;
  const refused = sent.filter((one) => one.fate === 'refused').length;
  const done = sent.length - open;
  const order: Fate[] = ['refused', 'sending', 'waiting', 'taken', 'unchanged'];
  const shown = [...sent].sort((one, other) => order.indexOf(one.fate) - order.indexOf(other.fate)).slice(0, SHOWN);
  return (
    <div className="card sent">
      <div className="row">
        <p className="grow" role="status">
          <strong>{open > 0 ? a.knowledge.sending(done, sent.length) : a.knowledge.sentAll(sent.length - refused)}</strong>
          {refused > 0 ? <span className="sent-bad"> · {a.knowledge.refusedAll(refused)}</span> : null}
        </p>
        {open === 0 ? (
          <Button small look="ghost" onClick={onClear}>
            {a.knowledge.clear}
          </Button>
        ) : null}
      </div>
      <progress className="progress" max={sent.length} value={done} aria-label={a.knowledge.sending(done, sent.length)} />
      <ul>
        {shown.map((one) => (
          <li key={one.key} className="row">
            <span className="clip grow">
              {one.name}
              {one.why ? <span className="sent-bad small"> {said(one.why, language)}</span> : null}
            </span>
            <span className="muted small num">{size(one.bytes)}</span>
            <Badge tone={TONES[one.fate]}>{a.knowledge.states[one.fate]}</Badge>
          </li>
        ))}
        {sent.length > SHOWN ? <li className="muted small">+ {sent.length - SHOWN}</li> : null}
      </ul>
    </div>
  );
}
