/** Numbers, money and times as people read them: `Intl`, each formatter made once. */
import { formatLocale } from './locale';

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function once<F extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: () => F): F {
  const found = made.get(key) as F | undefined;
  if (found) return found;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}

const numberFormat = (options: Intl.NumberFormatOptions = {}) =>
  once(`n${formatLocale()}${JSON.stringify(options)}`, () => new Intl.NumberFormat(formatLocale(), options));

const dateFormat = (options: Intl.DateTimeFormatOptions) =>
  once(`d${formatLocale()}${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(formatLocale(), options));

/** How many digits a currency has after the point: 2 for USD, 0 for JPY, 3 for KWD. */
export function currencyDigits(currency: string): number {
  return numberFormat({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** An amount in minor units: `money(1999, 'USD')` is $19.99, `money(1999, 'JPY')` is ¥1,999. */
export function money(minor: number, currency: string): string {
  return numberFormat({ style: 'currency', currency }).format(minor / 10 ** currencyDigits(currency));
}

export function number(value: number, digitsMax = 0): string {
  return numberFormat({ maximumFractionDigits: digitsMax }).format(value);
}

/** A share of one: `percent(0.964)` is 96.4%. */
export function percent(share: number, digitsMax = 1): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: digitsMax }).format(share);
}

export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(count, 1)) / 3), 0), units.length - 1);
  return numberFormat({ style: 'unit', unit: units[step]!, unitDisplay: 'short', maximumFractionDigits: step ? 1 : 0 }).format(count / 1000 ** step);
}

type Moment = string | number | Date;

const at = (moment: Moment) => (moment instanceof Date ? moment : new Date(moment));

const sameYear = (moment: Date, zone?: string) =>
  dateFormat({ year: 'numeric', timeZone: zone }).format(moment) === dateFormat({ year: 'numeric', timeZone: zone }).format(new Date());

/** `Nov 20`, and the year where it is another one. */
export function dateText(moment: Moment, zone?: string): string {
  const when = at(moment);
  return dateFormat({ month: 'short', day: 'numeric', year: sameYear(when, zone) ? undefined : 'numeric', timeZone: zone }).format(when);
}

export function timeText(moment: Moment, zone?: string): string {
  return dateFormat({ hour: 'numeric', minute: '2-digit', timeZone: zone }).format(at(moment));
}

/** `Nov 20, 2:58 PM`; with `named`, `Nov 20, 2:58 PM CST`: whose clock that is. */
export function dateTimeText(moment: Moment, zone?: string, named = false): string {
  const when = at(moment);
  const year = sameYear(when, zone) ? undefined : 'numeric';
  const base = { month: 'short', day: 'numeric', year, hour: 'numeric', minute: '2-digit', timeZone: zone } as const;
  return dateFormat({ ...base, timeZoneName: named ? 'short' : undefined }).format(when);
}

/** The short name of a zone at a moment: CST in winter, CDT in summer. */
export function zoneName(zone: string, moment: Moment = Date.now()): string {
  const parts = dateFormat({ timeZone: zone, timeZoneName: 'short' }).formatToParts(at(moment));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

function step(seconds: number): [Intl.RelativeTimeFormatUnit, number] {
  const size = Math.abs(seconds);
  const [unit, of] = STEPS.find(([unit, of]) => size >= (unit === 'day' ? 2 * of : of)) ?? (['second', 1] as const);
  return [unit, Math.trunc(seconds / of)];
}

/** `3 minutes ago`, `in 2 hours`; hours up to two days. */
export function ageText(moment: Moment, now: number): string {
  const [unit, count] = step((at(moment).getTime() - now) / 1000);
  const relative = once(`r${formatLocale()}`, () => new Intl.RelativeTimeFormat(formatLocale(), { numeric: 'auto' }));
  return relative.format(unit === 'second' ? 0 : count, unit === 'second' ? 'second' : unit);
}

/** How old, without a direction: `45 s`, `12 min`, `26 h`, `3 days`. */
export function ageShort(moment: Moment, now: number): string {
  return duration(Math.abs(now - at(moment).getTime()) / 1000);
}

/** A length of time in its largest fitting unit. */
export function duration(seconds: number): string {
  const [unit, count] = step(Math.max(seconds, 0));
  return numberFormat({ style: 'unit', unit, unitDisplay: unit === 'day' ? 'long' : 'short' }).format(count);
}
