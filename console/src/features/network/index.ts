import { MapPinned, Warehouse } from 'lucide-react';
import { ask, http } from '@/api/client';
import type { Feature } from '@/app/feature';
import { catalog } from '@/i18n';
import en from './menu.json'; // the words of the pages are loaded with the pages

const t = catalog({ en });
const NETWORK = () => [['network']];
const WORK = () => [['network', 'overview'], ['network', 'node']];

export const network: Feature = {
  id: 'network',
  scope: 'network:read',
  nav: { label: t('network'), path: '/network', icon: MapPinned, key: 'n', order: 50 },
  pages: [
    { path: '/network', page: () => import('./NetworkPage') },
    { path: '/nodes/$node', page: () => import('./NodePage') },
  ],
  finders: [
    {
      title: t('find.nodes'),
      find: async (text, signal) => {
        const { matching } = await import('./nodes');
        const { nodes } = await ask(http.GET('/v1/network/overview', { signal }));
        return matching(nodes, { q: text, kind: undefined, status: undefined })
          .slice(0, 8)
          .map(({ node, name }) => ({
            id: `node ${node}`,
            label: node,
            note: name,
            icon: Warehouse,
            run: (go) => go(`/nodes/${encodeURIComponent(node)}`),
          }));
      },
    },
  ],
  outdates: { 'capacity.*': NETWORK, 'fulfillment.*': WORK },
};
