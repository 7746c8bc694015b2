/**
 * Words. Each feature keeps its own catalog (`en.json`) and makes its `t` of it:
 *
 *     const t = catalog({ en });
 *     t('picked', { count: 3 })      "{count, plural, one {# unit} other {# units}} picked"
 *
 * Keys are checked by the compiler. A language is one more file with the same keys: `catalog({ en, es })`.
 */
export { ageShort, ageText, bytes, currencyDigits, dateText, dateTimeText, duration, money, number, percent, timeText, zoneName } from './format';

import { language } from './locale';
import shared from './en.json';
import { message, type Values } from './message';

export { formatLocale, language } from './locale';
export type { Values } from './message';

export type Messages = Record<string, string>;
export type Translate<K extends string> = (key: K, values?: Values) => string;

/** Makes the `t` of a catalog. A key that a translation lacks is told in English rather than not at all. */
export function catalog<M extends Messages>(languages: { en: M } & Record<string, Partial<Messages>>): Translate<keyof M & string> {
  return (key, values) => {
    const chosen = languages[language()]?.[key] ?? languages.en[key] ?? key;
    return message(chosen, values);
  };
}

/** The words that every face shares. */
export const say = catalog({ en: shared });

/**
 * The word for a value of an enum: `of.word('in_motion')` reads `phase.in_motion` of its catalog. A value
 * nobody wrote a word for yet is shown as a sentence-case phrase, not as an empty badge.
 */
export function words<K extends string>(t: Translate<K>, prefix: string): (value: string) => string {
  return (value) => {
    const key = `${prefix}.${value}`;
    const told = t(key as K);
    return told === key ? humanize(value) : told;
  };
}

export function humanize(value: string): string {
  const phrase = value.replace(/[_.-]+/g, ' ').trim();
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
