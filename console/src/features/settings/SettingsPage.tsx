import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAllowed } from '@/api/session';
import { Page } from '@/ui/Panel';
import { t } from './words';

/** A page of the settings, with the way to the others. */
export function SettingsPage({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const keys = useAllowed('keys:read');
  return (
    <Page title={t('settings')} actions={actions}>
      <nav className="tabs" aria-label={t('tabs')}>
        <Link to="/settings/users" className="tab">
          {t('tab.users')}
        </Link>
        {keys && (
          <Link to="/settings/keys" className="tab">
            {t('tab.keys')}
          </Link>
        )}
      </nav>
      {children}
    </Page>
  );
}
