// What was said and done, in order. Messages look like who said them; notes look like nothing a customer ever sees.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Bot, Check, CheckCheck, CircleAlert, CircleHelp, FileText, Languages, Lock, RotateCw, Star } from 'lucide-react';
import { memo, useEffect, useMemo, useState, type ReactNode } from 'react';
import * as calls from '../api/calls';
import type { Attachment, Conversation, Frame, Party, Person, Target } from '../api/wire';
import { Avatar, Badge, Button } from '../kit/basics';
import { Dialog } from '../kit/dialog';
import { complain } from '../kit/toast';
import { useMe } from '../shell/me';
import { clockTime, dateTime, day, size } from '../words/format';
import { useLanguage, useWords, type Words } from '../words';
import { outbox, usePending, type Pending } from './outbox';
import { Plain, Prose, Sources } from './prose';
import { ruleWords } from './why';
import type { Moving } from './use-conversation';
import { useSend } from './use-send';

interface Props {
  data: Conversation;
  moving: Moving;
  onWhy: (turn: string | undefined) => void;
}

export function Timeline({ data, moving, onWhy }: Props) {
  const w = useWords();
  const language = useLanguage();
  const { me } = useMe();
  const pending = usePending(me.id, data.row.id);
  const { events } = data;
  const known = useMemo(() => new Set(events.flatMap((frame) => (frame.type === 'agent_said' ? [frame.client_id] : []))), [events]);
  const readThrough = useMemo(() => events.reduce((most, frame) => (frame.type === 'seen' && frame.by === 'customer' ? Math.max(most, frame.through) : most), 0), [events]);
  const delivered = useMemo(() => new Set(events.flatMap((frame) => (frame.type === 'delivered' ? [frame.message] : []))), [events]);
  // What arrived although nobody heard of it.
  useEffect(() => {
    for (const one of pending) if (one.state === 'failed' && known.has(one.client_id)) outbox(me.id, data.row.id).drop(one.client_id);
  }, [pending, known, me.id, data.row.id]);
  let today = '';
  const first = events[0]?.seq ?? 1;
  return (
    <>
      {first > 1 ? <Earlier id={data.row.id} before={first} /> : null}
      {events.map((frame) => {
        const shown = day(frame.at, language);
        const fresh = shown !== today;
        today = shown;
        const state = frame.seq <= readThrough ? 'read' : delivered.has(frame.seq) ? 'delivered' : 'sent';
        return (
          <div key={frame.seq} className="frame">
            {fresh ? (
              <div className="day">
                <span>{shown}</span>
              </div>
            ) : null}
            <One frame={frame} data={data} state={state} onWhy={onWhy} />
          </div>
        );
      })}
      {pending.filter((one) => !known.has(one.client_id)).map((one) => (
        <Sending key={one.client_id} one={one} data={data} />
      ))}
      {moving.sentences.length > 0 ? (
        <Bubble side="them" kind="bot" who={<BotFace />} meta={<Badge tone="ai">{w.conversation.answering}</Badge>}>
          <Prose text={moving.sentences.map((one) => one.text).join(' ')} conversation={data.row.id} citations={moving.sentences.flatMap((one) => one.citations)} />
        </Bubble>
      ) : null}
      {moving.typing ? (
        <div className="typing-line" role="status">
          <span className="dots3" aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {moving.typing === 'customer' ? w.conversation.customerTyping(data.row.contact.name || w.visitor) : w.conversation.colleagueTyping(moving.typing)}
        </div>
      ) : null}
    </>
  );
}

function Earlier({ id, before }: { id: string; before: number }) {
  const w = useWords();
  const client = useQueryClient();
  const load = useMutation({
    mutationFn: () => calls.earlierEvents(id, before),
    onSuccess: (events) => client.setQueryData<Conversation>(['conversation', id], (known) => known && { ...known, events: [...events.filter((one) => one.seq < before), ...known.events] }),
    onError: complain,
  });
  return (
    <div className="happened">
      <Button small busy={load.isPending} onClick={() => load.mutate()}>
        {w.conversation.earlier}
      </Button>
    </div>
  );
}

const BotFace = () => (
  <span className="bot-face" aria-hidden>
    <Bot size={16} />
  </span>
);

function Bubble({ side, kind, who, meta, children, foot }: { side: 'them' | 'us'; kind: 'customer' | 'bot' | 'agent' | 'note'; who: ReactNode; meta: ReactNode; children: ReactNode; foot?: ReactNode }) {
  return (
    <article className={`message ${side} ${kind}`}>
      <div className="message-face">{who}</div>
      <div className="message-body">
        <div className="message-meta">{meta}</div>
        <div className="bubble">{children}</div>
        {foot ? <div className="message-foot">{foot}</div> : null}
      </div>
    </article>
  );
}

const One = memo(function One({ frame, data, state, onWhy }: { frame: Frame; data: Conversation; state: 'sent' | 'delivered' | 'read'; onWhy: (turn: string | undefined) => void }) {
  const w = useWords();
  const language = useLanguage();
  const { me } = useMe();
  const id = data.row.id;
  const time = (
    <time className="muted num" dateTime={frame.at} title={dateTime(frame.at, language)}>
      {clockTime(frame.at, language)}
    </time>
  );
  switch (frame.type) {
    case 'customer_said': {
      const name = data.row.contact.name || w.visitor;
      return (
        <Bubble side="them" kind="customer" who={<Avatar name={name} size={28} />} meta={<><strong>{name}</strong>{time}</>} foot={<Translate id={id} text={frame.text} foreign={frame.language} />}>
          {frame.text ? <Plain text={frame.text} /> : null}
          <Files files={frame.attachments} />
        </Bubble>
      );
    }
    case 'bot_said':
      return (
        <Bubble
          side="us"
          kind="bot"
          who={<BotFace />}
          meta={<><Badge tone="ai" icon={Bot}>{w.ai}</Badge><span className="muted">{w.modes[frame.mode]}</span>{time}</>}
          foot={
            <button type="button" className="link small" onClick={() => onWhy(frame.turn)}>
              <CircleHelp size={13} aria-hidden /> {w.why.open}
            </button>
          }
        >
          <Prose text={frame.text} conversation={id} citations={frame.citations} />
          <Sources conversation={id} citations={frame.citations} />
        </Bubble>
      );
    case 'agent_said': {
      const mine = frame.agent.id === me.id;
      return (
        <Bubble side="us" kind="agent" who={<Avatar name={frame.agent.name} size={28} />} meta={<><strong>{mine ? w.you : frame.agent.name}</strong>{time}<Tick state={state} /></>}>
          {frame.text ? <Prose text={frame.text} conversation={id} citations={frame.citations ?? []} /> : null}
          <Files files={frame.attachments} />
          <Sources conversation={id} citations={frame.citations ?? []} />
        </Bubble>
      );
    }
    case 'noted':
      return (
        <Bubble side="us" kind="note" who={<Avatar name={frame.agent.name} size={28} />} meta={<><Badge tone="note" icon={Lock}>{w.note.internal}</Badge><strong>{frame.agent.id === me.id ? w.you : frame.agent.name}</strong>{time}</>}>
          <Plain text={frame.text} />
        </Bubble>
      );
    case 'rated':
      return (
        <div className="happened rated">
          <span className="stars" role="img" aria-label={w.happened.stars(frame.score)}>
            {[1, 2, 3, 4, 5].map((one) => (
              <Star key={one} size={15} aria-hidden className={one <= frame.score ? 'on' : ''} />
            ))}
          </span>
          {frame.comment ? <q dir="auto">{frame.comment}</q> : null}
          {time}
        </div>
      );
    default: {
      const said = happened(frame, w, me.id);
      return said === null ? null : (
        <div className="happened">
          <span>{said}</span> {time}
        </div>
      );
    }
  }
});

function nameOf(party: Party | Person | undefined, w: Words, me: string): string {
  if (party === undefined || party === 'system') return w.happened.house;
  if (party === 'customer') return w.happened.customer;
  if (party === 'bot') return w.ai;
  const person = 'agent' in party ? party.agent : party;
  if (typeof person === 'string') return person === me ? w.you : w.agent;
  return person.id === me ? w.you : person.name || w.agent;
}

function targetName(to: Target, w: Words, me: string): string {
  const one = 'team' in to ? to.team : to.agent;
  if (typeof one === 'string') return 'team' in to ? w.happened.aTeam : one === me ? w.happened.you : w.agent;
  return one.id === me ? w.happened.you : one.name || w.agent;
}

/** A line for what happened; null for what only the machine needs. */
export function happened(frame: Frame, w: Words, me: string): string | null {
  switch (frame.type) {
    case 'escalated':
      return w.happened.escalated(frame.reason.rule ? w.reasons.byRule(ruleWords(frame.reason.rule, w)) : w.reasons[frame.reason.kind]);
    case 'claimed':
      return frame.routed ? w.happened.routed(targetName({ agent: frame.agent }, w, me)) : w.happened.claimed(nameOf(frame.agent, w, me));
    case 'released':
      return frame.vanished ? w.happened.vanished(nameOf(frame.agent, w, me)) : frame.unanswered ? w.happened.unanswered(nameOf(frame.agent, w, me)) : frame.to_bot ? w.happened.toBot(nameOf(frame.agent, w, me)) : w.happened.toQueue(nameOf(frame.agent, w, me));
    case 'transferred':
      return w.happened.transferred(nameOf(frame.by, w, me), targetName(frame.to, w, me), frame.note ?? '');
    case 'snoozed':
      return w.happened.snoozed(nameOf(frame.by, w, me));
    case 'woken':
      return w.happened.woken;
    case 'prioritised':
      return w.happened.prioritised(nameOf(frame.by, w, me), w.priorities[frame.priority]);
    case 'tagged':
      return frame.removed ? w.happened.untagged(frame.label) : w.happened.tagged(frame.label);
    case 'resolved':
      return w.happened.resolved(nameOf(frame.by, w, me));
    case 'reopened':
      return w.happened.reopened(nameOf(frame.by, w, me));
    case 'delivery_failed':
      return w.happened.undelivered(frame.why);
    case 'imported':
      return w.happened.imported(frame.source);
    case 'recognised':
      return w.happened.recognised;
    default:
      return null;
  }
}

function Tick({ state }: { state: 'sent' | 'delivered' | 'read' }) {
  const w = useWords();
  const Icon = state === 'sent' ? Check : CheckCheck;
  return (
    <span className={`tick ${state}`} title={w.ticks[state]}>
      <Icon size={13} aria-hidden />
      <span className="sr">{w.ticks[state]}</span>
    </span>
  );
}

function Sending({ one, data }: { one: Pending; data: Conversation }) {
  const w = useWords();
  const { me } = useMe();
  const send = useSend(data.row.id);
  return (
    <Bubble
      side="us"
      kind="agent"
      who={<Avatar name={me.name} size={28} />}
      meta={<strong>{w.you}</strong>}
      foot={
        one.state === 'failed' ? (
          <span className="error row" role="alert">
            <CircleAlert size={13} aria-hidden /> {one.why ?? w.composer.unsent}
            <button type="button" className="link small" onClick={() => void send(one, undefined)}>
              <RotateCw size={12} aria-hidden /> {w.composer.retry}
            </button>
            <button type="button" className="link small" onClick={() => outbox(me.id, data.row.id).drop(one.client_id)}>
              {w.composer.discard}
            </button>
          </span>
        ) : (
          <span className="muted small">{w.composer.sending}</span>
        )
      }
    >
      {one.text ? <Prose text={one.text} conversation={data.row.id} citations={one.citations} /> : null}
      <Files files={one.attachments} />
    </Bubble>
  );
}

function Translate({ id, text, foreign }: { id: string; text: string; foreign: string | undefined }) {
  const w = useWords();
  const language = useLanguage();
  const translation = useMutation({ mutationFn: () => calls.translate(id, text, language), onError: complain });
  if (!text || foreign === undefined || foreign.startsWith(language)) return null;
  return translation.data ? (
    <div className="translation" lang={language === 'zh' ? 'zh-CN' : 'en'}>
      <Languages size={13} aria-hidden /> <span className="pre">{translation.data.text}</span>
    </div>
  ) : (
    <button type="button" className="link small" disabled={translation.isPending} onClick={() => translation.mutate()}>
      <Languages size={13} aria-hidden /> {w.conversation.translate}
    </button>
  );
}

function Files({ files }: { files: Attachment[] | undefined }) {
  const w = useWords();
  const [large, setLarge] = useState<Attachment>();
  if (!files || files.length === 0) return null;
  return (
    <div className="files">
      {files.map((file, index) =>
        /^image\/(png|jpeg|gif|webp)$/.test(file.media_type) ? (
          <button type="button" className="thumb" key={`${file.hash}${index}`} onClick={() => setLarge(file)} aria-label={w.conversation.enlarge(file.name)}>
            <img src={calls.attachmentUrl(file)} alt={file.name} loading="lazy" />
          </button>
        ) : (
          <a className="file" key={`${file.hash}${index}`} href={calls.attachmentUrl(file)} download={file.name} target="_blank" rel="noopener noreferrer">
            <FileText size={18} aria-hidden />
            <span className="clip grow">{file.name}</span>
            <span className="small muted num">{size(file.bytes)}</span>
          </a>
        ),
      )}
      {large ? (
        <Dialog open onOpenChange={() => setLarge(undefined)} title={large.name} wide>
          <img className="large" src={calls.attachmentUrl(large)} alt={large.name} />
        </Dialog>
      ) : null}
    </div>
  );
}

