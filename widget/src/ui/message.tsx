/** One message of the conversation, with its author and time for those who listen. */
import { useEffect, useState } from 'preact/hooks';
import { tick, type Message } from '../model/state.ts';
import type { Pending } from '../model/outbox.ts';
import type { Attachment, Sentence } from '../model/types.ts';
import { regional } from '../words/index.ts';
import { useAround } from './context.ts';
import { Icon } from './icons.tsx';
import { Prose } from './prose.tsx';
import { useSources } from './sources.tsx';

type Of<K extends Message['kind']> = Extract<Message, { kind: K }>;

export function Shown({ message, last }: { message: Message; last: boolean }) {
  switch (message.kind) {
    case 'customer':
      return <Customer message={message} />;
    case 'bot':
      return <Bot message={message} last={last} />;
    case 'agent':
      return <Agent message={message} />;
    case 'line':
      return <Line message={message} />;
  }
}

function useClock(at: string): string {
  const { words } = useAround();
  return new Date(at).toLocaleTimeString(regional(words.tag), { timeStyle: 'short' });
}

/** Read out before the text: who said it, and when. */
function Said({ by, at }: { by: string; at: string }) {
  return (
    <span class="unseen">
      {by}, {useClock(at)}
    </span>
  );
}

function Customer({ message }: { message: Of<'customer'> }) {
  const { words, view } = useAround();
  const state = tick(view.conversation, message.seq);
  return (
    <article class="message mine">
      <Said by={words.you} at={message.at} />
      {message.text && (
        <div class="bubble" dir="auto">
          {message.text}
        </div>
      )}
      <Files attachments={message.attachments} />
      <p class="meta">
        <time dateTime={message.at}>{useClock(message.at)}</time>
        <span class={`tick ${state}`} role="img" aria-label={state === 'read' ? words.read : words.sent} title={state === 'read' ? words.read : words.sent}>
          <Icon name={state === 'read' ? 'checks' : 'check'} />
        </span>
      </p>
    </article>
  );
}

/** A message of ours that has not come back from the house. */
export function Leaving({ message }: { message: Pending }) {
  const { core, view, words } = useAround();
  const { state } = message;
  const note = state === 'failed' ? words.failed : state === 'sent' ? words.sent : !view.online ? words.waitSend : words.sending;
  return (
    <article class={`message mine leaving ${state}`}>
      <Said by={words.you} at={message.at} />
      {message.text && (
        <div class="bubble" dir="auto">
          {message.text}
        </div>
      )}
      <Files attachments={message.attachments} />
      <p class="meta" role={state === 'failed' ? 'alert' : undefined}>
        <Icon name={state === 'failed' ? 'alert' : state === 'sent' ? 'check' : 'clock'} />
        <span>
          {note}
          {message.reason ? `: ${message.reason}` : ''}
        </span>
        {state === 'failed' && (
          <>
            <button type="button" class="link" onClick={() => core.retry(message.client_id)}>
              {words.retry}
            </button>
            <button type="button" class="link" onClick={() => core.discard(message.client_id)}>
              {words.discard}
            </button>
          </>
        )}
      </p>
    </article>
  );
}

export function Badge() {
  const { words } = useAround();
  return (
    <abbr class="badge" title={words.aiLong}>
      {words.ai}
    </abbr>
  );
}

function Bot({ message, last }: { message: Of<'bot'>; last: boolean }) {
  const { core, view, words } = useAround();
  const sources = useSources(message.citations);
  const offers = message.offersHuman && last && view.conversation.owner === 'bot';
  return (
    <article class="message theirs">
      <p class="author" aria-hidden="true">
        <span class="face bot">
          <Icon name="spark" />
        </span>
        {words.bot} <Badge />
      </p>
      <Said by={`${words.bot} (${words.aiLong})`} at={message.at} />
      <div class={`bubble ${message.mode === 'quote' ? 'quoted' : ''}`}>
        <div class="prose" dir="auto">
          <Prose text={message.text} known={sources.known} mark={sources.mark} />
        </div>
        {sources.element}
      </div>
      {offers && (
        <button
          type="button"
          class="offer"
          aria-disabled={view.asked}
          onClick={(event) => {
            if (view.asked) return;
            // The offer goes when it is taken; the focus stays in the conversation.
            event.currentTarget.closest<HTMLElement>('.log')?.focus({ preventScroll: true });
            void core.askHuman();
          }}
        >
          <Icon name="person" />
          {words.offer}
        </button>
      )}
      <p class="meta">
        {message.mode !== 'fixed' && (
          <span class="how">
            <Icon name={message.mode === 'quote' ? 'quote' : 'check'} />
            {message.mode === 'quote' ? words.quoted : words.written}
          </span>
        )}
        <time dateTime={message.at}>{useClock(message.at)}</time>
      </p>
    </article>
  );
}

/** A reply that is being made. It is read out once, when it is complete. */
export function Drafting({ sentences }: { sentences: Sentence[] }) {
  const { words } = useAround();
  const sources = useSources(sentences.flatMap((sentence) => sentence.citations));
  const text = sentences.reduce((all, { text: next }) => all + (all && !/[\u3400-\u9fff，。！？；：”」\n]$/.test(all) ? ' ' : '') + next.trim(), '');
  return (
    <article class="message theirs drafting" aria-hidden="true">
      <p class="author">
        <span class="face bot">
          <Icon name="spark" />
        </span>
        {words.bot} <Badge />
      </p>
      <div class="bubble">
        <div class="prose" dir="auto">
          <Prose text={text} known={sources.known} mark={(number) => <span class="ref">{number}</span>} />
        </div>
      </div>
      <p class="meta">
        <Dots />
        {words.checking}
      </p>
    </article>
  );
}

export function Dots() {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const letters = parts.length > 1 ? [parts[0], parts.at(-1)].map((part) => Array.from(part ?? '')[0] ?? '') : Array.from(parts[0] ?? '').slice(0, 1);
  return letters.join('').toUpperCase();
}

function Agent({ message }: { message: Of<'agent'> }) {
  const { words } = useAround();
  const name = message.agent || words.team;
  const sources = useSources(message.citations);
  return (
    <article class="message theirs person">
      <p class="author" aria-hidden="true">
        <span class="face">{message.agent ? initials(message.agent) : <Icon name="person" />}</span>
        {name}
      </p>
      <Said by={name} at={message.at} />
      {message.text && (
        <div class="bubble">
          <div class="prose" dir="auto">
            <Prose text={message.text} known={sources.known} mark={sources.mark} />
          </div>
          {sources.element}
        </div>
      )}
      <Files attachments={message.attachments} />
      <p class="meta">
        <time dateTime={message.at}>{useClock(message.at)}</time>
      </p>
    </article>
  );
}

function Line({ message }: { message: Of<'line'> }) {
  const { words } = useAround();
  const text = {
    escalated: message.notice || words.escalated,
    claimed: words.claimed(message.agent ?? ''),
    to_bot: words.toBot,
    to_queue: words.toQueue,
    resolved: words.resolved,
    reopened: words.reopened,
  }[message.what];
  return (
    <p class={`line ${message.what}`} dir="auto">
      <Icon name={message.what === 'to_bot' ? 'spark' : message.what === 'resolved' || message.what === 'reopened' ? 'check' : 'person'} />
      <span>{text}</span>
    </p>
  );
}

export function size(bytes: number, tag: string): string {
  const [value, unit] = bytes < 1000 * 1000 ? [Math.max(1, bytes / 1000), 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

function Files({ attachments }: { attachments: Attachment[] }) {
  return attachments.length === 0 ? null : (
    <div class="files">
      {attachments.map((attachment) => (attachment.media_type.startsWith('image/') ? <Picture attachment={attachment} /> : <File attachment={attachment} />))}
    </div>
  );
}

/** Files need the conversation's token, so they are fetched and handed to the browser from here. */
export async function save(wanted: Promise<Blob | null>, name: string): Promise<void> {
  const blob = await wanted;
  if (!blob) return;
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function File({ attachment }: { attachment: Attachment }) {
  const { core, words } = useAround();
  return (
    <button type="button" class="file" onClick={() => void save(core.got(core.file(attachment)), attachment.name)} title={words.download}>
      <Icon name="page" />
      <span class="label" dir="auto">
        {attachment.name}
      </span>
      <span class="muted">{size(attachment.bytes, words.tag)}</span>
    </button>
  );
}

function Picture({ attachment }: { attachment: Attachment }) {
  const { core, view } = useAround();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let wanted = true;
    core.file(attachment).then(
      (blob) => {
        if (!wanted) return;
        made = URL.createObjectURL(blob);
        setAddress(made);
      },
      () => undefined,
    );
    return () => {
      wanted = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [attachment.hash, view.door?.id]);
  if (!address) return <File attachment={attachment} />;
  return (
    <button type="button" class="picture" onClick={() => core.look({ address, name: attachment.name })}>
      <img src={address} alt={attachment.name} />
    </button>
  );
}
