/** One card at a time: which is shown, which comes after, how a queue stands. Pure. */
import type { Queue, Trouble } from './reads';

/** The card to show: the one that is named, else the one that took its place in the list. */
export function current(items: readonly Trouble[], named: string | null, place: number): number {
  const found = named === null ? -1 : items.findIndex((each) => each.id === named);
  if (found >= 0) return found;
  return items.length ? Math.min(Math.max(place, 0), items.length - 1) : -1;
}

/** Where `next` leads: past the end it begins again, so that nobody is stuck at the last. */
export function after(items: readonly Trouble[], at: number, by: 1 | -1): string | null {
  if (!items.length) return null;
  return items[(at + by + items.length) % items.length]!.id;
}

/** The share of a queue that was dealt with in time; null where nothing was raised. */
export const share = (queue: Pick<Queue, 'raised' | 'in_time'>): number | null => (queue.raised ? queue.in_time / queue.raised : null);

/** The queues with something in them, those that wait the longest over their level first; then the others. */
export function ranked(queues: readonly Queue[], now: number): { busy: Queue[]; idle: Queue[] } {
  const over = (queue: Queue) => (queue.oldest_at ? (now - new Date(queue.oldest_at).getTime()) / (queue.within_min * 60_000) : 0);
  const busy = queues.filter((queue) => queue.waiting > 0).toSorted((a, b) => over(b) - over(a));
  return { busy, idle: queues.filter((queue) => queue.waiting === 0) };
}

export type Nap = 'hour' | 'afternoon' | 'tomorrow' | 'week';

/** Until when an exception is put off. */
export function napUntil(nap: Nap, now = new Date()): Date {
  const until = new Date(now);
  if (nap === 'hour') until.setHours(until.getHours() + 1);
  if (nap === 'afternoon') until.setHours(until.getHours() + 4);
  if (nap === 'week') until.setDate(until.getDate() + 7);
  if (nap === 'tomorrow') {
    until.setDate(until.getDate() + 1);
    until.setHours(8, 0, 0, 0);
  }
  return until;
}
