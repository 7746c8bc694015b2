import { catalog, humanize, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const stageWord = words(t, 'stage');
export const figureWord = words(t, 'figure');
export const figureNote = words(t, 'note');

/** What an event says, in words; one that nobody wrote words for yet says its type. */
export function told(type: string): string {
  const key = `event.${type}` as keyof typeof en;
  return en[key] === undefined ? humanize(type) : t(key);
}
