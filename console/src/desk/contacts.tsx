// The people who wrote: search, one's details, their conversations.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { BadgeCheck, ContactRound, UsersRound } from 'lucide-react';
import { useDeferredValue, useRef, useState } from 'react';
import { Link } from 'wouter';
import { VList, type VListHandle } from 'virtua';
import * as calls from '../api/calls';
import { Avatar, Badge, Empty, Skeleton } from '../kit/basics';
import { TextField } from '../kit/fields';
import { useTitle } from '../shell/live';
import { moment } from '../words/format';
import { useLanguage, useWords } from '../words';
import { ContactCard } from './sidebar';

export default function Contacts({ id }: { id?: string }) {
  const w = useWords();
  const language = useLanguage();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  useTitle(w.nav.contacts);
  const handle = useRef<VListHandle>(null);
  const list = useInfiniteQuery({
    queryKey: ['contacts', q],
    queryFn: ({ pageParam }) => calls.contacts(q, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const people = list.data?.pages.flatMap((page) => page.items) ?? [];
  const more = (offset: number) => {
    const one = handle.current;
    if (one && list.hasNextPage && !list.isFetchingNextPage && offset + one.viewportSize > one.scrollSize - 600) void list.fetchNextPage();
  };
  return (
    <div className={`inbox ${id ? 'chosen' : ''}`}>
      <section className="list" aria-label={w.nav.contacts}>
        <header className="list-head">
          <h1 className="grow">{w.nav.contacts}</h1>
        </header>
        <div style={{ padding: '0 12px 8px' }}>
          <TextField label={w.contact.search} hideLabel className="compact" type="search" placeholder={w.contact.search} value={text} onChange={(event) => setText(event.target.value)} />
        </div>
        <div className="list-body">
          {list.isPending ? (
            <div className="stack" style={{ padding: 16 }}>
              <Skeleton height={34} />
              <Skeleton height={34} />
            </div>
          ) : people.length === 0 ? (
            <Empty icon={UsersRound} title={q ? w.list.noMatch : w.contact.none}>
              {q ? '' : w.contact.noneHint}
            </Empty>
          ) : (
            <VList ref={handle} style={{ height: '100%' }} role="list" aria-label={w.nav.contacts} tabIndex={-1} onScroll={more}>
              {people.map((one) => (
                <div role="listitem" key={one.id}>
                  <Link href={`/contacts/${one.id}`} className="item-row" aria-current={one.id === id ? 'true' : undefined}>
                    <Avatar name={one.name || w.visitor} size={34} />
                    <span className="grow">
                      <span className="row" style={{ gap: 4 }}>
                        <span className="item-name clip">{one.name || w.visitor}</span>
                        {one.verified ? <BadgeCheck size={13} className="verified" aria-label={w.verified} /> : null}
                      </span>
                      <span className="item-last clip" style={{ display: 'block' }}>
                        {one.email ?? one.phone ?? moment(one.created_at, Date.now(), language)}
                      </span>
                    </span>
                  </Link>
                </div>
              ))}
            </VList>
          )}
        </div>
      </section>
      {id ? (
        <Person id={id} />
      ) : (
        <main className="blank">
          <Empty icon={ContactRound} title={w.contact.choose} />
        </main>
      )}
    </div>
  );
}

function Person({ id }: { id: string }) {
  const w = useWords();
  const language = useLanguage();
  const one = useQuery({ queryKey: ['contact', id], queryFn: () => calls.contact(id) });
  const rows = useQuery({ queryKey: ['contact', id, 'conversations'], queryFn: () => calls.contactConversations(id) });
  if (!one.data) return <main className="page">{one.error ? <p className="error">{one.error.message}</p> : <Skeleton height={80} />}</main>;
  return (
    <main className="page person">
      <Link href="/contacts" className="back only-small">
        ← {w.nav.contacts}
      </Link>
      <div className="card person-card stack" style={{ gap: 20 }}>
        <ContactCard contact={one.data} />
      </div>
      <section className="grow">
        <h2>{w.contact.conversations}</h2>
        <ul className="card earlier" style={{ marginTop: 12, padding: 6 }}>
          {(rows.data ?? []).map((row) => (
            <li key={row.id}>
              <Link href={`/inbox/${row.status === 'open' ? 'all' : row.status}/${row.id}`}>
                <span className="clip grow">{row.last?.text ?? w.list.nothingSaid}</span>
                <Badge tone={row.status === 'open' ? 'info' : 'plain'}>{w.statuses[row.status]}</Badge>
                <span className="small muted">{moment(row.last_at, Date.now(), language)}</span>
              </Link>
            </li>
          ))}
          {rows.data?.length === 0 ? <li className="muted" style={{ padding: 10 }}>{w.side.noEarlier}</li> : null}
        </ul>
      </section>
    </main>
  );
}
