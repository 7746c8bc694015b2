import { describe, expect, it } from 'vitest';
import { flipped, look, read, rowsPerWindow, windowsOf } from './grid';

describe('the address', () => {
  it('says what is shown', () => {
    expect(read({ q: 'tee', kind: ['store', 'dc'], show: ['reserved', 'on_hand'], only: 'low', low: '3', order: '-available', sku: 'A', node: 'S1' })).toEqual({
      q: 'tee',
      category: undefined,
      groups: [],
      kinds: ['dc', 'store'],
      only: 'low',
      low: 3,
      order: '-available',
      figures: ['on_hand', 'reserved'],
      sku: 'A',
      node: 'S1',
    });
  });
  it('is as if it were not said where it is wrong', () => {
    const looked = read({ kind: 'moon', show: 'all', only: 'some', low: 'x', order: 'up' });
    expect([looked.kinds, looked.figures, looked.only, looked.low, looked.order]).toEqual([[], ['available'], undefined, 5, 'sku']);
  });
});

describe('figures', () => {
  it('are switched on and off in their own order, and one stays', () => {
    expect(flipped(['available'], 'on_hand')).toEqual(['available', 'on_hand']);
    expect(flipped(['on_hand', 'on_order'], 'available')).toEqual(['available', 'on_hand', 'on_order']);
    expect(flipped(['available'], 'available')).toEqual(['available']);
  });
});

describe('windows', () => {
  it('have fewer rows where there are more columns', () => {
    expect([rowsPerWindow(3), rowsPerWindow(200), rowsPerWindow(2_000)]).toEqual([100, 50, 10]);
  });
  it('are those that rows fall into', () => {
    expect(windowsOf(40, 120, 50)).toEqual([0, 1, 2]);
    expect(windowsOf(50, 100, 50)).toEqual([1]);
    expect(windowsOf(0, 0, 50)).toEqual([]);
  });
});

describe('a cell', () => {
  it('is red where none can be sold, orange where few can', () => {
    expect(look('available', 0, 5)).toEqual({ tone: 'red' });
    expect(look('available', -2, 5)).toEqual({ tone: 'red' });
    expect(look('available', 5, 5)).toEqual({ tone: 'orange' });
    expect(look('available', 6, 5).tone).toBeUndefined();
  });
  it('is the warmer the more there is, and never alarms for other figures', () => {
    expect(look('reserved', 0, 5)).toEqual({});
    expect(look('on_hand', 900, 5).heat!).toBeGreaterThan(look('on_hand', 9, 5).heat!);
    expect(look('on_hand', 10 ** 6, 5)).toEqual({ heat: 1 });
  });
});
