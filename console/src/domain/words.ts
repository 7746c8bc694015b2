/** What orders, their work and their people are called, on every page alike. */
import { catalog, words } from '@/i18n';
import en from './en.json';

const t = catalog({ en });

export const phaseWord = words(t, 'phase');
export const stateWord = words(t, 'state');
export const methodWord = words(t, 'method');
export const holdWord = words(t, 'hold');
export const troubleWord = words(t, 'trouble');
export const roleWord = words(t, 'role');
export const choiceWord = words(t, 'choice');
