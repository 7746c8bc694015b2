import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@/api/live';
import { aboutOf, gathered, KEPT, linkOf, shareOf, sorted, type Figure } from './model';

const event = (sequence: number, data: Record<string, unknown> = {}): LiveEvent => ({ sequence, type: 'order.captured', subject: '', time: '', data });
const figure = (name: string, level: Figure['level']) => ({ name, level }) as Figure;

describe('a figure', () => {
  it('leads to the list it counts', () => {
    expect(linkOf('late', 'late=true&sort=promise')).toEqual({ to: '/orders', search: { late: 'true', sort: 'promise' } });
    expect(linkOf('waiting', 'phase=backordered&phase=pending').search).toEqual({ phase: ['backordered', 'pending'] });
    expect(linkOf('stale_feeds', null)).toEqual({ to: '/exceptions', search: { kind: 'inventory.feed_stale' } });
    expect(linkOf('exceptions', null)).toEqual({ to: '/exceptions', search: {} });
  });

  it('stands before those that are better, and where it stood among its like', () => {
    const names = sorted([figure('a', 'good'), figure('b', 'warn'), figure('c', 'alarm'), figure('d', 'warn')]).map((each) => each.name);
    expect(names).toEqual(['c', 'b', 'd', 'a']);
  });
});

describe('a stage', () => {
  it('shows its share of the fullest, and something wherever there is something', () => {
    const stages = [{ orders: 100 }, { orders: 1 }, { orders: 0 }, { stage: 'delivered', orders: 900 }] as never;
    expect([100, 1, 0, 900].map((orders) => shareOf(orders, stages))).toEqual([1, 0.04, 0, 1]);
  });
});

describe('the feed', () => {
  it('has each event once, the newest first, however it was heard', () => {
    expect(gathered([event(3), event(1)], [event(2), event(3)]).map((each) => each.sequence)).toEqual([3, 2, 1]);
  });

  it('forgets what is old', () => {
    const many = Array.from({ length: KEPT + 5 }, (_, at) => event(at));
    expect(gathered([], many)).toHaveLength(KEPT);
    expect(gathered([], many)[0]!.sequence).toBe(KEPT + 4);
  });

  it('says what an event is about', () => {
    expect(aboutOf(event(1, { order_number: 'A1', node: 'DC', actor: 'entrepot' }))).toBe('A1 · DC');
    expect(aboutOf(event(1, { sku: 'TEE', actor: 'mia' }))).toBe('TEE · mia');
  });
});
