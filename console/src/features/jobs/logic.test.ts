import { describe, expect, it } from 'vitest';
import { beginning, freshness, guessedOf, mappingOf, missing, rateText, savedFor, sought, sureness, timeLeft, twice, type FileDetail } from './logic';
import { reasonText } from './words';

const FIELDS = [
  { name: 'sku', sort: 'text', required: true },
  { name: 'name', sort: 'text', required: true },
  { name: 'weight_g', sort: 'whole' },
  { name: 'attributes', sort: 'object', open: true },
] as unknown as FileDetail['fields'];

const file = (mapping: Partial<FileDetail['mapping']> = {}): FileDetail =>
  ({
    preview: { columns: ['Item No.', 'name', 'attributes.color', 'Junk'], cells: [] },
    guesses: [
      { column: 'Item No.', field: 'sku', sure: 0.9 },
      { column: 'name', field: 'name', sure: 1 },
    ],
    fields: FIELDS,
    mapping,
  }) as unknown as FileDetail;

describe('what is left of a job', () => {
  it('is told in its largest fitting unit, never as nothing while it goes on', () => {
    expect(timeLeft(75)).toBe('1 min');
    expect(timeLeft(12.2)).toBe('13 sec');
    expect(timeLeft(0.2)).toBe('1 sec');
  });
  it('is not told before it can be', () => {
    expect(timeLeft(null)).toBe('');
    expect(timeLeft(Infinity)).toBe('');
  });
  it('goes with a rate that is short', () => {
    expect(rateText(1234.56)).toBe('1,235');
    expect(rateText(2.5)).toBe('2.5');
    expect(rateText(null)).toBe('');
  });
});

describe('columns of a file', () => {
  it('are mapped as the server has them; a column not named is the field of its own name, or nothing', () => {
    expect(mappingOf(file({ columns: { 'Item No.': 'sku', Junk: null } }))).toEqual({ 'Item No.': 'sku', name: 'name', 'attributes.color': 'attributes.color', Junk: null });
  });
  it('go back to what was guessed', () => {
    expect(guessedOf(file())).toEqual({ 'Item No.': 'sku', name: 'name', 'attributes.color': null, Junk: null });
  });
  it('take from a saved mapping what it says of them, and keep the rest', () => {
    const now = { a: 'sku', b: null };
    expect(savedFor(['a', 'b'], { b: 'name', c: 'price' }, now)).toEqual({ a: 'sku', b: 'name' });
  });
  it('say how sure a guess is, and that a person chose otherwise', () => {
    const { guesses } = file();
    expect(sureness('name', 'name', guesses)).toEqual(['exact', '']);
    expect(sureness('Item No.', 'sku', guesses)).toEqual(['high', '90%']);
    expect(sureness('Item No.', 'name', guesses)).toEqual(['chosen', '']);
    expect(sureness('Junk', null, guesses)).toEqual(['none', '']);
    expect(sureness('x', 'sku', [{ column: 'x', field: 'sku', sure: 0.6 }])).toEqual(['low', '60%']);
  });
  it('lack what every row needs, unless it is fixed', () => {
    expect(missing({ a: 'sku' }, [], FIELDS)).toEqual(['name']);
    expect(missing({ a: 'sku' }, ['name'], FIELDS)).toEqual([]);
  });
  it('need no lines in parts where they are said whole', () => {
    const order = [{ name: 'line.sku', sort: 'text', required: true }] as unknown as FileDetail['fields'];
    expect(missing({ a: 'lines' }, [], order)).toEqual([]);
    expect(missing({ a: 'line' }, [], order)).toEqual([]);
    expect(missing({ a: null }, [], order)).toEqual(['line.sku']);
  });
  it('are no field twice', () => {
    expect(twice({ a: 'sku', b: 'sku', c: null, d: null })).toEqual(['sku']);
  });
});

describe('what is searched for', () => {
  it('is an order by its number or id', () => {
    expect(sought(' 7QK2-M0AB-9XYZ ')).toEqual({ order: '7QK2-M0AB-9XYZ' });
    expect(sought('0192f7a1-0000-7000-8000-000000000001')).toEqual({ order: '0192f7a1-0000-7000-8000-000000000001' });
  });
  it('is a subject, or else words', () => {
    expect(sought('imports/0192f7a1')).toEqual({ subject: 'imports/0192f7a1' });
    expect(sought('out of stock')).toEqual({ text: 'out of stock' });
  });
  it('is nothing while it is too short', () => {
    expect(sought('a')).toEqual({});
  });
  it('begins at a whole minute, so that the address stays the same for a while', () => {
    expect(beginning('1h', Date.parse('2026-11-20T12:34:56.789Z'))).toBe('2026-11-20T11:34:00.000Z');
    expect(beginning('never', 0)).toBeUndefined();
    expect(beginning(undefined, 0)).toBeUndefined();
  });
});

describe('why a row was rejected', () => {
  it('is told in words of people, and as it is where nobody wrote any', () => {
    expect(reasonText('Expected `int | null`, got `str`')).toBe('is not a whole number');
    expect(reasonText('Expected `int` >= 0')).toBe('is less than 0');
    expect(reasonText('Object missing required field `name`')).toBe('is missing');
    expect(reasonText('Expected `datetime` with a timezone component')).toContain('is not a time');
    expect(reasonText('Invalid datetime')).toBe(reasonText('Expected `datetime`, got `str`'));
    expect(reasonText('there is no node Z')).toBe('there is no node Z');
  });
});

const feed = (stale: boolean) => ({ stale }) as Parameters<typeof freshness>[0];

describe('a feed', () => {
  it('is silent by the server\'s word, late near the limit, else fresh', () => {
    expect(freshness(feed(true), null, 0)).toBe('stale');
    expect(freshness(feed(false), 100, 80)).toBe('late');
    expect(freshness(feed(false), 100, 20)).toBe('fresh');
    expect(freshness(feed(false), null, 1e9)).toBe('fresh');
  });
});
