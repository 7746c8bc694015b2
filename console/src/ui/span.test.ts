import { describe, expect, it } from 'vitest';
import { moved, scrollTo, spanOf } from './span';

const press = (key: string, ctrlKey = false) => moved({ key, ctrlKey, metaKey: false }, { row: 10, column: 5 }, 100, 8, 20);

describe('what is seen of many', () => {
  it('is what is in view and some beyond either edge', () => {
    expect(spanOf(300, 100, 30, 5_000, 2)).toEqual({ first: 8, end: 16 });
  });
  it('ends where they end', () => {
    expect(spanOf(0, 1_000, 30, 4, 5)).toEqual({ first: 0, end: 4 });
    expect(spanOf(149_900, 100, 30, 5_000, 2)).toEqual({ first: 4_994, end: 5_000 });
  });
  it('is nothing of none', () => {
    expect(spanOf(0, 500, 30, 0, 2)).toEqual({ first: 0, end: 0 });
  });
});

describe('bringing one into view', () => {
  it('scrolls as little as it can', () => {
    expect(scrollTo(10, 0, 200, 30)).toBe(130);
    expect(scrollTo(1, 130, 200, 30)).toBe(30);
    expect(scrollTo(3, 60, 200, 30)).toBe(60);
  });
});

describe('the cursor of a grid', () => {
  it('moves by a cell and stops at the edges', () => {
    expect(press('ArrowDown')).toEqual({ row: 11, column: 5 });
    expect(press('ArrowRight')).toEqual({ row: 10, column: 6 });
    expect(moved({ key: 'ArrowUp', ctrlKey: false, metaKey: false }, { row: 0, column: 0 }, 9, 9, 5)).toEqual({ row: 0, column: 0 });
  });
  it('moves by a page and to the ends', () => {
    expect(press('PageDown')).toEqual({ row: 30, column: 5 });
    expect(press('End')).toEqual({ row: 10, column: 7 });
    expect(press('End', true)).toEqual({ row: 99, column: 7 });
    expect(press('Home', true)).toEqual({ row: 0, column: 0 });
    expect(press('ArrowUp', true)).toEqual({ row: 0, column: 5 });
  });
  it('leaves other keys alone', () => {
    expect(press('a')).toBeNull();
  });
});
