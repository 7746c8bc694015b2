import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const kindWord = words(t, 'kind');
export const phaseWord = words(t, 'phase');
export const methodWord = words(t, 'method');
