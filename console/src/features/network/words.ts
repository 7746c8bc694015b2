import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });
export const kindWord = words(t, 'kind');
export const statusWord = words(t, 'status');
export const serviceWord = words(t, 'service');
