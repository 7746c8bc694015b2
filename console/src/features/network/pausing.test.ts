import { describe, expect, it } from 'vitest';
import { endOfDay, momentIn } from './pausing';

describe('the end of a day', () => {
  it('is midnight where the node is', () => {
    expect(endOfDay(Date.parse('2026-11-28T22:38:12Z'), 'America/Chicago').toISOString()).toBe('2026-11-29T06:00:00.000Z');
    expect(endOfDay(Date.parse('2026-11-29T05:59:59Z'), 'America/Chicago').toISOString()).toBe('2026-11-29T06:00:00.000Z');
    expect(endOfDay(Date.parse('2026-07-01T12:00:00Z'), 'Asia/Kolkata').toISOString()).toBe('2026-07-01T18:30:00.000Z');
  });
  it('is so on the days when clocks change', () => {
    expect(endOfDay(Date.parse('2026-11-01T05:30:00Z'), 'America/Chicago').toISOString()).toBe('2026-11-02T06:00:00.000Z');
    expect(endOfDay(Date.parse('2026-03-08T07:00:00Z'), 'America/Chicago').toISOString()).toBe('2026-03-09T05:00:00.000Z');
  });
});

describe('a time that was typed', () => {
  it('is the node’s clock', () => {
    expect(momentIn('2026-11-30T08:00', 'America/Chicago')?.toISOString()).toBe('2026-11-30T14:00:00.000Z');
    expect(momentIn('2026-07-30T08:00', 'America/Chicago')?.toISOString()).toBe('2026-07-30T13:00:00.000Z');
  });
  it('is none where nothing whole was typed', () => {
    expect(momentIn('', 'UTC')).toBeNull();
  });
});
