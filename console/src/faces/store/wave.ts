/** What the phone works out by itself: what a scan means, and how work stands with the steps that still wait to be sent. */
import type { Entry, PickList, Stop, StoreWork, Touched, Work } from './types';

const GTIN_DIGITS = 14;
const GTIN_LENGTHS = new Set([8, 12, 13, 14]);

/** A barcode as it is compared: article numbers with fourteen digits, whatever zeros a scanner puts before them. */
export function compared(code: string): string {
  const text = code.trim();
  return isGtin(text) ? text.padStart(GTIN_DIGITS, '0') : text;
}

export function isGtin(code: string): boolean {
  if (!GTIN_LENGTHS.has(code.length) || !/^\d+$/.test(code)) return false;
  const digits = [...code].map(Number);
  const check = digits.pop()!;
  const total = digits.toReversed().reduce((sum, digit, at) => sum + digit * (at % 2 ? 1 : 3), 0);
  return (10 - (total % 10)) % 10 === check;
}

export function bears(goods: { sku: string; barcodes: string[] }, code: string): boolean {
  const wanted = compared(code);
  return goods.sku === wanted || goods.barcodes.some((each) => compared(each) === wanted);
}

export const toPick = (line: { quantity: number; picked: number; shorted: number; canceled: number }): number =>
  line.quantity - line.picked - line.shorted - line.canceled;

const live = (work: Work): number => work.lines.reduce((sum, line) => sum + line.quantity - line.shorted - line.canceled, 0);
const left = (work: Work): number => work.lines.reduce((sum, line) => sum + toPick(line), 0);

/** How work stands once a step that still waits is done; the server decides, the phone only foresees. */
export function foreseen(work: Work, entry: Entry): Work {
  switch (entry.verb) {
    case 'accept':
      return moved(work, 'accepted', ['pick', 'short', 'reject']);
    case 'reject':
      return moved(work, 'rejected', []);
    case 'pick':
      return afterPicking(counted(work, entry.units ?? [], 'picked'));
    case 'short': {
      const after = counted(work, entry.units ?? [], 'shorted');
      return live(after) ? afterPicking(after) : moved(after, 'rejected', []);
    }
    case 'pack':
      return moved(work, 'packed', work.method === 'ship' ? ['ship'] : ['ready']);
    case 'ready':
      return moved(work, 'ready_for_pickup', ['collect']);
    case 'collect':
      return moved(work, 'collected', []);
    case 'ship':
      return moved(work, 'shipped', []);
    default:
      return work;
  }
}

function moved(work: Work, state: Work['state'], may: string[]): Work {
  return { ...work, state, may };
}

function counted(work: Work, units: Touched[], what: 'picked' | 'shorted'): Work {
  const lines = work.lines.map((line) => {
    const mine = units.filter((each) => each.line === line.line && each.sku === line.sku).reduce((sum, each) => sum + each.quantity, 0);
    return mine ? { ...line, [what]: line[what] + Math.min(mine, toPick(line)) } : line;
  });
  return { ...work, lines };
}

function afterPicking(work: Work): Work {
  if (left(work) > 0) {
    const begun = work.lines.some((line) => line.picked > 0);
    return begun ? moved(work, 'picking', ['pick', 'short', 'reject']) : work;
  }
  return moved(work, 'picked', work.method === 'ship' ? ['pack', 'reject'] : ['ready', 'pack', 'reject']);
}

/** Work with every step of it that waits; refused ones change nothing. */
export function withWaiting(work: Work, entries: readonly Entry[]): Work {
  return entries.filter((each) => each.work === work.id && !each.refused).reduce(foreseen, work);
}

export function listWithWaiting(list: PickList, entries: readonly Entry[]): PickList {
  const orders = list.orders.map((each) => ({ ...each, order: { ...each.order, work: withWaiting(each.order.work, entries) } }));
  return { ...list, orders, walk: restocked(list.walk, orders.map((each) => each.order.work)) };
}

/** The list after the server has told of one of its orders: what it says replaces what was known. */
export function listWithAnswer(list: PickList, work: Work): PickList {
  if (!list.orders.some((each) => each.order.work.id === work.id)) return list;
  const orders = list.orders.map((each) => (each.order.work.id === work.id ? { ...each, order: { ...each.order, work } } : each));
  return { ...list, orders, walk: restocked(list.walk, orders.map((each) => each.order.work)) };
}

/** The walk, its figures taken from the orders' lines. What was canceled or rejected is walked for no more. */
function restocked(walk: Stop[], works: Work[]): Stop[] {
  const byId = new Map(works.map((work) => [work.id, work]));
  return walk
    .map((stop) => {
      const orders = stop.orders.flatMap((share) => {
        const work = byId.get(share.fulfillment_order_id);
        const line = work?.lines.find((each) => each.line === share.line && each.sku === stop.goods.sku);
        if (!work || !line || line.quantity === line.canceled || (work.state === 'canceled')) return [];
        if (work.state === 'rejected' && !line.shorted) return [];
        return [{ ...share, quantity: line.quantity - line.canceled, picked: line.picked, shorted: line.shorted }];
      });
      const sum = (of: 'quantity' | 'picked' | 'shorted') => orders.reduce((total, share) => total + share[of], 0);
      return { ...stop, orders, quantity: sum('quantity'), picked: sum('picked'), shorted: sum('shorted') };
    })
    .filter((stop) => stop.orders.length > 0);
}

export interface Hit {
  stop: Stop;
  work: string;
  line: number;
  /** The order's place on the cart. */
  place: number;
}

export type Scan = { kind: 'hit'; hit: Hit } | { kind: 'enough'; stop: Stop } | { kind: 'unknown' };

/** What a scanned code means for a walk: the next order that wants the item, that it is enough, or nothing. */
export function scanned(walk: readonly Stop[], code: string): Scan {
  const stop = walk.find((each) => bears(each.goods, code));
  if (!stop) return { kind: 'unknown' };
  const share = stop.orders.find((each) => each.quantity - each.picked - each.shorted > 0);
  if (!share) return { kind: 'enough', stop };
  return { kind: 'hit', hit: { stop, work: share.fulfillment_order_id, line: share.line, place: share.place } };
}

/** One order as a walk of its own: its items by place, so that it is picked as a list is. */
export function walkOf(order: StoreWork): Stop[] {
  const stops = order.goods.map((goods) => {
    const lines = order.work.lines.filter((line) => line.sku === goods.sku && line.quantity > line.canceled);
    const orders = lines.map((line) => ({ place: 1, fulfillment_order_id: order.work.id, line: line.line, quantity: line.quantity - line.canceled, picked: line.picked, shorted: line.shorted }));
    const sum = (of: 'quantity' | 'picked' | 'shorted') => orders.reduce((total, share) => total + share[of], 0);
    return { goods, orders, quantity: sum('quantity'), picked: sum('picked'), shorted: sum('shorted') };
  });
  return stops.filter((stop) => stop.orders.length);
}

export interface Progress {
  done: number;
  of: number;
}

/** Units that are dealt with, found or not, of those to deal with. */
export function progress(walk: readonly Stop[]): Progress {
  return {
    done: walk.reduce((sum, stop) => sum + stop.picked + stop.shorted, 0),
    of: walk.reduce((sum, stop) => sum + stop.quantity, 0),
  };
}

/** The walk by zone, in its order. */
export function byZone(walk: readonly Stop[]): { zone: string; stops: Stop[] }[] {
  const zones: { zone: string; stops: Stop[] }[] = [];
  for (const stop of walk) {
    const last = zones.at(-1);
    if (last && last.zone === stop.goods.zone) last.stops.push(stop);
    else zones.push({ zone: stop.goods.zone, stops: [stop] });
  }
  return zones;
}
