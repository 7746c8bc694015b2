import { FileUp, ListChecks, Radio, ScrollText, Webhook } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Feature } from '@/app/feature';
import { catalog } from '@/i18n';
import en from './nav.json';

// What the shell shows before any of these pages is gone to: few words, so that the first page waits for no others.
const t = catalog({ en });

const Counted = lazy(() => import('./JobsCount'));

const JobsCount = () => (
  <Suspense>
    <Counted />
  </Suspense>
);

export const jobs: Feature = {
  id: 'jobs',
  scope: 'jobs:read',
  nav: { label: t('jobs'), path: '/jobs', icon: ListChecks, key: 'j', order: 70, Count: JobsCount },
  pages: [
    { path: '/jobs', page: () => import('./JobsPage') },
    { path: '/jobs/import', scope: 'jobs:write', page: () => import('./ImportPage') },
    { path: '/jobs/import/$id', page: () => import('./FilePage') },
  ],
  commands: [{ id: 'jobs.import', label: t('jobs.import'), icon: FileUp, words: 'upload csv parquet', scope: 'jobs:write', run: (go) => go('/jobs/import') }],
  outdates: {
    'import.*': () => [['jobs']],
  },
};

export const feeds: Feature = {
  id: 'feeds',
  scope: 'inventory:read',
  nav: { label: t('feeds'), path: '/feeds', icon: Radio, key: 'f', order: 72 },
  pages: [{ path: '/feeds', page: () => import('./FeedsPage') }],
};

export const events: Feature = {
  id: 'events',
  scope: 'events:read',
  nav: { label: t('events'), path: '/events', icon: ScrollText, key: 'l', order: 74 },
  pages: [{ path: '/events', page: () => import('./EventsPage') }],
};

export const webhooks: Feature = {
  id: 'webhooks',
  scope: 'webhooks:read',
  nav: { label: t('webhooks'), path: '/webhooks', icon: Webhook, key: 'w', order: 76 },
  pages: [{ path: '/webhooks', page: () => import('./WebhooksPage') }],
};
