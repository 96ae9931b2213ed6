// Where an agent writes. Reply and note differ in colour, shape, label and button, and each keeps its own draft.
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, FileText, Hand, Lock, Paperclip, Reply, Send, X } from 'lucide-react';
import { forwardRef, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import * as calls from '../api/calls';
import type { Citation, Conversation, Draft } from '../api/wire';
import { Banner, Button, IconButton } from '../kit/basics';
import { complain, toast } from '../kit/toast';
import { isMac, useCommand, useKeys } from '../shell/commands';
import { name as keyName } from '../shell/keys';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { CitationChips, Copilot, DraftCard } from './copilot';
import { appended, gaps, returned, without } from './draft';
import { keepDraft, outbox, readDraft } from './outbox';
import { fill, matchingAgents, matchingCanned, mentioned, NAMELESS, trigger, type Trigger } from './suggest';
import { Suggestions, useSuggestionIds, type Suggestion } from './suggestions';
import type { Moving } from './use-conversation';
import { useAct } from './use-act';
import { useFiles } from './use-files';
import { useSend } from './use-send';

export interface ComposerHandle {
  use(text: string, citations: Citation[]): void;
  insert(text: string, citation: Citation): void;
}

type Tab = 'reply' | 'note';
/** A message that appeared this short ago was not read by anybody who is just sending. */
const UNREAD_MS = 1500;

export const Composer = forwardRef<ComposerHandle, { data: Conversation; moving: Moving; onNext: () => void }>(function Composer({ data, moving }, ref) {
  const w = useWords();
  const keys = useKeys();
  const { me, speaks } = useMe();
  const { row } = data;
  const id = row.id;
  const act = useAct(id);
  const send = useSend(id);
  const reject = (proposed: string) => void calls.judgeDraft(id, 'rejected', proposed).catch(() => undefined);
  const ids = useSuggestionIds();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const kept = useMemo(() => readDraft(me.id, id), [me.id, id]);
  const mine = row.owner.kind === 'agent' && row.owner.agent === me.id;
  const [tab, setTab] = useState<Tab>(mine || kept.note === '' ? 'reply' : 'note');
  const [written, setWritten] = useState(kept);
  const { files, citations } = written;
  const { uploading, take } = useFiles((file) => setWritten((before) => ({ ...before, files: [...before.files, file] })));
  const [draft, setDraft] = useState<{ fresh: Draft; asked: string }>();
  const [moved, setMoved] = useState<number>();
  const [differs, setDiffers] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const [over, setOver] = useState(false);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState('');
  const canned = useQuery({ queryKey: ['canned'], queryFn: calls.canned, staleTime: 300_000, enabled: speaks });
  const agents = useQuery({ queryKey: ['agents'], queryFn: calls.agents, staleTime: 60_000 });

  const text = written[tab];
  const put = (value: string) => setWritten((before) => ({ ...before, [tab]: value }));
  // At each letter: a page may go away at any time, without a word.
  useEffect(() => keepDraft(me.id, id, written), [written, me.id, id]);
  useEffect(() => {
    const one = field.current;
    if (!one) return;
    one.style.height = 'auto';
    one.style.height = `${Math.min(one.scrollHeight + 2, 220)}px`;
  }, [text, tab]);

  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  // Who has just taken a conversation wants to write; who writes elsewhere is left alone.
  const had = useRef(mine);
  useEffect(() => {
    if (mine && !had.current && (document.activeElement === null || document.activeElement === document.body)) field.current?.focus();
    had.current = mine;
  }, [mine]);

  // At once, not with the next frame: who types fast is already at the next letter by then.
  const focus = (which: Tab) => {
    flushSync(() => setTab(which));
    field.current?.focus();
  };
  useCommand('reply', () => focus('reply'), speaks);
  useCommand('note', () => focus('note'), speaks);
  useCommand('attach', () => picker.current?.click(), speaks && mine);
  useImperativeHandle(ref, () => ({
    use(fresh, cited) {
      setWritten((before) => ({ ...appended(before, fresh, cited), proposed: [...before.proposed, fresh] }));
      focus('reply');
    },
    insert(fresh, citation) {
      setWritten((before) => appended(before, `${fresh} [${citation.number}]`, [citation]));
      focus('reply');
    },
  }));

  const found: Trigger | null = trigger(text, caret, tab === 'note' ? '/@' : '/');
  const open = found !== null && `${found.sign}${found.start}` !== closed;
  const suggestions: Suggestion[] = !open
    ? []
    : found.sign === '/'
      ? matchingCanned(canned.data ?? [], found.word, row.language).map((one) => ({ kind: 'canned', one }))
      : matchingAgents((agents.data ?? []).filter((one) => one.id !== me.id), found.word).map((one) => ({ kind: 'agent', one }));
  const choose = (one: Suggestion) => {
    if (!found) return;
    const fresh = one.kind === 'canned' ? fill(one.one.text, { 'contact.name': row.contact.name || (NAMELESS[(one.one.language ?? row.language).slice(0, 2)] ?? ''), 'agent.name': me.name, 'conversation.id': id }) : `@${one.one.name} `;
    const to = found.start + fresh.length;
    flushSync(() => {
      put(text.slice(0, found.start) + fresh + text.slice(found.end));
      setCaret(to);
      setAt(0);
    });
    field.current?.focus();
    field.current?.setSelectionRange(to, to);
  };

  const lastTyped = useRef(0);
  const tell = () => {
    if (tab === 'reply' && mine && Date.now() - lastTyped.current > 3000) {
      lastTyped.current = Date.now();
      void calls.typing(id).catch(() => undefined);
    }
  };

  const emptied = () => {
    written.proposed.forEach(reject);
    setWritten((before) => ({ ...before, proposed: [] }));
  };
  const use = ({ fresh, asked }: { fresh: Draft; asked: string }) => {
    const before = written;
    // What only told the machine what to write is no part of the reply.
    const told = asked !== '' && before.reply.trim() === asked;
    const base = told ? { ...before, reply: '' } : before;
    setWritten({ ...appended(base, fresh.text, fresh.citations), proposed: [...before.proposed, fresh.text] });
    if (told) toast(w.copilot.replaced, { action: { label: w.act.undo, run: () => setWritten(before) } });
    setDraft(undefined);
    focus('reply');
  };
  const submit = async (anyway = false) => {
    const body = text.trim();
    if (tab === 'note') {
      if (body === '') return;
      put('');
      try {
        await calls.note(id, body, mentioned(body, agents.data ?? []));
      } catch (error) {
        if (here.current) setWritten((before) => ({ ...before, note: before.note === '' ? body : `${body}\n\n${before.note}` }));
        else keepDraft(me.id, id, { ...readDraft(me.id, id), note: body });
        complain(error);
      }
      return;
    }
    if (!mine || uploading > 0 || (body === '' && files.length === 0)) return;
    setTried(true);
    if (gaps(body).length > 0) return field.current?.focus();
    const last = data.events.at(-1)?.seq ?? 0;
    const unread = Date.now() - moving.arrived.at < UNREAD_MS;
    const expected = anyway ? undefined : unread ? moving.arrived.seq - 1 : last;
    const one = { client_id: crypto.randomUUID(), text: body, attachments: files, citations, proposed: written.proposed, state: 'sending' as const };
    setWritten((before) => ({ ...before, reply: '', files: [], citations: [], proposed: [] }));
    setMoved(undefined);
    setDiffers([]);
    setTried(false);
    const result = await send(one, expected);
    // Who looks at another conversation by now finds it beside the messages of this one.
    if ((result === 'moved_on' || result === 'refused') && here.current) {
      const why = outbox(me.id, id).all().find((other) => other.client_id === one.client_id)?.why;
      outbox(me.id, id).drop(one.client_id);
      setWritten((before) => returned(before, one));
      // What came meanwhile is shown above the field.
      if (result === 'moved_on') setMoved(expected ?? 0);
      else if (why) complain(why);
      field.current?.focus();
    }
  };

  const press = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (suggestions.length > 0) {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? suggestions.length - 1 : 0;
      if (step !== 0) {
        setAt((at + step) % suggestions.length);
        return event.preventDefault();
      }
      const one = suggestions[at];
      if ((event.key === 'Enter' || event.key === 'Tab') && one && !event.ctrlKey && !event.metaKey) {
        choose(one);
        return event.preventDefault();
      }
      if (event.key === 'Escape' && found) {
        setClosed(`${found.sign}${found.start}`);
        return event.preventDefault();
      }
    }
    if (event.key === 'Enter' && (isMac ? event.metaKey : event.ctrlKey)) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Escape') field.current?.blur();
  };

  if (!speaks) return null;
  if (row.status === 'resolved' && tab === 'reply' && !mine) {
    return (
      <div className="composer closed">
        <span className="muted grow">{w.composer.resolved}</span>
        <Button small onClick={() => focus('note')} icon={Lock}>
          {w.note.tab}
        </Button>
        <Button small look="primary" onClick={() => act.mutate({ do: 'reopen' })}>
          {w.act.reopen}
        </Button>
      </div>
    );
  }
  const came = moved === undefined ? [] : data.events.filter((frame) => frame.type === 'customer_said' && frame.seq > moved);
  const note = tab === 'note';
  const missing = tried && !note ? gaps(text) : [];
  const blocked = !note && !mine;
  return (
    <div
      className={`composer ${tab} ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        if (!note && mine && event.dataTransfer.types.includes('Files')) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (note || !mine || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void take(event.dataTransfer.files);
      }}
    >
      {came.length > 0 ? (
        <div className="moved" role="alert">
          <Banner tone="warn" icon={CircleAlert}>
            <strong>{w.composer.movedOn}</strong>
            {came.map((frame) => (frame.type === 'customer_said' ? <q key={frame.seq} dir="auto">{frame.text || w.files(frame.attachments?.length ?? 1)}</q> : null))}
            <div className="row" style={{ marginTop: 6 }}>
              <Button small onClick={() => setMoved(undefined)}>
                {w.composer.keepEditing}
              </Button>
              <Button small look="primary" onClick={() => void submit(true)}>
                {w.composer.sendAnyway}
              </Button>
            </div>
          </Banner>
        </div>
      ) : null}
      {draft ? (
        <DraftCard
          id={id}
          draft={draft.fresh}
          onUse={() => use(draft)}
          onReject={() => {
            reject(draft.fresh.text);
            setDraft(undefined);
            field.current?.focus();
          }}
        />
      ) : null}
      <div className="composer-tabs" role="tablist" aria-label={w.composer.label}>
        {(['reply', 'note'] as const).map((which) => (
          <button key={which} type="button" role="tab" id={`${ids.list}-${which}`} aria-selected={tab === which} aria-controls={`${ids.list}-panel`} tabIndex={tab === which ? 0 : -1} className={`composer-tab ${which}`} onClick={() => focus(which)} onKeyDown={(event) => { if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') { event.preventDefault(); const next = which === 'reply' ? 'note' : 'reply'; setTab(next); document.getElementById(`${ids.list}-${next}`)?.focus(); } }}>
            {which === 'reply' ? <Reply size={14} aria-hidden /> : <Lock size={13} aria-hidden />}
            {which === 'reply' ? w.composer.reply : w.note.tab}
            {keys(which) ? <kbd>{keys(which)}</kbd> : null}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${ids.list}-panel`} aria-labelledby={`${ids.list}-${tab}`} className="composer-panel">
        {note ? (
          <div className="internal">
            <Lock size={12} aria-hidden /> {w.note.warning}
          </div>
        ) : null}
        {blocked ? (
          <div className="claim-bar">
            <span className="grow muted">{row.owner.kind === 'agent' ? w.composer.otherHas(row.owner.name ?? w.agent) : row.owner.kind === 'bot' ? w.composer.botHas : w.composer.queueHas}</span>
            {row.owner.kind === 'agent' ? null : (
              <Button look="primary" small icon={Hand} busy={act.isPending} onClick={() => act.mutate({ do: 'claim' }, { onSuccess: () => focus('reply') })}>
                {row.owner.kind === 'bot' ? w.act.takeOver : w.act.claim}
                {keys('claim') ? <kbd className="on-primary">{keys('claim')}</kbd> : null}
              </Button>
            )}
          </div>
        ) : (
          <textarea
            ref={field}
            className="composer-field"
            rows={2}
            dir="auto"
            value={text}
            maxLength={note ? 4000 : 8000}
            placeholder={note ? w.note.placeholder : w.composer.placeholder(row.contact.name || w.visitor)}
            aria-label={note ? w.note.field : w.composer.field(row.contact.name || w.visitor)}
            aria-autocomplete="list"
            aria-controls={suggestions.length > 0 ? ids.list : undefined}
            aria-activedescendant={suggestions.length > 0 ? ids.option(at) : undefined}
            onChange={(event) => {
              put(event.target.value);
              setCaret(event.target.selectionStart);
              setAt(0);
              if (event.target.value === '') {
                setClosed('');
                if (!note) emptied();
              }
              tell();
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            onKeyDown={press}
            onPaste={(event) => {
              if (note || event.clipboardData.files.length === 0) return;
              event.preventDefault();
              void take(event.clipboardData.files);
            }}
          />
        )}
        {suggestions.length > 0 ? <Suggestions all={suggestions} at={at} ids={ids} onAt={setAt} onChoose={choose} /> : null}
        {!note && (files.length > 0 || uploading > 0) ? (
          <div className="row wrap composer-files">
            {files.map((file, index) => (
              <button type="button" className="chip" key={`${file.hash}${index}`} onClick={() => setWritten((before) => ({ ...before, files: before.files.filter((_, other) => other !== index) }))} aria-label={`${w.list.remove}: ${file.name}`}>
                <FileText size={13} aria-hidden /> <span className="clip">{file.name}</span> <X size={12} aria-hidden />
              </button>
            ))}
            {uploading > 0 ? <span className="small muted">{w.composer.uploading(uploading)}</span> : null}
          </div>
        ) : null}
        {missing.length > 0 ? (
          <div className="row differs" role="alert">
            <CircleAlert size={14} aria-hidden />
            <span className="grow">{w.composer.gaps(missing.join(w.comma))}</span>
          </div>
        ) : null}
        {!note && differs.length > 0 ? (
          <div className="row differs" role="status">
            <CircleAlert size={14} aria-hidden />
            <span className="grow">{w.copilot.differs(differs.slice(0, 8).join(w.comma))}</span>
            <IconButton small label={w.close} icon={X} onClick={() => setDiffers([])} />
          </div>
        ) : null}
        {!note && citations.length > 0 ? <CitationChips citations={citations} onRemove={(number) => setWritten((before) => without(before, number))} /> : null}
        <div className="composer-foot">
          {note ? (
            <span className="small note-hint">{w.note.mentionHint}</span>
          ) : (
            <>
              <IconButton small label={w.composer.attach} keys={keys('attach')} icon={Paperclip} disabled={blocked} onClick={() => picker.current?.click()} />
              <Copilot id={id} text={written.reply} customer={row.language} able={!blocked} onDraft={(fresh, asked) => setDraft({ fresh, asked })} onText={(fresh) => { setWritten((before) => ({ ...before, reply: fresh.text })); setDiffers(fresh.differs ?? []); field.current?.focus(); }} />
            </>
          )}
          <span className="grow" />
          {blocked ? null : <kbd className="send-keys">{keyName('Mod+Enter', isMac)}</kbd>}
          <Button small look={note ? 'note' : 'primary'} icon={note ? Lock : Send} disabled={blocked || uploading > 0 || (text.trim() === '' && (note || files.length === 0))} onClick={() => void submit()}>
            {note ? w.note.add : w.composer.send}
          </Button>
        </div>
        <input ref={picker} type="file" multiple hidden aria-hidden tabIndex={-1} onChange={(event) => { if (event.target.files) void take(event.target.files); event.target.value = ''; }} />
      </div>
    </div>
  );
});

