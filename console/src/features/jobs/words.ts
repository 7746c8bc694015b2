import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const kindWord = words(t, 'kind');
export const importKindWord = words(t, 'of');
export const stateWord = words(t, 'state');
export const outcomeWord = words(t, 'became');
export const bulkWord = words(t, 'bulk');
export const figureWord = words(t, 'figure');
export const deliveryWord = words(t, 'delivery');

const WRONG: [RegExp, (found: RegExpExecArray) => string][] = [
  [/^Object missing required field/, () => t('wrong.missing')],
  [/^Object contains unknown field/, () => t('wrong.unknown')],
  [/^Invalid enum value/, () => t('wrong.choice')],
  [/^Expected `(?:int|float)` >= (\S+)$/, (found) => t('wrong.least', { least: found[1]! })],
  [/^Expected `(?:int|float)` <= (\S+)$/, (found) => t('wrong.most', { most: found[1]! })],
  [/^Expected `str` of length <= (\d+)$/, (found) => t('wrong.longest', { most: found[1]! })],
  [/^Expected `datetime/, () => t('wrong.datetime')],
  [/^(?:Expected `(int|float|bool|str|array)\b|Invalid (datetime)\b)/, (found) => t(`wrong.${(found[1] ?? found[2]) as 'int'}`)],
];

/** Why a row was not taken, for people: the server says it in the words of types. */
export function reasonText(reason: string): string {
  for (const [pattern, told] of WRONG) {
    const found = pattern.exec(reason);
    if (found) return told(found);
  }
  return reason;
}

/** What a call came to where there was no answer: the server says it by the kind of fault. */
export function answerText(error: string | null): string {
  if (!error) return '';
  const key = `answer.${error}`;
  const told = t(key as 'answer.gaierror');
  return told === key ? error : told;
}
