import { describe, expect, it } from 'vitest';
import { drawn, markLabel, matching, read, signOf, sizes, sorted, toneOf, type Flow, type Seen } from './nodes';

const seen = (node: string, part: Partial<Seen> = {}): Seen => ({
  node,
  name: `Store ${node}`,
  kind: 'store',
  status: 'open',
  country: 'US',
  region: 'TX',
  latitude: 32,
  longitude: -97,
  time_zone: 'America/Chicago',
  day: '2026-11-28',
  planned: 5,
  limit: 10,
  load: 0.5,
  queue: 0,
  late: 0,
  oldest: null,
  orders: 4,
  units: 6,
  pause: null,
  stale_feeds: 0,
  heard_at: null,
  ...part,
});

const flow = (node: string, orders: number, latitude: number | null = 40): Flow => ({ node, country: 'US', area: '100', region: 'NY', latitude, longitude: -74, orders });

describe('the tone of a node', () => {
  it('is its state, and of an open one its load', () => {
    expect(toneOf(seen('A'))).toBe('teal');
    expect(toneOf(seen('A', { load: 0.8 }))).toBe('orange');
    expect(toneOf(seen('A', { status: 'stale', load: 0 }))).toBe('orange');
    expect(toneOf(seen('A', { status: 'full', load: 1 }))).toBe('red');
    expect(toneOf(seen('A', { status: 'paused', load: 0 }))).toBe('red');
    expect(toneOf(seen('A', { status: 'disabled' }))).toBe('gray');
    expect(toneOf(seen('A', { load: null }))).toBe('teal');
  });
});

describe('a mark', () => {
  it('has a sign for every color but the calm one', () => {
    const signs = (['open', 'paused', 'full', 'stale', 'disabled'] as const).map((status) => signOf(seen('A', { status })));
    expect(signs).toEqual([undefined, 'pause', 'stop', 'watch', 'off']);
    expect(signOf(seen('A', { load: 0.9 }))).toBe('watch');
  });
  it('says in words what it shows', () => {
    expect(markLabel(seen('A'))).toBe("Store A, Store, open, 50% of today's capacity, 4 orders in 24 hours");
    expect(markLabel(seen('A', { load: null, limit: null }))).toBe('Store A, Store, open, 4 orders in 24 hours');
  });
});

describe('the list', () => {
  const nodes = [seen('B', { load: 0.1 }), seen('A', { load: 0.9, kind: 'dc' }), seen('C', { load: 0.9, region: 'NV' })];
  it('is narrowed by every word, by kind and by state', () => {
    expect(matching(nodes, { q: 'store nv', kind: undefined, status: undefined }).map((each) => each.node)).toEqual(['C']);
    expect(matching(nodes, { q: '', kind: 'dc', status: 'open' }).map((each) => each.node)).toEqual(['A']);
    expect(matching(nodes, { q: '', kind: 'dc', status: 'full' })).toEqual([]);
  });
  it('is sorted, equals by name', () => {
    expect(sorted(nodes, '-load').map((each) => each.node)).toEqual(['A', 'C', 'B']);
    expect(sorted(nodes, 'node').map((each) => each.node)).toEqual(['A', 'B', 'C']);
    expect(sorted(nodes, 'nonsense').map((each) => each.node)).toEqual(['B', 'A', 'C']);
  });
});

describe('the map', () => {
  it('has sizes as shares of the largest', () => {
    expect([...sizes([seen('A', { orders: 100 }), seen('B', { orders: 25 }), seen('C', { orders: 0 })]).values()]).toEqual([1, 0.5, 0]);
  });
  it('draws the ways of the node that is chosen, if both ends are known', () => {
    const nodes = new Map([['A', seen('A')], ['B', seen('B')]]);
    const flows = [flow('A', 10), flow('B', 5), flow('A', 2, null), flow('X', 9)];
    expect(drawn(flows, nodes, undefined).map((each) => each.weight)).toEqual([1, 0.5]);
    expect(drawn(flows, nodes, 'B')).toEqual([{ from: { lat: 32, lon: -97 }, to: { lat: 40, lon: -74 }, weight: 1 }]);
  });
});

describe('the address', () => {
  it('is as if it were not said where it is wrong', () => {
    expect(read({ kind: 'moon', status: 'x', flows: 'off' })).toEqual({ q: '', kind: undefined, status: undefined, flows: false, node: undefined, sort: '-load' });
  });
});
