import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const phaseWord = words(t, 'phase');
export const methodWord = words(t, 'method');
export const holdWord = words(t, 'hold');
export const stageWord = words(t, 'stage');
export const skipWord = words(t, 'skip');
export const troubleWord = words(t, 'trouble');
