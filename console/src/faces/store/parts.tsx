/** The pieces that every screen of the store app is made of. */
import { AlarmClock, CarFront, Check, CloudUpload, PackageCheck, ShoppingBag, Truck, type LucideIcon } from 'lucide-react';
import type { MouseEvent, ReactNode } from 'react';
import { ageShort } from '@/i18n';
import { useNow } from '@/ui/clock';
import { useEntries } from './store';
import type { StoreWork } from './types';
import { address, go } from './way';
import { methodWord, stateWord, t } from './words';

const METHODS: Record<string, LucideIcon> = { ship: Truck, pickup: ShoppingBag, curbside: CarFront };

/** A link inside the app: an address that can be kept and shared, followed without loading a page. */
export function To({ to, children, className, label, current }: { to: string; children: ReactNode; className?: string; label?: string; current?: boolean }) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={address(to)} onClick={follow} className={className} aria-label={label} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}

export function Screen({ title, sub, aside, back, children, foot }: { title: ReactNode; sub?: ReactNode; aside?: ReactNode; back?: ReactNode; children: ReactNode; foot?: ReactNode }) {
  return (
    <main id="main" tabIndex={-1}>
      <div className="top">
        {back}
        <div className="top-words">
          <h1>{title}</h1>
          {sub && <p>{sub}</p>}
        </div>
        {aside}
      </div>
      <div className="screen" data-foot={foot ? '' : undefined}>
        {children}
      </div>
      {foot && <div className="foot">{foot}</div>}
    </main>
  );
}

export function Method({ method }: { method: string }) {
  const Icon = METHODS[method] ?? Truck;
  return (
    <span className="badge" data-tone="gray">
      <Icon size={13} aria-hidden />
      {methodWord(method)}
    </span>
  );
}

const TONES: Record<string, string> = { released: 'blue', accepted: 'violet', picking: 'violet', picked: 'cyan', packed: 'cyan', ready_for_pickup: 'teal', collected: 'teal', rejected: 'red', canceled: 'red' };

export function State({ state }: { state: string }) {
  const Icon = state === 'ready_for_pickup' || state === 'collected' ? Check : PackageCheck;
  return (
    <span className="badge" data-tone={TONES[state] ?? 'gray'}>
      <Icon size={13} aria-hidden />
      {stateWord(state)}
    </span>
  );
}

/** When the next step is due, in words; late work is red and says so. */
export function DueBy({ at, ready }: { at: string | null; ready?: boolean }) {
  const now = useNow();
  if (!at) return null;
  if (ready) return <span className="muted">{t('due.since', { age: ageShort(at, now) })}</span>;
  const late = Date.parse(at) < now;
  const soon = Date.parse(at) - now < 3_600_000;
  return (
    <span className="tone-text tabular" data-tone={late ? 'red' : soon ? 'orange' : 'gray'}>
      {(late || soon) && <AlarmClock size={14} aria-hidden />}
      {late ? t('due.late', { age: ageShort(at, now) }) : t('due', { age: ageShort(at, now) })}
    </span>
  );
}

/** Says that steps with a piece of work are still to be sent. */
export function Waits({ work }: { work: string }) {
  const waits = useEntries().some((entry) => entry.work === work && !entry.refused);
  if (!waits) return null;
  return (
    <span className="badge" data-tone="orange">
      <CloudUpload size={13} aria-hidden />
      {t('work.waits')}
    </span>
  );
}

const HUES = ['#dcd3c8', '#c7d0db', '#d9d8c7', '#d5c9d6', '#c8d9d0', '#dccbc4'];

/** In place of a picture: the same soft color for the same item, and its first letters. */
export function Swatch({ sku, name }: { sku: string; name: string }) {
  const hash = [...sku].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const letters = name.split(/\s+/).slice(0, 2).map((word) => word.charAt(0)).join('').toUpperCase();
  return (
    <span className="swatch" style={{ background: HUES[hash % HUES.length] }} aria-hidden>
      {letters}
    </span>
  );
}

export const unitsOf = (order: StoreWork): number => order.work.lines.reduce((sum, line) => sum + line.quantity - line.canceled, 0);

export const nameOf = (order: StoreWork): string => order.customer || order.work.order_number;
