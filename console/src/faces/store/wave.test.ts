import { describe, expect, it } from 'vitest';
import type { Entry, PickList, Work } from './types';
import { bears, byZone, compared, isGtin, listWithAnswer, listWithWaiting, progress, scanned, withWaiting } from './wave';

const TEE = '2012345678903';

function work(id: string, quantity: number, more: Partial<Work> = {}): Work {
  const lines = [{ line: 1, sku: 'TEE', quantity, picked: 0, shorted: 0, canceled: 0 }];
  return { id, state: 'accepted', method: 'pickup', may: ['pick', 'short', 'reject'], lines, ...more } as unknown as Work;
}

function list(...works: Work[]): PickList {
  const orders = works.map((each, at) => ({ place: at + 1, order: { work: each } }));
  const shares = works.map((each, at) => ({ place: at + 1, fulfillment_order_id: each.id, line: 1, quantity: each.lines[0]!.quantity, picked: 0, shorted: 0 }));
  const quantity = shares.reduce((sum, share) => sum + share.quantity, 0);
  const goods = { sku: 'TEE', name: 'Tee', barcodes: [TEE], zone: 'apparel', location: null };
  return { orders, walk: [{ goods, orders: shares, quantity, picked: 0, shorted: 0 }] } as unknown as PickList;
}

const entry = (verb: Entry['verb'], of: string, quantity = 1, more: Partial<Entry> = {}): Entry =>
  ({ n: 1, key: 'k', user: 'u', path: '', body: {}, label: '', at: 0, verb, work: of, units: [{ line: 1, sku: 'TEE', quantity }], ...more }) as Entry;

describe('barcodes', () => {
  it('compares article numbers without regard to leading zeros', () => {
    expect(isGtin(TEE)).toBe(true);
    expect(isGtin('2012345678904')).toBe(false);
    expect(compared('036000291452')).toBe(compared('0036000291452'));
    expect(compared(' CUP-1 ')).toBe('CUP-1');
    expect(bears({ sku: 'A', barcodes: ['036000291452'] }, '0036000291452')).toBe(true);
    expect(bears({ sku: 'A', barcodes: [] }, 'A')).toBe(true);
  });
});

describe('a walk', () => {
  it('gives a scan to the next order that wants it, and no more than is wanted', () => {
    const start = list(work('a', 1), work('b', 2));
    const given = [];
    const waiting: Entry[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const scan = scanned(listWithWaiting(start, waiting).walk, TEE);
      given.push(scan.kind === 'hit' ? scan.hit.work : scan.kind);
      if (scan.kind === 'hit') waiting.push(entry('pick', scan.hit.work));
    }
    expect(given).toEqual(['a', 'b', 'b', 'enough']);
    expect(scanned(start.walk, '4006381333931').kind).toBe('unknown');
  });

  it('counts a step once: while it waits by the phone, then by the answer', () => {
    const start = list(work('a', 3));
    const waiting = [entry('pick', 'a', 1), entry('pick', 'a', 1)];
    expect(progress(listWithWaiting(start, waiting).walk)).toEqual({ done: 2, of: 3 });
    const told = work('a', 3, { state: 'picking' });
    told.lines[0]!.picked = 1;
    const after = listWithAnswer(start, told);
    expect(progress(listWithWaiting(after, waiting.slice(1)).walk)).toEqual({ done: 2, of: 3 });
  });

  it('leaves out what was refused, canceled and rejected', () => {
    const start = list(work('a', 1), work('b', 2));
    expect(progress(listWithWaiting(start, [entry('pick', 'a', 1, { refused: { status: 409, code: 'conflict', detail: '' } })]).walk).done).toBe(0);
    const canceled = work('b', 2, { state: 'canceled' });
    canceled.lines[0]!.canceled = 2;
    expect(listWithAnswer(start, canceled).walk[0]!.quantity).toBe(1);
    expect(listWithWaiting(start, [entry('reject', 'a'), entry('reject', 'b')]).walk).toEqual([]);
  });

  it('is grouped by zone in its order', () => {
    const { walk } = list(work('a', 1));
    const kitchen = { ...walk[0]!, goods: { ...walk[0]!.goods, zone: 'kitchen' } };
    expect(byZone([walk[0]!, walk[0]!, kitchen]).map((each) => [each.zone, each.stops.length])).toEqual([['apparel', 2], ['kitchen', 1]]);
  });
});

describe('work with steps that wait', () => {
  it('goes from accepted to picked, ready and collected', () => {
    const one = work('a', 2);
    expect(withWaiting(one, [entry('pick', 'a', 1)]).state).toBe('picking');
    const picked = withWaiting(one, [entry('pick', 'a', 1), entry('pick', 'a', 1)]);
    expect([picked.state, picked.may[0]]).toEqual(['picked', 'ready']);
    expect(withWaiting(one, [entry('pick', 'a', 2), entry('ready', 'a')]).state).toBe('ready_for_pickup');
    expect(withWaiting(one, [entry('pick', 'a', 2), entry('ready', 'a'), entry('collect', 'a')]).state).toBe('collected');
  });

  it('is rejected where nothing of it was found, and picked where the rest was', () => {
    expect(withWaiting(work('a', 2), [entry('short', 'a', 2)]).state).toBe('rejected');
    expect(withWaiting(work('a', 2), [entry('pick', 'a', 1), entry('short', 'a', 1)]).state).toBe('picked');
    expect(withWaiting(work('a', 1, { method: 'ship' }), [entry('pick', 'a', 1)]).may).toContain('pack');
  });

  it('is touched by its own steps alone', () => {
    const one = work('a', 2);
    expect(withWaiting(one, [entry('pick', 'b', 1)])).toEqual(one);
  });
});
