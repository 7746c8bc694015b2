import { Gauge } from 'lucide-react';
import type { Feature } from '@/app/feature';
import { t } from './words';

export const today: Feature = {
  id: 'today',
  scope: 'orders:read',
  nav: { label: t('title'), path: '/', icon: Gauge, key: 'd', order: 0 },
  pages: [{ path: '/', page: () => import('./TodayPage') }],
  outdates: {
    'order.*': () => [['overview']],
    'fulfillment.*': () => [['overview']],
    'exception.*': () => [['overview']],
  },
};
