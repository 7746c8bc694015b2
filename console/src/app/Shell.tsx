import { ActionIcon, Tooltip } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { Menu, Search, Store, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useSession, type Session } from '@/api/session';
import { useLiveState, useOutdating, type Outdates } from '@/api/useLive';
import { usePreferences } from '@/api/preferences';
import { say } from '@/i18n';
import { useGo } from '@/ui/address';
import { ZoneContext } from '@/ui/clock';
import { useKeys, type Shortcut } from '@/ui/keys';
import { SkeletonPage, StaleBar } from '@/ui/States';
import { KeyHint } from '@/ui/Values';
import { Account } from './Account';
import type { Feature, NavEntry } from './feature';
import { features } from './features';
import { allowed, entries } from './nav';
import { SchemeToggle, useScheme } from './Scheme';
import { t } from './words';

const Palette = lazy(() => import('./Palette'));
const Help = lazy(() => import('./Help'));

type Over = 'palette' | 'help';

const FOOT = 90;
const OUTDATES: Outdates[] = features.flatMap((feature) => (feature.outdates ? [feature.outdates] : []));

/** The console around its pages: top bar, menu, live updates, palette and keys. */
export function Shell() {
  const session = useSession();
  const [preferences] = usePreferences();
  const shown = useMemo(() => allowed(features, session), [session]);
  const [over, setOver] = useState<Over | null>(null);
  const [used, setUsed] = useState<ReadonlySet<Over>>(new Set()); // loaded when first shown, and then kept: focus returns
  const show = (which: Over) => {
    setUsed((before) => new Set(before).add(which));
    setOver(which);
  };
  const [menu, setMenu] = useState(false);
  const main = useRef<HTMLElement>(null);
  useScheme(preferences.scheme);
  useOutdating(OUTDATES, session !== null);
  useShellKeys(shown, show);
  useEffect(() => {
    document.documentElement.dataset.density = preferences.density ?? 'cozy';
  }, [preferences.density]);
  if (!session) return null;
  return (
    <ZoneContext value={preferences.zone}>
      <div className="shell">
        <a href="#main" className="skip" onClick={() => main.current?.focus()}>
          {say('skip')}
        </a>
        <Top session={session} menu={menu} onMenu={setMenu} onPalette={() => show('palette')} onHelp={() => show('help')} />
        <Nav shown={shown} session={session} open={menu} onGone={() => setMenu(false)} />
        <main className="shell-main" id="main" ref={main} tabIndex={-1}>
          <Stale />
          <Suspense fallback={<SkeletonPage />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Suspense>
        {used.has('palette') && <Palette open={over === 'palette'} features={shown} onClose={() => setOver(null)} onHelp={() => show('help')} />}
        {used.has('help') && <Help open={over === 'help'} onClose={() => setOver(null)} />}
      </Suspense>
    </ZoneContext>
  );
}

function useShellKeys(shown: readonly Feature[], open: (over: Over) => void): void {
  const go = useGo();
  const everywhere: Shortcut[] = [
    { keys: 'mod+k', label: t('key.palette'), typing: true, run: () => open('palette') },
    { keys: '/', label: t('key.search'), run: () => searchHere() || open('palette') },
    { keys: '?', label: t('key.help'), run: () => open('help') },
  ];
  const goes = entries(shown)
    .filter((entry) => entry.key)
    .map((entry): Shortcut => ({ keys: `g ${entry.key}`, label: entry.label, run: () => go(entry.path) }));
  useKeys(t('keys.everywhere'), everywhere);
  useKeys(t('keys.go'), goes);
}

/** Puts the cursor into the page's own search (`data-page-search`), where it has one. */
function searchHere(): boolean {
  const field = document.querySelector<HTMLInputElement>('[data-page-search]');
  field?.focus();
  field?.select();
  return field !== null;
}

interface TopProps {
  session: Session;
  menu: boolean;
  onMenu: (open: boolean) => void;
  onPalette: () => void;
  onHelp: () => void;
}

function Top({ session, menu, onMenu, onPalette, onHelp }: TopProps) {
  return (
    <header className="shell-top">
      <ActionIcon className="shell-burger" size={36} onClick={() => onMenu(!menu)} aria-expanded={menu} aria-controls="nav" aria-label={menu ? t('menu.close') : t('menu.open')}>
        {menu ? <X size={18} aria-hidden /> : <Menu size={18} aria-hidden />}
      </ActionIcon>
      <Link to="/" className="shell-brand">
        <img src="/icon.svg" width={22} height={22} alt="" />
        {say('app')} <small>{t('console')}</small>
      </Link>
      <button type="button" className="shell-search" onClick={onPalette} aria-label={t('search')}>
        <Search size={14} aria-hidden />
        <span className="truncate">{t('search.hint')}</span>
        <span className="push shell-search-keys">
          <KeyHint keys="mod+k" />
        </span>
      </button>
      <div className="shell-tools">
        <LiveDot />
        <SchemeToggle />
        <Account session={session} onHelp={onHelp} />
      </div>
    </header>
  );
}

function LiveDot() {
  const { status } = useLiveState();
  const word = { live: say('live.on'), connecting: say('live.connecting'), reconnecting: say('live.off') }[status];
  return (
    <Tooltip label={status === 'live' ? say('live.on.tip') : word}>
      <span className="live" data-status={status} role="status" aria-label={word}>
        <i aria-hidden />
        <span>{word}</span>
      </span>
    </Tooltip>
  );
}

function Stale() {
  const { status, since } = useLiveState();
  return status === 'reconnecting' ? <StaleBar since={since} /> : null;
}

function Nav({ shown, session, open, onGone }: { shown: readonly Feature[]; session: Session; open: boolean; onGone: () => void }) {
  const all = entries(shown);
  return (
    <nav className="shell-nav" id="nav" aria-label={t('nav')} data-open={open ? '' : undefined} onClickCapture={onGone}>
      {all.filter((entry) => entry.order < FOOT).map((entry) => (
        <NavLink key={entry.path} entry={entry} />
      ))}
      <div className="nav-foot">
        {all.filter((entry) => entry.order >= FOOT).map((entry) => (
          <NavLink key={entry.path} entry={entry} />
        ))}
        {session.scopes.some((scope) => scope === 'fulfillment:write' || scope === 'admin') && (
          <a className="nav-link" href="/store" title={t('store_app')}>
            <Store size={16} aria-hidden />
            <span className="nav-word">{t('store_app')}</span>
          </a>
        )}
      </div>
    </nav>
  );
}

function NavLink({ entry }: { entry: NavEntry }) {
  const Icon = entry.icon;
  return (
    <Link to={entry.path} className="nav-link" activeOptions={{ exact: entry.path === '/', includeSearch: false }} title={entry.label}>
      <Icon size={16} aria-hidden />
      <span className="nav-word">{entry.label}</span>
      {entry.Count && <entry.Count />}
    </Link>
  );
}
