/** What the pages of this feature reckon: plain values in, plain values out. */
import type { Schemas } from '@/api/client';
import { duration, formatLocale, number, percent } from '@/i18n';

export type Job = Schemas['Job'];
export type FileDetail = Schemas['FileDetail'];
export type Mapping = Record<string, string | null>;

/** How long it will still take, in words: `12 sec`; nothing where that cannot be told yet. */
export function timeLeft(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '';
  return seconds < 1 ? duration(1) : duration(Math.ceil(seconds));
}

export function rateText(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return '';
  return number(perSecond, perSecond < 10 ? 1 : 0);
}

export type Sureness = 'exact' | 'high' | 'low' | 'chosen' | 'none';

/** How sure the choice for a column is: as it was guessed, or because a person chose it. */
export function sureness(column: string, field: string | null, guesses: readonly Schemas['Guess'][]): [Sureness, string] {
  if (field === null) return ['none', ''];
  const guessed = guesses.find((each) => each.column === column && each.field === field);
  if (!guessed) return ['chosen', ''];
  if (guessed.sure >= 0.99) return ['exact', ''];
  return [guessed.sure >= 0.8 ? 'high' : 'low', percent(guessed.sure, 0)];
}

/** The mapping of a file's own columns: what is not named is the field of its own name, if there is one. */
export function mappingOf(file: FileDetail): Mapping {
  const said = file.mapping.columns ?? {};
  return Object.fromEntries(file.preview.columns.map((column) => [column, column in said ? said[column]! : isField(column, file.fields) ? column : null]));
}

/** The mapping that was guessed. */
export function guessedOf(file: FileDetail): Mapping {
  const guessed = new Map(file.guesses.map((each) => [each.column, each.field]));
  return Object.fromEntries(file.preview.columns.map((column) => [column, guessed.get(column) ?? null]));
}

/** A mapping that was saved, for the columns this file has. */
export function savedFor(columns: readonly string[], saved: Mapping, now: Mapping): Mapping {
  return Object.fromEntries(columns.map((column) => [column, column in saved ? saved[column]! : now[column]!]));
}

export function isField(name: string, fields: readonly Schemas['Field'][]): boolean {
  return fields.some((each) => name === each.name || (each.open === true && name.startsWith(`${each.name}.`)));
}

/** Fields that are chosen for more than one column. */
export function twice(mapping: Mapping): string[] {
  const seen = new Map<string, number>();
  for (const field of Object.values(mapping)) if (field !== null) seen.set(field, (seen.get(field) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).map(([field]) => field);
}

/** Fields every row needs and nothing gives: as the server says it, for what is chosen here. */
export function missing(mapping: Mapping, fixed: readonly string[], fields: readonly Schemas['Field'][]): string[] {
  const given = [...Object.values(mapping), ...fixed].filter((each): each is string => each !== null);
  const whole = given.flatMap((each) => [`${each}.`, `${each.replace(/s$/, '')}.`]);
  return fields.filter((each) => each.required && !given.includes(each.name) && !whole.some((start) => each.name.startsWith(start))).map((each) => each.name);
}

/** What a person typed into the search: an order, a subject, or words of the data. */
export function sought(text: string): { order?: string; subject?: string; text?: string } {
  const said = text.trim();
  if (said.length < 2) return {};
  if (/^[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}$/i.test(said)) return { order: said };
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(said)) return { order: said };
  if (/^[a-z-]+\/\S+$/.test(said)) return { subject: said };
  return { text: said };
}

const SINCE_MS: Record<string, number> = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 };

export const SINCES = Object.keys(SINCE_MS);

/** The beginning of a span of time that ends now; to the minute, so that it is one address for a while. */
export function beginning(since: string | undefined, now: number): string | undefined {
  const span = since === undefined ? undefined : SINCE_MS[since];
  return span === undefined ? undefined : new Date(Math.floor((now - span) / 60_000) * 60_000).toISOString();
}

/** A moment to the second: events follow each other faster than minutes. */
export function secondText(moment: string, zone: string | undefined): string {
  return new Intl.DateTimeFormat(formatLocale(), { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit', timeZone: zone }).format(new Date(moment));
}

/** How a feed does: silent by the server's word, or most of the way to it. */
export function freshness(feed: Schemas['FeedAnswer'], staleAfter: number | null, age: number): 'stale' | 'late' | 'fresh' {
  if (feed.stale) return 'stale';
  return staleAfter !== null && age > staleAfter * 0.75 ? 'late' : 'fresh';
}
