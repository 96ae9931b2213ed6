// The right pane: the customer, the knowledge, the bot's reasons.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BadgeCheck, BookOpen, CornerDownLeft, Plus, Search, ShieldQuestion, X } from 'lucide-react';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Link } from 'wouter';
import * as calls from '../api/calls';
import type { Citation, Contact, Conversation, Hit } from '../api/wire';
import { Avatar, Badge, Button, Empty, IconButton } from '../kit/basics';
import { TextArea, TextField } from '../kit/fields';
import { Tabs } from '../kit/tabs';
import { complain } from '../kit/toast';
import { useMe } from '../shell/me';
import { dateTime, moment } from '../words/format';
import { useLanguage, useWords } from '../words';
import { useInboxes } from './use-inboxes';
import { Why } from './why';

interface Props {
  data: Conversation;
  tab: string;
  onTab: (tab: string) => void;
  turn: string | undefined;
  onTurn: (turn: string) => void;
  onInsert: (text: string, citation: Citation) => void;
  /** Where the details lie over the conversation, they are closed from within. */
  onClose: (() => void) | undefined;
}

export function Sidebar({ data, tab, onTab, turn, onTurn, onInsert, onClose }: Props) {
  const w = useWords();
  return (
    <aside className="side" aria-label={w.side.label}>
      {onClose ? <IconButton small label={w.inbox.hideSidebar} icon={X} onClick={onClose} className="side-close" /> : null}
      <Tabs
        label={w.side.label}
        value={tab}
        onChange={onTab}
        tabs={[
          { key: 'details', label: w.side.customer, content: <Customer data={data} /> },
          { key: 'knowledge', label: w.side.knowledge, content: <Knowledge data={data} onInsert={onInsert} /> },
          { key: 'why', label: w.side.why, content: <Why data={data} turn={turn} onTurn={onTurn} /> },
        ]}
      />
    </aside>
  );
}

function Customer({ data }: { data: Conversation }) {
  const w = useWords();
  const language = useLanguage();
  return (
    <div className="stack" style={{ gap: 20 }}>
      {data.contact ? <ContactCard key={data.contact.id} contact={data.contact} conversation={data.row.id} /> : null}
      <section>
        <h3>{w.side.earlier}</h3>
        {data.earlier.length === 0 ? <p className="muted small">{w.side.noEarlier}</p> : null}
        <ul className="earlier">
          {data.earlier.map((row) => (
            <li key={row.id}>
              <Link href={`/inbox/${row.status === 'open' ? 'all' : row.status}/${row.id}`}>
                <span className="clip grow">{row.last?.text ?? w.list.nothingSaid}</span>
                <span className="small muted">{moment(row.last_at, Date.now(), language)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section className="small muted">
        {[w.side.opened(dateTime(data.row.opened_at, language)), w.channel(data.row.channel), useInboxes().get(data.row.inbox)].filter(Boolean).join(' · ')}
      </section>
    </div>
  );
}

/** A person, changeable in place. */
export function ContactCard({ contact, conversation }: { contact: Contact; conversation?: string }) {
  const w = useWords();
  const client = useQueryClient();
  const { speaks } = useMe();
  const change = useMutation({
    mutationFn: (fields: calls.ContactChange) => calls.changeContact(contact.id, fields),
    onSuccess: (fresh) => {
      client.setQueryData(['contact', contact.id], fresh);
      if (conversation) {
        client.setQueryData<Conversation>(['conversation', conversation], (known) => known && { ...known, contact: fresh, row: { ...known.row, contact: { ...known.row.contact, name: fresh.name, email: fresh.email ?? null } } });
      }
    },
    onError: complain,
  });
  const name = contact.name || w.visitor;
  return (
    <>
      <section className="contact-head">
        <Avatar name={name} size={44} />
        <div className="grow">
          {conversation ? <h3 className="clip">{name}</h3> : <h1 className="clip contact-name">{name}</h1>}
          {contact.verified ? (
            <Badge tone="good" icon={BadgeCheck}>
              {w.verified}
            </Badge>
          ) : (
            <Badge tone="warn" icon={ShieldQuestion} title={w.side.unverifiedHint}>
              {w.unverified}
            </Badge>
          )}
        </div>
      </section>
      <dl className="properties">
        <Editable label={w.contact.name} value={contact.name} able={speaks} onSave={(value) => change.mutate({ name: value })} />
        <Editable label={w.contact.email} value={contact.email ?? ''} type="email" able={speaks} onSave={(value) => change.mutate({ email: value })} />
        <Editable label={w.contact.phone} value={contact.phone ?? ''} type="tel" able={speaks} onSave={(value) => change.mutate({ phone: value })} />
        {contact.external_id ? (
          <>
            <dt>{w.contact.externalId}</dt>
            <dd className="clip">{contact.external_id}</dd>
          </>
        ) : null}
      </dl>
      <Attributes contact={contact} conversation={conversation} able={speaks} onSave={(attributes) => change.mutate({ attributes })} />
      <Notes key={contact.id} contact={contact} able={speaks} onSave={(notes) => change.mutate({ notes })} />
    </>
  );
}

function Editable({ label, value, type = 'text', able, onSave }: { label: string; value: string; type?: string; able: boolean; onSave: (value: string) => void }) {
  const w = useWords();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <input
          className="inline-input"
          aria-label={label}
          type={type}
          value={text}
          readOnly={!able}
          placeholder={able ? w.contact.add : '—'}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => (text.trim() === value ? setText(value) : onSave(text.trim()))}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'Enter') event.currentTarget.blur();
            if (event.key === 'Escape') {
              flushSync(() => setText(value));
              event.currentTarget.blur();
            }
          }}
        />
      </dd>
    </>
  );
}

function Attributes({ contact, conversation, able, onSave }: { contact: Contact; conversation: string | undefined; able: boolean; onSave: (attributes: Record<string, unknown>) => void }) {
  const w = useWords();
  const [adding, setAdding] = useState(false);
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const entries = Object.entries(contact.attributes ?? {});
  return (
    <section>
      <div className="row">
        <h3 className="grow" aria-level={conversation ? 3 : 2}>
          {w.contact.attributes}
        </h3>
        {able ? <IconButton small label={w.contact.addAttribute} icon={Plus} onClick={() => setAdding(!adding)} aria-expanded={adding} /> : null}
      </div>
      {entries.length === 0 && !adding ? <p className="muted small">{w.contact.noAttributes}</p> : null}
      <dl className="properties">
        {entries.map(([name, one]) => (
          <AttributeLine key={name} name={name} value={typeof one === 'string' ? one : JSON.stringify(one)} able={able} onSave={(fresh) => onSave({ [name]: fresh })} onRemove={() => onSave({ [name]: null })} />
        ))}
      </dl>
      {adding ? (
        <form
          className="stack"
          style={{ gap: 8 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (key.trim() === '') return;
            onSave({ [key.trim()]: value.trim() });
            setKey('');
            setValue('');
            setAdding(false);
          }}
        >
          <TextField label={w.contact.key} className="compact" value={key} maxLength={40} autoFocus onChange={(event) => setKey(event.target.value)} />
          <TextField label={w.contact.value} className="compact" value={value} maxLength={200} onChange={(event) => setValue(event.target.value)} />
          <Button small type="submit" disabled={key.trim() === ''}>
            {w.add}
          </Button>
        </form>
      ) : null}
    </section>
  );
}

function AttributeLine({ name, value, able, onSave, onRemove }: { name: string; value: string; able: boolean; onSave: (value: string) => void; onRemove: () => void }) {
  const w = useWords();
  return (
    <>
      <Editable label={name} value={value} able={able} onSave={onSave} />
      {able ? (
        <dd className="remove">
          <IconButton small label={`${w.list.remove}: ${name}`} icon={X} onClick={onRemove} />
        </dd>
      ) : null}
    </>
  );
}

function Notes({ contact, able, onSave }: { contact: Contact; able: boolean; onSave: (notes: string) => void }) {
  const w = useWords();
  const [text, setText] = useState(contact.notes ?? '');
  const before = useRef(contact.notes);
  // What a colleague wrote appears, unless one is writing oneself.
  useEffect(() => {
    setText((now) => (now === before.current ? contact.notes : now));
    before.current = contact.notes;
  }, [contact.notes]);
  return <TextArea label={w.contact.notes} hint={w.contact.notesHint} rows={3} readOnly={!able} value={text} maxLength={4000} onChange={(event) => setText(event.target.value)} onBlur={() => (text === contact.notes ? undefined : onSave(text))} />;
}

function Knowledge({ data, onInsert }: { data: Conversation; onInsert: (text: string, citation: Citation) => void }) {
  const w = useWords();
  const { me } = useMe();
  const last = data.events.findLast((frame) => frame.type === 'customer_said');
  const [text, setText] = useState('');
  const words = useDeferredValue(text.trim());
  const asked = words || (last?.type === 'customer_said' ? last.text.slice(0, 200) : '');
  const found = useQuery({ queryKey: ['search', asked], queryFn: ({ signal }) => calls.search(asked, signal), enabled: asked.length > 1, placeholderData: keepPreviousData, staleTime: 30_000 });
  const passages = asked.length > 1 ? (found.data?.passages ?? []) : [];
  const able = data.row.owner.agent === me.id;
  return (
    <div className="stack">
      <TextField label={w.side.search} hideLabel type="search" placeholder={w.side.search} value={text} onChange={(event) => setText(event.target.value)} />
      {words === '' && passages.length > 0 ? <p className="small muted">{w.side.suggested}</p> : null}
      {found.isError ? <p className="error">{found.error.message}</p> : null}
      {passages.length === 0 && !found.isFetching ? (
        <Empty icon={words ? Search : BookOpen} title={words ? w.side.nothing : w.side.searchTitle}>
          {words ? w.side.nothingHint : w.side.searchHint}
        </Empty>
      ) : null}
      <ul className="stack">
        {passages.map((hit) => (
          <li key={hit.chunk}>
            <Passage hit={hit} able={able} onInsert={onInsert} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Passage({ hit, able, onInsert }: { hit: Hit; able: boolean; onInsert: (text: string, citation: Citation) => void }) {
  const w = useWords();
  const [open, setOpen] = useState(false);
  const cite = (): Citation => ({ number: 1, document: hit.document, chunk: hit.chunk, title: hit.title, source: hit.source, heading: hit.heading, quote: hit.text, start: 0, end: 0 });
  return (
    <article className="card hit">
      <div className="small muted clip">{[hit.title, ...hit.heading.slice(-1)].join(' › ')}</div>
      {hit.question ? <h4>{hit.question}</h4> : null}
      <p className={`pre ${open ? '' : 'clamp'}`}>{hit.text}</p>
      <div className="row">
        <Button small look="ghost" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? w.side.less : w.side.more}
        </Button>
        <Button small icon={CornerDownLeft} disabled={!able} onClick={() => onInsert(hit.text, cite())}>
          {w.side.insert}
        </Button>
      </div>
    </article>
  );
}
