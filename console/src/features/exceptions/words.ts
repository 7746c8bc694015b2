import { catalog } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });
