import { describe, expect, it } from 'vitest';
import { after, current, napUntil, ranked, share } from './flow';
import type { Queue, Trouble } from './reads';

const items = ['a', 'b', 'c'].map((id) => ({ id }) as Trouble);

describe('one card at a time', () => {
  it('shows the one that is named', () => {
    expect(current(items, 'b', 0)).toBe(1);
  });
  it('shows what took the place of one that was resolved', () => {
    expect(current([items[0]!, items[2]!], 'b', 1)).toBe(1);
  });
  it('shows the last where the last was resolved, and none where none is left', () => {
    expect(current(items.slice(0, 2), 'c', 2)).toBe(1);
    expect(current([], 'c', 2)).toBe(-1);
  });
  it('goes round', () => {
    expect(after(items, 2, 1)).toBe('a');
    expect(after(items, 0, -1)).toBe('c');
    expect(after([], -1, 1)).toBeNull();
  });
});

const queue = (kind: string, more: Partial<Queue>): Queue => ({
  kind, waiting: 0, snoozed: 0, late: 0, oldest_at: null, within_min: 60, raised: 0, in_time: 0, ...more,
});

describe('queues', () => {
  const now = new Date('2026-11-28T12:00:00Z').getTime();
  it('come by how far they are over their level, not by age alone', () => {
    const slow = queue('slow', { waiting: 1, oldest_at: '2026-11-28T08:00:00Z', within_min: 1440 });
    const quick = queue('quick', { waiting: 9, oldest_at: '2026-11-28T11:00:00Z', within_min: 30 });
    const { busy, idle } = ranked([slow, queue('none', {}), quick], now);
    expect(busy.map((each) => each.kind)).toEqual(['quick', 'slow']);
    expect(idle.map((each) => each.kind)).toEqual(['none']);
  });
  it('say nothing of their level where nothing was raised', () => {
    expect(share(queue('a', { raised: 4, in_time: 3 }))).toBe(0.75);
    expect(share(queue('a', {}))).toBeNull();
  });
});

describe('a nap', () => {
  const now = new Date(2026, 10, 28, 15, 20);
  it('ends when it says', () => {
    expect(napUntil('hour', now)).toEqual(new Date(2026, 10, 28, 16, 20));
    expect(napUntil('tomorrow', now)).toEqual(new Date(2026, 10, 29, 8, 0));
    expect(napUntil('week', now)).toEqual(new Date(2026, 11, 5, 15, 20));
  });
});
