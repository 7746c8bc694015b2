import { describe, expect, it } from 'vitest';
import { chosen, differences, groupsOf, newsOf, titleOf, whoOf, type Entry } from './story';

const order = { nodes: { 'S-1': { name: 'Boston #1', kind: 'store' as const, time_zone: 'America/New_York' } } };

function entry(type: string, more: Partial<Entry> = {}): Entry {
  return {
    sequence: 1, type, at: '2026-11-28T10:00:00Z', actor: 'entrepot', reason: null, data: {}, group: 'order', minor: false,
    who: { kind: 'system', name: 'entrepot', by: null }, changes: [], decision: null, ...more,
  };
}

describe('which entries are shown', () => {
  const entries = [
    entry('order.captured'),
    entry('fulfillment.planned', { minor: true, group: 'work' }),
    entry('fulfillment.released', { minor: true, group: 'work' }),
    entry('fulfillment.accepted', { group: 'work' }),
  ];
  it('shows the newest first and folds steps of the system in a row', () => {
    expect(chosen(entries, null, false).map((each) => [each.entry.type, each.folded])).toEqual([
      ['fulfillment.accepted', 0],
      ['fulfillment.released', 2],
      ['order.captured', 0],
    ]);
  });
  it('shows every step where it is asked to', () => {
    expect(chosen(entries, null, true)).toHaveLength(4);
  });
  it('keeps to a group', () => {
    expect(chosen(entries, 'order', false).map((each) => each.entry.type)).toEqual(['order.captured']);
  });
  it('offers the groups of which there is something', () => {
    expect(groupsOf(entries)).toEqual(['order', 'work']);
  });
});

describe('how an entry is told', () => {
  it('names nodes by their names', () => {
    expect(titleOf(entry('fulfillment.accepted', { data: { node: 'S-1' } }), order)).toBe('Boston #1 accepted');
  });
  it('counts units', () => {
    expect(titleOf(entry('order.canceled', { data: { lines: [{ quantity: 2 }, { quantity: 1 }] } }), order)).toBe('3 units canceled');
  });
  it('tells a fact that it has no words for as it is called', () => {
    expect(titleOf(entry('order.teleported'), order)).toBe('Order teleported');
  });
  it('says what was before and since, where the title does not', () => {
    const moved = entry('sourcing.planned', { changes: [{ field: 'nodes', from: ['S-9'], to: ['S-1'] }] });
    expect(differences(moved, order)).toEqual([{ field: 'From', from: 'S-9', to: 'Boston #1', moments: false }]);
    const first = entry('sourcing.planned', { changes: [{ field: 'nodes', from: null, to: ['S-1'] }] });
    expect(differences(first, order)).toEqual([]);
  });
  it('says who, and who told it', () => {
    expect(whoOf(entry('x', { who: { kind: 'node', name: 'S-1', by: 'mia' } }), order)).toBe('Boston #1 (mia)');
    expect(whoOf(entry('x'), order)).toBe('Entrepot');
  });
});

describe('what is new since somebody looked', () => {
  const before = [entry('order.captured', { at: '2026-11-28T10:00:00Z' })];
  it('is what was not there, without steps of machines', () => {
    const now = [...before, entry('fulfillment.planned', { minor: true, at: '2026-11-28T10:01:00Z' }), entry('order.held', { at: '2026-11-28T10:02:00Z' })];
    expect(newsOf(before, now).map((each) => each.type)).toEqual(['order.held']);
  });
  it('is what machines did, where nobody else did anything', () => {
    const now = [...before, entry('fulfillment.planned', { minor: true, at: '2026-11-28T10:01:00Z' })];
    expect(newsOf(before, now).map((each) => each.type)).toEqual(['fulfillment.planned']);
  });
});
