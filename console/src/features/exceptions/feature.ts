import { TriangleAlert } from 'lucide-react';
import type { Feature } from '@/app/feature';
import { Waiting } from './Waiting';
import { t } from './words';

export const exceptions: Feature = {
  id: 'exceptions',
  scope: 'exceptions:read',
  nav: { label: t('title'), path: '/exceptions', icon: TriangleAlert, key: 'e', order: 20, Count: Waiting },
  pages: [{ path: '/exceptions', page: () => import('./ExceptionsPage') }],
  outdates: { 'exception.*': () => [['exceptions']] },
};
