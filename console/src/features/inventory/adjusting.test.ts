import { describe, expect, it } from 'vitest';
import { counter, refusal, signed, type Outcome } from './adjusting';

const outcome = (status: string, on_hand = 4): Outcome => ({ sku: 'A', node: 'S1', status, on_hand, short: 0 });

describe('an adjustment', () => {
  it('is taken back by its counter-adjustment, which says what it undoes', () => {
    expect(counter({ sku: 'A', node: 'S1', change: -3, reason: 'lost', note: 'shelf 4' })).toEqual({
      sku: 'A',
      node: 'S1',
      change: 3,
      reason: 'undo',
      note: 'undoes −3',
    });
  });
  it('shows its sign', () => {
    expect([signed(3), signed(-3)]).toEqual(['+3', '−3']);
  });
  it('says why it was not applied', () => {
    expect(refusal(outcome('applied'))).toBeNull();
    expect(refusal(outcome('insufficient_stock'))).toBe('Only 4 units are on hand.');
    expect(refusal(outcome('not_tracked_so'))).toBe('It was not applied: not tracked so');
  });
});
