import { catalog } from '@/i18n';
import en from './en.json';

const t = catalog({ en });

export function StoreApp() {
  return <main className="state">{t('title')}</main>;
}
