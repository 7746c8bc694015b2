import { describe, expect, it } from 'vitest';
import { bodyOf } from './commands';

const offered = {
  command: { method: 'POST', path: '/v1/exceptions/1/resolve', body: { choice: 'cancel' } },
  fields: [
    { name: 'reason' as const, pointer: '/reason', value: 'not available' },
    { name: 'quantity' as const, pointer: '/counts/on_hand', value: null },
  ],
};

describe('an offered call', () => {
  it('puts the values where their pointers say', () => {
    expect(bodyOf(offered, { reason: 'sold out', quantity: 3 })).toEqual({ choice: 'cancel', reason: 'sold out', counts: { on_hand: 3 } });
  });
  it('sends what stands there unless told, and leaves out what nobody told', () => {
    expect(bodyOf(offered, {})).toEqual({ choice: 'cancel', reason: 'not available' });
  });
  it('leaves the offer as it is', () => {
    bodyOf(offered, { reason: 'x' });
    expect(offered.command.body).toEqual({ choice: 'cancel' });
  });
  it('sends a zero: nothing on the shelf is a count', () => {
    expect(bodyOf(offered, { quantity: 0 })).toMatchObject({ counts: { on_hand: 0 } });
  });
});
