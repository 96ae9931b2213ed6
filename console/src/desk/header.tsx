// The bar over a conversation: whose it is, who else looks, and the next steps.
import { ArrowLeft, ArrowLeftRight, Bot, CheckCheck, Ellipsis, Eye, Flag, Hand, Inbox as InboxIcon, PanelLeft, PanelRight, PencilLine, RotateCcw, Tag } from 'lucide-react';
import { useState } from 'react';
import type { Conversation, Watching } from '../api/wire';
import { Avatar, Badge, Button, IconButton } from '../kit/basics';
import { Menu } from '../kit/layers';
import { ONE_PANE, useMedia } from '../kit/media';
import { useCommand, useKeys } from '../shell/commands';
import { useNow } from '../shell/live';
import { useMe } from '../shell/me';
import { dateTime, lasted } from '../words/format';
import { useLanguage, useWords } from '../words';
import { Labels, PRIORITIES, SnoozeDialog, SnoozeMenu, Transfer } from './dialogs';
import { waitTone } from './row';
import { useAct } from './use-act';

interface Props {
  data: Conversation;
  watching: Watching[];
  listShown: boolean;
  sidebar: boolean;
  onList: () => void;
  onSidebar: () => void;
  onLeave: () => void;
  onNext: () => void;
}

export function Header({ data, watching, listShown, sidebar, onList, onSidebar, onLeave, onNext }: Props) {
  const w = useWords();
  const language = useLanguage();
  const keys = useKeys();
  const { me, speaks } = useMe();
  const { row } = data;
  const act = useAct(row.id);
  const alone = useMedia(ONE_PANE);
  const [dialog, setDialog] = useState<'transfer' | 'snooze' | 'labels'>();
  const [snoozing, setSnoozing] = useState(false);
  const mine = row.owner.kind === 'agent' && row.owner.agent === me.id;
  const open = row.status !== 'resolved';
  const claimable = open && row.owner.kind !== 'agent' && speaks;
  const settle = (next: boolean) => act.mutate({ do: 'resolve' }, { onSuccess: () => (next ? onNext() : undefined) });
  useCommand('claim', () => act.mutate({ do: 'claim' }), claimable);
  useCommand('resolve', () => (open ? settle(false) : act.mutate({ do: 'reopen' })), speaks);
  useCommand('resolve_next', () => settle(true), open && speaks);
  useCommand('transfer', () => setDialog('transfer'), open && speaks);
  useCommand('snooze', () => setSnoozing(true), open && speaks);
  useCommand('labels', () => setDialog('labels'));

  const others = watching.filter((one) => one.agent !== me.id);
  const typing = others.filter((one) => one.state === 'typing');
  return (
    <header className="talk-head">
      <div className="row">
        {alone ? (
          <IconButton small label={w.back} icon={ArrowLeft} onClick={onLeave} />
        ) : (
          <IconButton small label={listShown ? w.inbox.hideList : w.inbox.showList} icon={PanelLeft} pressed={!listShown} onClick={onList} />
        )}
        <Avatar name={row.contact.name || w.visitor} size={30} />
        <div className="grow talk-who">
          {listShown && !alone ? null : <h1 className="sr">{w.conversation.with(row.contact.name || w.visitor)}</h1>}
          <h2 className="clip">{row.contact.name || w.visitor}</h2>
          <div className="owner-line">
            <OwnerLine data={data} />
          </div>
        </div>
        {speaks ? (
          <>
            {claimable ? (
              <Button small look="primary" icon={Hand} busy={act.isPending} onClick={() => act.mutate({ do: 'claim' })} title={keys('claim')}>
                {row.owner.kind === 'bot' ? w.act.takeOver : w.act.claim}
              </Button>
            ) : null}
            {open && claimable ? <IconButton small label={w.act.resolve} keys={keys('resolve')} icon={CheckCheck} onClick={() => settle(false)} /> : open ? (
              <Button small look={mine ? 'primary' : 'secondary'} icon={CheckCheck} busy={act.isPending && act.variables?.do === 'resolve'} onClick={() => settle(false)} title={keys('resolve')}>
                {w.act.resolve}
              </Button>
            ) : (
              <Button small icon={RotateCcw} onClick={() => act.mutate({ do: 'reopen' })}>
                {w.act.reopen}
              </Button>
            )}
            {open ? <IconButton small label={w.act.transfer} keys={keys('transfer')} icon={ArrowLeftRight} onClick={() => setDialog('transfer')} /> : null}
            {open ? <SnoozeMenu open={snoozing} onOpenChange={setSnoozing} snoozed={row.status === 'snoozed'} onSnooze={(until) => act.mutate({ do: 'snooze', until })} onWake={() => act.mutate({ do: 'wake' })} onCustom={() => setDialog('snooze')} /> : null}
            <Menu
              trigger={<IconButton small label={w.act.more} icon={Ellipsis} />}
              parts={[
                { key: 'labels', label: w.act.labels, icon: Tag, keys: keys('labels'), onSelect: () => setDialog('labels') },
                ...(mine
                  ? [
                      { key: 'bot', label: w.act.giveToBot, icon: Bot, onSelect: () => act.mutate({ do: 'release', to: 'bot' }) },
                      { key: 'queue', label: w.act.giveToQueue, icon: InboxIcon, onSelect: () => act.mutate({ do: 'release', to: 'queue' }) },
                    ]
                  : []),
                'line',
                { heading: w.act.priority },
                ...PRIORITIES.map((priority) => ({ key: priority, label: w.priorities[priority], icon: Flag, checked: row.priority === priority, onSelect: () => act.mutate({ do: 'priority', priority }) })),
              ]}
            />
          </>
        ) : (
          <Badge icon={Eye}>{w.conversation.readOnly}</Badge>
        )}
        <IconButton small label={sidebar ? w.inbox.hideSidebar : w.inbox.showSidebar} keys={keys('sidebar')} icon={PanelRight} pressed={sidebar} onClick={onSidebar} />
      </div>
      {others.length > 0 ? (
        <div className={`watching ${typing.length > 0 ? 'typing' : ''}`} role="status">
          {typing.length > 0 ? <PencilLine size={13} aria-hidden /> : <Eye size={13} aria-hidden />}
          {typing.length > 0 ? w.conversation.colleagueTyping(typing.map((one) => one.name).join(w.comma)) : w.conversation.colleagueViewing(others.map((one) => one.name).join(w.comma))}
        </div>
      ) : null}
      {dialog === 'transfer' ? <Transfer busy={act.isPending} onClose={() => setDialog(undefined)} onDo={(action) => act.mutate(action, { onSuccess: () => { setDialog(undefined); onLeave(); } })} /> : null}
      {dialog === 'snooze' ? <SnoozeDialog onClose={() => setDialog(undefined)} onSnooze={(until) => act.mutate({ do: 'snooze', until })} /> : null}
      {dialog === 'labels' ? <Labels labels={row.labels} onClose={() => setDialog(undefined)} onDo={(action) => act.mutate(action)} /> : null}
      {row.status === 'snoozed' && row.snoozed_until ? <div className="watching">{w.conversation.snoozedUntil(dateTime(row.snoozed_until, language))}</div> : null}
    </header>
  );
}

function OwnerLine({ data: { row } }: { data: Conversation }) {
  const w = useWords();
  const language = useLanguage();
  const { me } = useMe();
  const now = useNow(1000);
  const waited = row.waiting_since ? now - Date.parse(row.waiting_since) : 0;
  const waits = row.waiting_since && row.status === 'open' && row.owner.kind !== 'bot';
  return (
    <>
      {/* That nobody has it yet goes without saying beside how long the customer has waited. */}
      <span className={waits && row.owner.kind === 'queue' ? 'sr' : 'clip'}>
        {row.status === 'resolved'
          ? w.conversation.resolved
          : row.owner.kind === 'bot'
            ? w.conversation.botHas
            : row.owner.kind === 'queue'
              ? w.conversation.queueHas
              : row.owner.agent === me.id
                ? w.conversation.youHave
                : w.conversation.otherHas(row.owner.name ?? w.agent)}
      </span>
      {waits ? (
        <Badge tone={waitTone(waited)}>
          <span className="num">{w.list.waits(lasted(waited, language))}</span>
        </Badge>
      ) : null}
    </>
  );
}
