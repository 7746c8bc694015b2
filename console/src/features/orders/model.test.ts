import { describe, expect, it } from 'vitest';
import { addressOf, asked, bodyOf, isLate, readQuery, signature, withKind, type Order } from './model';

describe('the query of a list', () => {
  it('is what the address says, and nothing it does not know', () => {
    const query = readQuery({ phase: ['planned', 'released'], held: 'true', late: 'false', q: '', sort: 'cheapest', foo: 'bar', view: 'late' });
    expect(query).toEqual({ filters: { phase: ['planned', 'released'], held: ['true'] }, sort: 'newest', view: 'late', peek: undefined });
  });

  it('comes back from the address it is written to', () => {
    const { filters } = readQuery({ q: '1 2 3', channel: 'web', node: ['A', 'B'], placed_after: '2026-11-01T00:00:00Z', sort: 'promise' });
    expect(readQuery(addressOf(filters, 'promise'))).toMatchObject({ filters, sort: 'promise' });
  });

  it('takes away from the address what it has no more', () => {
    expect(addressOf({}, 'newest')).toMatchObject({ phase: undefined, sort: undefined, q: undefined });
  });

  it('is the same whatever the order of its values', () => {
    expect(signature({ node: ['A', 'B'] }, 'newest')).toBe(signature({ node: ['B', 'A'] }, 'newest'));
    expect(signature({ node: ['A'] }, 'newest')).not.toBe(signature({ node: ['A'] }, 'oldest'));
    expect(signature({ node: ['A'] }, 'newest')).not.toBe(signature({ channel: ['A'] }, 'newest'));
  });

  it('is sent with one value of what has one, and flags that are flags in a body', () => {
    expect(asked({ q: ['kim'], phase: ['planned'], held: ['true'] })).toEqual({ q: 'kim', phase: ['planned'], held: 'true' });
    expect(bodyOf({ phase: ['planned'], held: ['true'] })).toEqual({ phase: ['planned'], held: true });
  });

  it('loses a kind with its last value', () => {
    expect(withKind({ phase: ['planned'], q: ['kim'] }, 'phase', [])).toEqual({ q: ['kim'] });
  });
});

const order = (phase: string, latest: string | null) => ({ phase, promise: latest ? { latest } : null }) as unknown as Order;

describe('a late order', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');

  it('is promised before now and still to come', () => {
    expect(isLate(order('released', '2026-11-28T11:59:00Z'), now)).toBe(true);
    expect(isLate(order('released', '2026-11-28T12:01:00Z'), now)).toBe(false);
    expect(isLate(order('closed', '2026-11-28T11:59:00Z'), now)).toBe(false);
    expect(isLate(order('released', null), now)).toBe(false);
  });
});
