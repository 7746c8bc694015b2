import { expect, test, vi } from 'vitest';
import { ageShort, ageText, bytes, catalog, dateTimeText, duration, money, percent, words, zoneName } from '.';
import { message } from './message';

test.each([
  ['{name} is held', { name: '#1042' }, '#1042 is held'],
  ['{count, plural, one {# unit} other {# units}}', { count: 1 }, '1 unit'],
  ['{count, plural, one {# unit} other {# units}} of {sku}', { count: 4312, sku: 'A' }, '4,312 units of A'],
  ['{count, plural, =0 {nothing} one {# row} other {# rows}}', { count: 0 }, 'nothing'],
  ['{count, plural, one {{who} has one} other {{who} has #}}', { count: 2, who: 'Mia' }, 'Mia has 2'],
  ['{missing} stays', {}, '{missing} stays'],
])('%s', (text, values, told) => expect(message(text, values as Record<string, string>)).toBe(told));

test('a language that lacks a key speaks English there', () => {
  vi.spyOn(navigator, 'language', 'get').mockReturnValue('en-US');
  const t = catalog({ en: { hello: 'Hello', bye: 'Bye' }, es: { hello: 'Hola' } });
  expect(t('bye')).toBe('Bye');
});

test('a value nobody has a word for is still a word', () => {
  const of = words(catalog({ en: { 'phase.released': 'Released to node' } }), 'phase');
  expect(of('released')).toBe('Released to node');
  expect(of('in_fulfillment')).toBe('In fulfillment');
});

test('money has as many digits as its currency', () => {
  expect(money(1999, 'USD')).toBe('$19.99');
  expect(money(1999, 'JPY')).toBe('¥1,999');
  expect(money(-50, 'EUR')).toBe('-€0.50');
  expect(money(1234, 'KWD')).toMatch(/1\.234$/);
});

test('a moment is told by the clock of its place, and the clock is named', () => {
  const noon = '2025-07-04T17:00:00Z';
  expect(dateTimeText(noon, 'America/Chicago', true)).toBe('Jul 4, 2025, 12:00 PM CDT');
  expect(dateTimeText(noon, 'America/New_York', true)).toBe('Jul 4, 2025, 1:00 PM EDT');
  expect(zoneName('America/Chicago', '2025-01-04T17:00:00Z')).toBe('CST');
});

test('ages are told in their largest unit, hours up to two days', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  expect(ageText('2026-11-28T11:57:00Z', now)).toBe('3 minutes ago');
  expect(ageText('2026-11-28T14:00:00Z', now)).toBe('in 2 hours');
  expect(ageText('2026-11-28T11:59:40Z', now)).toBe('now');
  expect(ageShort('2026-11-27T10:00:00Z', now)).toBe('26 hr');
  expect(ageShort('2026-11-25T10:00:00Z', now)).toBe('3 days');
  expect(duration(45)).toBe('45 sec');
});

test('shares and sizes', () => {
  expect(percent(0.9642)).toBe('96.4%');
  expect(bytes(1_500_000)).toBe('1.5 MB');
});
