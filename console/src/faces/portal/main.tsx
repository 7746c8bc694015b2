import { createRoot } from 'react-dom/client';
import { catalog } from '@/i18n';
import en from './en.json';
import './portal.css';

const t = catalog({ en });

function Portal() {
  return (
    <main>
      <h1>{t('title')}</h1>
      <p>{t('text')}</p>
    </main>
  );
}

createRoot(document.getElementById('root')!).render(<Portal />);
