import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });
export const bucketWord = words(t, 'bucket');
export const reasonWord = words(t, 'reason');
export const kindWord = words(t, 'kind');
export const stepWord = words(t, 'step');
export const deductionWord = words(t, 'less');
