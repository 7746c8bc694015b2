/** What Today shows, worked out from what the server tells. */
import type { LiveEvent } from '@/api/live';
import type { Schemas } from '@/api/client';
import { parseSearch, type Search } from '@/ui/address';
import type { Tone } from '@/ui/Status';

export type Overview = Schemas['OverviewAnswer'];
export type Figure = Schemas['FigureAnswer'];

export interface Link {
  to: string;
  search: Search;
}

/** The list that a figure or a stage counts. What is no order stands with the exceptions, by its kind. */
export function linkOf(name: string, query: string | null): Link {
  if (query !== null) return { to: '/orders', search: parseSearch(query) };
  if (name === 'stale_feeds') return { to: '/exceptions', search: { kind: 'inventory.feed_stale' } };
  if (name === 'oversold') return { to: '/exceptions', search: { kind: 'inventory.short' } };
  return { to: '/exceptions', search: {} };
}

const TONES: Record<Figure['level'], Tone> = { good: 'teal', warn: 'orange', alarm: 'red' };
export const toneOf = (level: Figure['level']): Tone => TONES[level];

const BADNESS: Record<Figure['level'], number> = { alarm: 0, warn: 1, good: 2 };

/** The worst first; what is equally bad stays as it stands, so that tiles do not jump about. */
export function sorted(figures: readonly Figure[]): Figure[] {
  return figures.toSorted((one, other) => BADNESS[one.level] - BADNESS[other.level]);
}

/** The share of the fullest stage under way, for the bar under a count; what is there is always seen. */
export function shareOf(orders: number, stages: Overview['stages']): number {
  const most = Math.max(1, ...stages.filter((stage) => stage.stage !== 'delivered').map((stage) => stage.orders));
  return orders ? Math.min(1, Math.max(0.04, orders / most)) : 0;
}

export const KEPT = 60;

/** The newest first, each once, as many as are kept. */
export function gathered(before: readonly LiveEvent[], heard: readonly LiveEvent[]): LiveEvent[] {
  const known = new Map(before.map((event) => [event.sequence, event]));
  for (const event of heard) known.set(event.sequence, event);
  return [...known.values()].sort((one, other) => other.sequence - one.sequence).slice(0, KEPT);
}

/** What an event is about, in a few words: its order's number, its sku and node. */
export function aboutOf(event: LiveEvent): string {
  const { order_number: number, sku, node, actor } = event.data as Record<string, unknown>;
  return [number, sku, node, actor === 'entrepot' ? undefined : actor].filter((each) => typeof each === 'string' && each !== '').join(' · ');
}

export function orderOf(event: LiveEvent): string | undefined {
  return typeof event.data.order_id === 'string' ? event.data.order_id : undefined;
}
