import { ScrollText } from 'lucide-react';
import type { Feature } from '@/app/feature';
import { phaseWord } from '@/domain/words';
import { nameOf } from './model';
import { readOrders } from './reads';
import { t } from './words';

const HITS = 6;

export const orders: Feature = {
  id: 'orders',
  scope: 'orders:read',
  nav: { label: t('title'), path: '/orders', icon: ScrollText, key: 'o', order: 10 },
  pages: [{ path: '/orders', page: () => import('./OrdersPage') }],
  finders: [
    {
      title: t('title'),
      find: async (text, signal) => {
        const { items } = await readOrders({ q: text, limit: HITS }, signal);
        return items.map((order) => ({
          id: `order-${order.id}`,
          label: order.number,
          note: [nameOf(order), phaseWord(order.phase)].filter(Boolean).join(' · '),
          icon: ScrollText,
          run: (go) => go(`/orders/${order.id}`),
        }));
      },
    },
  ],
};
