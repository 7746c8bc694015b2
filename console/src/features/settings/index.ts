import { Settings } from 'lucide-react';
import type { Feature } from '@/app/feature';
import { t } from './words';

/** Who may sign in, and which programs may ask: for administrators. */
export const settings: Feature = {
  id: 'settings',
  scope: 'users:read',
  nav: { label: t('settings'), path: '/settings/users', icon: Settings, order: 95, key: 's' },
  pages: [
    { path: '/settings/users', page: () => import('./UsersPage') },
    { path: '/settings/keys', scope: 'keys:read', page: () => import('./KeysPage') },
  ],
  commands: [
    { id: 'settings.users', label: t('users.new'), words: 'people role login', scope: 'users:write', run: (go) => go('/settings/users', { new: 'yes' }) },
    { id: 'settings.keys', label: t('keys.new'), words: 'token integration', scope: 'keys:write', run: (go) => go('/settings/keys', { new: 'yes' }) },
  ],
};
