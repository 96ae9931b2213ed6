// One conversation in the list: who, what was said last, how long they wait, who has it.
import { AtSign, BadgeCheck, Bot, Globe, MoonStar, Paperclip, Star, Store, UserRound, type LucideIcon } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import type { Priority, Row } from '../api/wire';
import { Avatar, Badge, type Tone } from '../kit/basics';
import { lasted, moment } from '../words/format';
import { useLanguage, useWords } from '../words';
import { useMe } from '../shell/me';

const CHANNEL_ICONS: Record<string, LucideIcon> = { web: Globe, email: AtSign };
const PRIORITY_TONES: Record<Priority, Tone> = { urgent: 'bad', high: 'warn', normal: 'plain', low: 'plain' };

/** Green while fresh, amber after two minutes, red after ten. */
export const waitTone = (ms: number): Tone => (ms > 600_000 ? 'bad' : ms > 120_000 ? 'warn' : 'plain');

interface Props {
  row: Row;
  /** Its widget's name, where that says something. */
  inbox: string | undefined;
  now: number;
  selected: boolean;
  picked: boolean;
  /** Others are picked, so that every row shows that it may be. */
  picking: boolean;
  onPick: ((id: string, range: boolean) => void) | undefined;
  href: string;
  onOpen: (id: string) => void;
}

export const RowItem = memo(function RowItem({ row, inbox, now, selected, picked, picking, onPick, href, onOpen }: Props) {
  const w = useWords();
  const language = useLanguage();
  const { me } = useMe();
  const Channel = CHANNEL_ICONS[row.channel] ?? Globe;
  const name = row.contact.name || w.visitor;
  const waited = row.waiting_since ? now - Date.parse(row.waiting_since) : 0;
  const mine = row.owner.agent === me.id;
  return (
    <div role="listitem" className={`item-box ${picking ? 'picking' : ''} ${picked ? 'picked' : ''}`}>
      {onPick ? <input type="checkbox" className="item-pick" tabIndex={-1} aria-label={w.list.pick(name)} checked={picked} onChange={(event) => onPick(row.id, (event.nativeEvent as MouseEvent).shiftKey)} /> : null}
      <Link
        href={href}
        data-row={row.id}
        className={`item-row ${row.unread > 0 ? 'unread' : ''}`}
        aria-current={selected ? 'true' : undefined}
        // The router leaves clicks with a key to the browser, which would open a window.
        onClickCapture={(event: React.MouseEvent) => {
          if (!event.shiftKey || !onPick) return;
          event.preventDefault();
          onPick(row.id, true);
        }}
        onClick={(event: React.MouseEvent) => {
          event.preventDefault();
          onOpen(row.id);
        }}
      >
        <span className="item-face">
          <Avatar name={name} size={34} />
          <span className="item-channel" title={w.channel(row.channel)}>
            <Channel size={11} aria-hidden />
          </span>
        </span>
        <span className="grow">
          <span className="row" style={{ gap: 4 }}>
            <span className="item-name clip">{name}</span>
            {row.contact.verified ? <BadgeCheck size={13} className="verified" aria-label={w.verified} /> : null}
            <span className="grow" />
            <time className="small muted num" dateTime={row.last_at}>
              {moment(row.last_at, now, language)}
            </time>
          </span>
          <span className="row" style={{ gap: 6 }}>
            <span className="item-last clip grow" dir="auto">
              {row.last ? (
                <>
                  {row.last.from === 'customer' ? '' : <span className="muted">{row.last.from === 'bot' ? `${w.ai}: ` : `${mine ? w.you : w.agent}: `}</span>}
                  {row.last.text.replace(/\s*\[\d+\]/g, '') || (row.last.attachments > 0 ? w.files(row.last.attachments) : '')}
                </>
              ) : (
                <span className="muted">{w.list.nothingSaid}</span>
              )}
            </span>
            {row.last && row.last.attachments > 0 ? <Paperclip size={12} className="muted" aria-label={w.files(row.last.attachments)} /> : null}
            {row.unread > 0 ? (
              <span className="unread-count num" aria-label={w.list.unread(row.unread)}>
                {row.unread > 99 ? '99+' : row.unread}
              </span>
            ) : null}
          </span>
          <span className="item-marks">
            {row.owner.kind === 'bot' && row.status === 'open' ? (
              <Badge tone="ai" icon={Bot}>
                {w.list.aiHandling}
              </Badge>
            ) : null}
            {row.waiting_since && row.status === 'open' && row.owner.kind !== 'bot' ? (
              <Badge tone={waitTone(waited)} title={w.list.waitingFor(lasted(waited, language))}>
                <span className="num">{w.list.waits(lasted(waited, language))}</span>
              </Badge>
            ) : null}
            {row.mentions ? (
              <Badge tone="note" icon={AtSign}>
                {w.list.mentions(row.mentions)}
              </Badge>
            ) : null}
            {inbox ? (
              <span className="item-shop" title={inbox}>
                <Badge icon={Store}>{inbox}</Badge>
              </span>
            ) : null}
            {row.priority === 'urgent' || row.priority === 'high' ? <Badge tone={PRIORITY_TONES[row.priority]}>{w.priorities[row.priority]}</Badge> : null}
            {row.status === 'snoozed' && row.snoozed_until ? (
              <Badge tone="info" icon={MoonStar}>
                {moment(row.snoozed_until, now, language)}
              </Badge>
            ) : null}
            {row.owner.kind === 'agent' && !mine ? (
              <Badge icon={UserRound}>{row.owner.name ?? w.agent}</Badge>
            ) : null}
            {row.rating ? (
              <Badge tone={row.rating >= 4 ? 'good' : row.rating <= 2 ? 'bad' : 'warn'} icon={Star}>
                {row.rating}
              </Badge>
            ) : null}
            {row.labels.slice(0, 3).map((label) => (
              <Badge key={label} tone="accent">
                {label}
              </Badge>
            ))}
            {row.labels.length > 3 ? <Badge>+{row.labels.length - 3}</Badge> : null}
          </span>
        </span>
      </Link>
    </div>
  );
});
