// The frame around every page: navigation with counters, presence, the palette and the help.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { AtSign, BookOpen, Bot, CheckCheck, ChevronsLeft, ChevronsRight, Command, Cpu, FlaskConical, Hourglass, House, Inbox as InboxIcon, Keyboard, LogOut, Menu as MenuIcon, MessageCircleQuestion, MessageSquareText, MoonStar, ScrollText, Search, Settings2, ShieldCheck, Star, UserRound, Users, UsersRound, WifiOff, type LucideIcon } from 'lucide-react';
import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import * as calls from '../api/calls';
import type { Presence, View } from '../api/wire';
import { Avatar, IconButton, Tip } from '../kit/basics';
import { Menu } from '../kit/layers';
import { PHONE, SLIM, useMedia } from '../kit/media';
import { complain, Toasts, useOffer } from '../kit/toast';
import { later } from '../later';
import { useWords } from '../words';
import { Guarded } from './broken';
import { useCommand, useKeys } from './commands';
import { LiveProvider, useLive } from './live';
import { useIdle } from './idle';
import { mayLeave } from './leaving';
import { useMe } from './me';
import { Mark } from './signin';

export const Palette = later(() => import('./palette').then((one) => one.Palette));
export const Help = later(() => import('./help').then((one) => one.Help));
export const Drawer = later(() => import('./drawer').then((one) => one.Drawer));

export const VIEWS: { view: View; icon: LucideIcon }[] = [
  { view: 'mine', icon: UserRound },
  { view: 'unassigned', icon: InboxIcon },
  { view: 'waiting', icon: Hourglass },
  { view: 'all', icon: MessageSquareText },
  { view: 'bot', icon: Bot },
  { view: 'mentions', icon: AtSign },
  { view: 'snoozed', icon: MoonStar },
  { view: 'resolved', icon: CheckCheck },
];

export const PAGES = [
  { page: 'home', icon: House },
  { page: 'knowledge', icon: BookOpen },
  { page: 'playground', icon: FlaskConical },
  { page: 'inboxes', icon: MessageCircleQuestion },
  { page: 'team', icon: UsersRound },
  { page: 'policy', icon: ShieldCheck },
  { page: 'model', icon: Cpu },
  { page: 'audit', icon: ScrollText },
] as const;

export function Shell({ children }: { children: ReactNode }) {
  const [, go] = useLocation();
  return (
    <LiveProvider onOpen={(id) => go(`/inbox/all/${id}`)}>
      <Inside>{children}</Inside>
    </LiveProvider>
  );
}

function Inside({ children }: { children: ReactNode }) {
  const w = useWords();
  const { me, manages } = useMe();
  const { up } = useLive();
  const [location, go] = useLocation();
  const [folded, setFolded] = useState(() => localStorage.getItem('frontdesk.nav') === 'narrow');
  const [slim, phone] = [useMedia(SLIM), useMedia(PHONE)];
  const narrow = folded || slim;
  const [drawer, setDrawer] = useState(false);
  // A window that grew has room for what the drawer was for.
  useEffect(() => setDrawer(false), [slim, phone]);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const fold = () => {
    if (slim) return setDrawer(true);
    localStorage.setItem('frontdesk.nav', folded ? 'wide' : 'narrow');
    setFolded(!folded);
  };
  const keys = useKeys();
  const offer = useOffer();
  useIdle();
  useCommand('undo', () => offer?.(), offer !== undefined);
  useCommand('palette', () => setPalette((open) => !open));
  useCommand('help', () => setHelp(true));
  useCommand('go_inbox', () => go('/inbox/mine'));
  useCommand('go_contacts', () => go('/contacts'));
  useCommand('go_home', () => go('/home'), manages);
  useCommand('go_settings', () => go('/settings'));
  useCommand('next_view', () => {
    const at = VIEWS.findIndex((one) => location.startsWith(`/inbox/${one.view}`));
    go(`/inbox/${VIEWS[(at + 1) % VIEWS.length]?.view ?? 'mine'}`);
  });
  const navigation = (short: boolean, top: ReactNode) => (
    <nav className="nav" aria-label={w.nav.label}>
      <div className="nav-top">
        <Mark size={26} />
        {short ? null : <strong className="grow">Frontdesk</strong>}
        {top}
      </div>
      <SearchButton narrow={short} onClick={() => (setDrawer(false), setPalette(true))} />
      <div className="nav-scroll">
        <ViewLinks narrow={short} location={location} />
        <NavLink narrow={short} icon={Users} label={w.nav.contacts} to="/contacts" here={location.startsWith('/contacts')} />
        {manages || me.role === 'qa' ? (
          <>
            {short ? <div className="separator" /> : <div className="nav-heading">{w.nav.manage}</div>}
            <ul>
              {PAGES.filter((one) => manages || ['home', 'knowledge', 'playground', 'audit'].includes(one.page)).map(({ page, icon }) => (
                <li key={page}>
                  <NavLink narrow={short} icon={icon} label={w.pages[page]} to={`/${page}`} here={location === `/${page}` || location.startsWith(`/${page}/`)} />
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
      <Self narrow={short} onHelp={() => (setDrawer(false), setHelp(true))} onGo={() => setDrawer(false)} />
    </nav>
  );
  return (
    <div className={`shell ${phone ? 'phone' : narrow ? 'narrow' : ''}`}>
      <a className="skip" href="#main" onClick={() => document.getElementById('main')?.focus()}>
        {w.skip}
      </a>
      {phone ? (
        <header className="nav-bar">
          <IconButton label={w.nav.unfold} icon={MenuIcon} onClick={fold} />
          <Mark size={24} />
          <strong className="grow">Frontdesk</strong>
          <IconButton label={w.palette.open} icon={Search} onClick={() => setPalette(true)} />
        </header>
      ) : (
        navigation(narrow, <IconButton small label={narrow ? w.nav.unfold : w.nav.fold} icon={narrow ? ChevronsRight : ChevronsLeft} onClick={fold} />)
      )}
      <div className="shell-main" id="main" tabIndex={-1}>
        {up ? null : (
          <div className="cut" role="status">
            <WifiOff size={14} aria-hidden /> {w.cut}
          </div>
        )}
        <Guarded at={location}>{children}</Guarded>
      </div>
      <Suspense>
        {palette ? <Palette onClose={() => setPalette(false)} /> : null}
        {help ? <Help onClose={() => setHelp(false)} /> : null}
        {drawer ? <Drawer onClose={() => setDrawer(false)}>{navigation(false, <IconButton small label={w.nav.fold} icon={ChevronsLeft} onClick={() => setDrawer(false)} />)}</Drawer> : null}
      </Suspense>
      <Toasts keys={keys('undo')} />
    </div>
  );
}

function SearchButton({ narrow, onClick }: { narrow: boolean; onClick: () => void }) {
  const w = useWords();
  const keys = useKeys()('palette');
  if (narrow) return <IconButton label={w.palette.open} keys={keys} icon={Command} onClick={onClick} className="nav-icon" />;
  return (
    <button type="button" className="nav-search" onClick={onClick}>
      <Command size={14} aria-hidden />
      <span className="grow clip">{w.palette.open}</span>
      {keys ? <kbd>{keys}</kbd> : null}
    </button>
  );
}

function NavLink({ narrow, icon: Icon, label, to, here, count }: { narrow: boolean; icon: LucideIcon; label: string; to: string; here: boolean; count?: number | undefined }) {
  const link = (
    <Link href={to} className="nav-link" aria-current={here ? 'page' : undefined} aria-label={narrow ? label : undefined}>
      <Icon size={16} aria-hidden />
      {narrow ? null : <span className="grow clip">{label}</span>}
      {count ? <span className={`nav-count num ${narrow ? 'dot' : ''}`}>{narrow ? '' : count > 999 ? '999+' : count}</span> : null}
    </Link>
  );
  return narrow ? (
    <Tip text={label} side="right">
      {link}
    </Tip>
  ) : (
    link
  );
}

function ViewLinks({ narrow, location }: { narrow: boolean; location: string }) {
  const w = useWords();
  const { counts } = useLive();
  const saved = useQuery({ queryKey: ['views'], queryFn: calls.views, staleTime: 300_000 });
  return (
    <>
      {narrow ? null : <div className="nav-heading">{w.nav.inbox}</div>}
      <ul>
        {VIEWS.map(({ view, icon }) => (
          <li key={view}>
            <NavLink narrow={narrow} icon={icon} label={w.views[view]} to={`/inbox/${view}`} here={location === `/inbox/${view}` || location.startsWith(`/inbox/${view}/`)} count={view === 'resolved' ? undefined : counts?.[view]} />
          </li>
        ))}
        {(saved.data ?? []).map((one) => (
          <li key={one.id}>
            <NavLink narrow={narrow} icon={Star} label={one.name} to={`/inbox/f-${one.id}`} here={location.startsWith(`/inbox/f-${one.id}`)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Self({ narrow, onHelp, onGo }: { narrow: boolean; onHelp: () => void; onGo: () => void }) {
  const w = useWords();
  const client = useQueryClient();
  const { me, change } = useMe();
  const [, go] = useLocation();
  const leave = async () => {
    if (!mayLeave()) return;
    try {
      await calls.signOut();
    } catch (error) {
      complain(error);
      return;
    }
    for (const key of Object.keys(localStorage)) if (key.startsWith('frontdesk.draft.')) localStorage.removeItem(key);
    client.clear();
    window.location.assign('/console');
  };
  const choices: Presence[] = ['online', 'busy', 'away'];
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="nav-self">
          <Avatar name={me.name} size={30} presence={me.presence} />
          {narrow ? (
            <span className="sr">{w.nav.account(me.name, w.presence[me.presence])}</span>
          ) : (
            <span className="grow" style={{ textAlign: 'start' }}>
              <span className="clip" style={{ display: 'block', fontWeight: 600, lineHeight: 1.25 }}>
                {me.name}
              </span>
              <span className="muted small">{w.presence[me.presence]}</span>
            </span>
          )}
        </button>
      }
      parts={[
        { heading: w.presence.label },
        ...choices.map((presence) => ({ key: presence, label: w.presence[presence], checked: me.presence === presence, onSelect: () => change({ presence }) })),
        'line',
        { key: 'settings', label: w.settings.title, icon: Settings2, onSelect: () => (onGo(), go('/settings')) },
        { key: 'help', label: w.help.title, icon: Keyboard, onSelect: onHelp },
        'line',
        { key: 'out', label: w.nav.signOut, icon: LogOut, onSelect: () => void leave() },
      ]}
    />
  );
}

