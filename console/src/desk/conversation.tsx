// The middle and the right pane: one conversation, what may be done with it, and what is known around it.
import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import * as calls from '../api/calls';
import { Problem } from '../api/client';
import type { Citation, Conversation } from '../api/wire';
import { Button, Empty } from '../kit/basics';
import { NO_DETAILS, useMedia } from '../kit/media';
import { useCommand } from '../shell/commands';
import { useMe } from '../shell/me';
import { useWords } from '../words';
import { Composer, type ComposerHandle } from './composer';
import { Header } from './header';
import { Opening } from './opening';
import { Sidebar } from './sidebar';
import { Handoff } from './summary';
import { Timeline } from './timeline';
import { useConversation } from './use-conversation';

interface Props {
  id: string;
  listShown: boolean;
  onList: () => void;
  onLeave: () => void;
  onNext: () => void;
}

export function ConversationPane({ id, ...rest }: Props) {
  const w = useWords();
  const one = useConversation(id);
  // Where they lie over the conversation, the details come when they are asked for.
  const over = useMedia(NO_DETAILS);
  const [sidebar, setSidebar] = useState(() => !over && localStorage.getItem('frontdesk.sidebar') !== 'hidden');
  const [tab, setTab] = useState('details');
  const [turn, setTurn] = useState<string>();
  const composer = useRef<ComposerHandle>(null);
  const fold = () => {
    if (!over) localStorage.setItem('frontdesk.sidebar', sidebar ? 'hidden' : 'shown');
    setSidebar(!sidebar);
  };
  const explain = (which: string | undefined) => {
    setTurn(which);
    setTab('why');
    setSidebar(true);
  };
  useEffect(() => setSidebar(!over && localStorage.getItem('frontdesk.sidebar') !== 'hidden'), [over]);
  useCommand('sidebar', fold);
  useCommand('why', () => explain(undefined));

  if (one.error && !one.data) {
    const gone = one.error instanceof Problem && one.error.status === 404;
    return (
      <main className="blank">
        <Empty icon={CircleAlert} title={gone ? w.conversation.gone : w.conversation.failed} action={gone ? <Button onClick={rest.onLeave}>{w.back}</Button> : <Button onClick={() => void one.refetch()}>{w.again}</Button>}>
          {one.error.message}
        </Empty>
      </main>
    );
  }
  const data = one.data;
  return (
    <>
      <main className="conversation" aria-label={data ? w.conversation.with(data.row.contact.name || w.visitor) : w.conversation.loading}>
        {data ? (
          <>
            <Header {...rest} data={data} watching={one.moving.watching.length > 0 ? one.moving.watching : data.watching} sidebar={sidebar} onSidebar={fold} />
            <Body data={data} moving={one.moving} onWhy={explain} onUse={(text, citations) => composer.current?.use(text, citations)} />
            <Composer ref={composer} key={id} data={data} moving={one.moving} onNext={rest.onNext} />
          </>
        ) : (
          <Opening />
        )}
      </main>
      {sidebar && data ? <Sidebar data={data} tab={tab} onTab={setTab} turn={turn} onTurn={setTurn} onInsert={(text, citation) => composer.current?.insert(text, citation)} onClose={over ? fold : undefined} /> : null}
    </>
  );
}

function Body({ data, moving, onWhy, onUse }: { data: Conversation; moving: ReturnType<typeof useConversation>['moving']; onWhy: (turn: string | undefined) => void; onUse: (text: string, citations: Citation[]) => void }) {
  const { me, speaks } = useMe();
  const client = useQueryClient();
  const w = useWords();
  const box = useRef<HTMLDivElement>(null);
  const bottom = useRef(true);
  const lastSeq = data.events.at(-1)?.seq ?? 0;
  const [below, setBelow] = useState(false);

  useEffect(() => {
    const one = box.current;
    if (one && bottom.current) one.scrollTop = one.scrollHeight;
    else if (one) setBelow(true);
  }, [lastSeq, moving.sentences.length, moving.typing]);
  // Pictures and the composer change heights after the fact.
  useEffect(() => {
    const one = box.current;
    if (!one) return undefined;
    const watch = new ResizeObserver(() => {
      if (bottom.current) one.scrollTop = one.scrollHeight;
    });
    watch.observe(one);
    if (one.firstElementChild) watch.observe(one.firstElementChild);
    return () => watch.disconnect();
  }, []);

  // What the one who has the conversation sees counts as read; a page beside the one they work in is not seen.
  const newest = data.events.findLast((frame) => frame.type === 'customer_said')?.seq ?? 0;
  const seen = useRef(0);
  const mentioned = data.events.findLast((frame) => frame.type === 'noted' && frame.mentions?.some((one) => one.id === me.id))?.seq ?? 0;
  const sawMention = useRef(0);
  const unread = data.row.unread;
  const reads = speaks && data.row.owner.kind === 'agent' && data.row.owner.agent === me.id;
  useEffect(() => {
    const read = () => {
      if (document.hidden || !document.hasFocus() || !speaks) return;
      const unseen = reads && newest > seen.current && unread > 0;
      // Who is mentioned has seen the note, whosever conversation it is.
      if (!unseen && mentioned <= sawMention.current) return;
      const called = mentioned > sawMention.current;
      if (unseen) seen.current = newest;
      sawMention.current = mentioned;
      calls.seen(data.row.id, lastSeq).then(
        // That a note was seen changes no row, so that no line tells of it.
        () => (called ? client.invalidateQueries({ queryKey: ['list', { view: 'mentions' }] }) : undefined),
        () => (seen.current = sawMention.current = 0),
      );
    };
    read();
    document.addEventListener('visibilitychange', read);
    window.addEventListener('focus', read);
    return () => {
      document.removeEventListener('visibilitychange', read);
      window.removeEventListener('focus', read);
    };
  }, [client, newest, lastSeq, data.row.id, speaks, reads, unread, mentioned]);

  return (
    <div className="talk">
      {data.summary && data.row.owner.kind !== 'bot' ? <Handoff data={data} summary={data.summary} onUse={onUse} onWhy={() => onWhy(undefined)} /> : null}
      <div
        className="talk-scroll"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label={w.conversation.log}
        onScroll={(event) => {
          const one = event.currentTarget;
          bottom.current = one.scrollHeight - one.scrollTop - one.clientHeight < 60;
          if (bottom.current) setBelow(false);
        }}
      >
        <div className="talk-inner">
          <Timeline data={data} moving={moving} onWhy={onWhy} />
        </div>
      </div>
      {below ? (
        <button
          type="button"
          className="below button secondary small"
          onClick={() => {
            bottom.current = true;
            box.current?.scrollTo({ top: box.current.scrollHeight, behavior: 'smooth' });
            setBelow(false);
          }}
        >
          {w.conversation.newBelow}
        </button>
      ) : null}
    </div>
  );
}
