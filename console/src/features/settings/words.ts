import { catalog, words } from '@/i18n';
import en from './en.json';

export const t = catalog({ en });
export const roleAbout = words(t, 'role.about');
