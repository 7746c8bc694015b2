import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const scanWord = words(t, 'scan');
export const stageWord = words(t, 'stage');
export const causeWord = words(t, 'cause');
export const makerWord = words(t, 'maker');
export const partWord = words(t, 'part');
export const groupWord = words(t, 'group');
export const madeWord = words(t, 'made');
export const fieldWord = words(t, 'field');
