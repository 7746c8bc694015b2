import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });
export const stateWord = words(t, 'state');
export const methodWord = words(t, 'method');
