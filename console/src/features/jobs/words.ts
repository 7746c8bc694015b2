import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const kindWord = words(t, 'kind');
export const importKindWord = words(t, 'of');
export const stateWord = words(t, 'state');
export const outcomeWord = words(t, 'became');
export const figureWord = words(t, 'figure');
export const deliveryWord = words(t, 'delivery');
