// The rules as text: with line numbers, and what the server says is wrong, line by line.
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useRef, useState } from 'react';
import * as admin from '../../api/admin';
import type { Policy } from '../../api/admin-wire';
import { Problem } from '../../api/client';
import { Banner, Button } from '../../kit/basics';
import { toast } from '../../kit/toast';
import { useMe } from '../../shell/me';
import { useAdminWords } from '../../words/admin';
import { useUnsaved } from '../../shell/leaving';

const LINE_PX = 20;

interface Wrong {
  line: number | undefined;
  detail: string;
}

/** What is wrong with the rules, by line where that is known. */
export function wrongs(error: unknown): Wrong[] {
  if (!(error instanceof Problem)) return error ? [{ line: undefined, detail: String(error) }] : [];
  const errors = error.wire.errors ?? [];
  if (errors.length === 0) return [{ line: error.wire.line, detail: error.message }];
  return errors.map(({ at, detail }) => {
    const line = Number(/^line (\d+)/.exec(at)?.[1]);
    return { line: Number.isFinite(line) ? line : undefined, detail };
  });
}

export function Editor({ policy, onSaved }: { policy: Policy; onSaved: (fresh: Policy) => void }) {
  const a = useAdminWords();
  const { manages } = useMe();
  const [toml, setToml] = useState(policy.toml);
  const field = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const dirty = toml !== policy.toml;
  useUnsaved(dirty, a.leave);
  const save = useMutation({
    mutationFn: () => admin.writePolicy(toml),
    onSuccess: (fresh) => {
      toast(a.policy.saved);
      onSaved(fresh);
    },
  });
  const check = useMutation({ mutationFn: () => admin.tryPolicy({ text: 'hello', offered: false, toml }) });
  const wrong = wrongs(save.error ?? check.error);
  const marked = new Set(wrong.map((one) => one.line));
  const count = toml.split('\n').length;
  const jump = (line: number) => {
    const area = field.current;
    if (!area) return;
    const start = toml.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    const end = toml.indexOf('\n', start);
    area.focus();
    area.setSelectionRange(start, end === -1 ? toml.length : end);
    area.scrollTop = Math.max(0, (line - 6) * LINE_PX);
  };
  return (
    <div className="admin-stack">
      <p className="muted small">{a.policy.editHint}</p>
      {wrong.length > 0 ? (
        <Banner tone="bad" icon={CircleAlert} role="alert">
          <strong>{a.policy.refused(wrong.length)}</strong>
          <ul className="wrongs">
            {wrong.map((one, index) => (
              <li key={index}>
                {one.line !== undefined ? (
                  <button type="button" className="link" onClick={() => jump(one.line ?? 1)}>
                    {a.policy.line(one.line)}
                  </button>
                ) : null}{' '}
                <span className="pre">{one.detail}</span>
              </li>
            ))}
          </ul>
        </Banner>
      ) : null}
      {check.isSuccess && !save.error ? (
        <Banner tone="good" icon={CircleCheck} role="status">
          {a.policy.checkOk}
        </Banner>
      ) : null}
      <div className="editor card">
        <div className="editor-gutter num" ref={gutter} aria-hidden>
          {Array.from({ length: count }, (_, index) => (
            <div key={index} className={marked.has(index + 1) ? 'wrong' : ''}>
              {index + 1}
            </div>
          ))}
        </div>
        <textarea
          ref={field}
          aria-label={a.policy.editor}
          value={toml}
          readOnly={!manages}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          aria-invalid={wrong.length > 0 || undefined}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          onChange={(event) => {
            setToml(event.target.value);
            if (check.isSuccess) check.reset();
          }}
        />
      </div>
      <div className="save-bar">
        <span className="grow small muted" role="status">
          {dirty ? a.dirty : ''}
        </span>
        <Button
          disabled={!dirty}
          onClick={() => {
            setToml(policy.toml);
            save.reset();
            check.reset();
          }}
        >
          {a.discard}
        </Button>
        <Button
          busy={check.isPending}
          onClick={() => {
            save.reset();
            check.mutate();
          }}
        >
          {a.policy.check}
        </Button>
        <Button
          look="primary"
          busy={save.isPending}
          disabled={!dirty || !manages}
          onClick={() => {
            check.reset();
            save.mutate();
          }}
        >
          {a.policy.save}
        </Button>
      </div>
    </div>
  );
}
