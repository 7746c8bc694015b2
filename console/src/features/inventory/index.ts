import { Boxes, Package } from 'lucide-react';
import { ask, http } from '@/api/client';
import type { Feature } from '@/app/feature';
import { catalog } from '@/i18n';
import en from './menu.json'; // the words of the pages are loaded with the pages

const t = catalog({ en });
const STOCK = () => [['inventory']];

export const inventory: Feature = {
  id: 'inventory',
  scope: 'inventory:read',
  nav: { label: t('inventory'), path: '/inventory', icon: Boxes, key: 'i', order: 40 },
  pages: [
    { path: '/inventory', page: () => import('./InventoryPage') },
    { path: '/inventory/$sku', page: () => import('./SkuPage') },
  ],
  finders: [
    {
      title: t('find.items'),
      scope: 'catalog:read',
      find: async (text, signal) => {
        const found = await ask(http.GET('/v1/items', { signal, params: { query: { q: text, limit: 8 } } }));
        return found.items.map(({ sku, name }) => ({
          id: `item ${sku}`,
          label: sku,
          note: name,
          icon: Package,
          run: (go) => go(`/inventory/${encodeURIComponent(sku)}`),
        }));
      },
    },
  ],
  outdates: { 'inventory.*': STOCK, 'transfer.*': STOCK, 'supply.*': STOCK, 'availability.*': STOCK },
};
