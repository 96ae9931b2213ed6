/** Where messages are written: text, and files by button, by drag and by paste. The way to a person stands above it, always. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Core } from '../core.ts';
import { accepts, MOST, refused, type Refused } from '../model/files.ts';
import type { Attachment } from '../model/types.ts';
import { reason } from '../wire/http.ts';
import { useAround } from './context.ts';
import { Icon } from './icons.tsx';
import { size } from './message.tsx';

interface Draft {
  id: number;
  file: File;
  done?: Attachment;
  wrong?: string;
}

let drafts = 0;

/** Files that are being added, and what is done with them. They stay when the panel is closed, and go with the conversation. */
export function useFiles(core: Core) {
  const { view } = core;
  const { words } = view;
  const [files, setFiles] = useState<Draft[]>([]);
  const [told, setTold] = useState<string | null>(null);
  const uploads = view.config?.uploads;
  const add = (list: Iterable<File>): void => {
    if (!uploads?.enabled || !words) return;
    const all = [...list];
    const room = MOST - files.length;
    setTold(all.length > room ? words.tooMany(MOST) : null);
    for (const file of all.slice(0, room)) {
      const why: Refused | null = refused(file, uploads);
      if (why) {
        setTold(why === 'size' ? words.tooLarge(file.name, uploads.max_mib) : words.wrongType(file.name));
        continue;
      }
      const id = (drafts += 1);
      const change = (more: Partial<Draft>): void => setFiles((all) => all.map((one) => (one.id === id ? { ...one, ...more } : one)));
      setFiles((all) => [...all, { id, file }]);
      core.upload(file).then(
        (done) => change({ done }),
        (error: unknown) => change({ wrong: reason(error) ?? words.trouble }),
      );
    }
  };
  const clear = (): void => {
    setFiles([]);
    setTold(null);
  };
  useEffect(clear, [view.visit]);
  return {
    files,
    told,
    enabled: uploads?.enabled ?? false,
    accept: uploads ? accepts(uploads.types) : '',
    add,
    remove: (id: number) => setFiles((all) => all.filter((one) => one.id !== id)),
    clear,
    busy: files.some((one) => !one.done && !one.wrong),
    ready: files.flatMap((one) => (one.done ? [one.done] : [])),
  };
}

export type Files = ReturnType<typeof useFiles>;

export function Composer({ files, input }: { files: Files; input: RefObject<HTMLTextAreaElement | null> }) {
  const { core, view, words } = useAround();
  const picker = useRef<HTMLInputElement>(null);
  const most = view.config?.limits.chars ?? 4000;
  const { owner, resolved } = view.conversation;

  // As high as its text, up to a limit that the style sheet sets.
  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [view.draft, view.open]);

  const empty = !view.draft.trim() && files.ready.length === 0;
  const send = (): void => {
    if (empty || files.busy) return;
    core.send(view.draft, files.ready);
    files.clear();
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length === 0 || !files.enabled) return;
    event.preventDefault();
    files.add(pasted);
  };
  const asked = (view.asked || owner !== 'bot') && !resolved;
  return (
    <div class="foot">
      <div class="reach">
        {/* Not `disabled`: the focus of who has just pressed it would be lost. */}
        <button type="button" class="human" onClick={() => asked || void core.askHuman()} aria-disabled={asked}>
          <Icon name="person" />
          {asked ? (owner === 'agent' ? words.withPerson(view.conversation.agent || words.team) : words.humanAsked) : words.human}
        </button>
      </div>
      {files.told && (
        <p class="wrong" role="alert">
          <Icon name="alert" />
          {files.told}
        </p>
      )}
      {files.files.length > 0 && (
        <ul class="attached">
          {files.files.map((one) => (
            <li class={one.wrong ? 'failed' : one.done ? '' : 'busy'}>
              <Icon name={one.wrong ? 'alert' : 'page'} />
              <span class="label" dir="auto">
                {one.file.name}
              </span>
              <span class="muted" role="status">
                {one.wrong ?? (one.done ? size(one.file.size, words.tag) : `${words.uploading}…`)}
              </span>
              <button type="button" class="tool" aria-label={words.removeFile(one.file.name)} onClick={() => (files.remove(one.id), input.current?.focus())}>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {files.enabled && (
          <>
            <button type="button" class="tool" aria-label={words.attach} title={words.attach} onClick={() => picker.current?.click()}>
              <Icon name="clip" />
            </button>
            <input
              ref={picker}
              type="file"
              class="unseen"
              tabIndex={-1}
              aria-hidden="true"
              multiple
              accept={files.accept}
              onChange={(event) => {
                files.add(event.currentTarget.files ?? []);
                event.currentTarget.value = '';
              }}
            />
          </>
        )}
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          maxLength={most}
          enterkeyhint="send"
          aria-label={words.message}
          placeholder={words.write}
          value={view.draft}
          onInput={(event) => core.type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <button type="submit" class="send" aria-label={words.send} title={words.send} aria-disabled={empty || files.busy}>
          <Icon name="send" />
        </button>
      </form>
    </div>
  );
}
