import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });

export const stageWord = words(t, 'stage');
export const skipWord = words(t, 'skip');
