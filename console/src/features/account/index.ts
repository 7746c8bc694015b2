import { UserRound } from 'lucide-react';
import type { Feature } from '@/app/feature';
import { t } from './words';

/** One's own account: everybody has it. It is gone to from the account menu and the palette. */
export const account: Feature = {
  id: 'account',
  pages: [{ path: '/account', page: () => import('./AccountPage') }],
  commands: [{ id: 'account', label: t('password.change'), icon: UserRound, words: 'account theme password', run: (go) => go('/account') }],
};
