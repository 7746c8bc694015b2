import type { Feature } from '@/app/feature';

const ofOrder = (event: { data: Record<string, unknown> }) => (typeof event.data.order_id === 'string' ? [['order', event.data.order_id]] : []);

/** One order: reached from lists, searches and links, so it has no entry of its own in the menu. */
export const order: Feature = {
  id: 'order',
  scope: 'orders:read',
  pages: [{ path: '/orders/$id', page: () => import('./OrderPage') }],
  outdates: {
    'order.*': ofOrder,
    'sourcing.*': ofOrder,
    'fulfillment.*': ofOrder,
    'delivery.*': ofOrder,
    'promise.*': ofOrder,
    'milestone.*': ofOrder,
    'exception.*': ofOrder,
    'consent.*': ofOrder,
    'offer.*': ofOrder,
  },
};
