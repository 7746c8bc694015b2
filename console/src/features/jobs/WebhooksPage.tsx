import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleOff, RotateCw, TriangleAlert, Webhook } from 'lucide-react';
import { useAllowed } from '@/api/session';
import { number } from '@/i18n';
import { one, useAddress, type Search } from '@/ui/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { toastDone, toastFailed } from '@/ui/toast';
import type { Schemas } from '@/api/client';
import { Deliveries } from './Deliveries';
import { useWebhook, webhooksQuery } from './reads';
import { Scroll } from './Scroll';
import { t } from './words';
import './jobs.css';

type Hook = Schemas['WebhookAnswer'];

const COUNTED_MAX = 1_000;
const STATES = ['waiting', 'delivered', 'failed'] as const;

const read = (search: Search) => ({
  webhook: one(search.webhook),
  state: STATES.find((each) => each === one(search.state)),
  cursor: one(search.cursor),
});

export const counted = (value: number): string => (value >= COUNTED_MAX ? t('webhooks.more_than', { count: COUNTED_MAX }) : number(value));

/** Who is told what happens: the endpoints, how they do, and what was delivered to each. */
export default function WebhooksPage() {
  const [{ webhook, state, cursor }, change] = useAddress(read);
  const query = useQuery(webhooksQuery());
  const may = useAllowed('webhooks:write');
  const rows = query.data?.items;
  const chosen = rows?.find((each) => each.webhook === webhook) ?? (webhook === undefined ? rows?.[0] : undefined);
  return (
    <Page title={t('webhooks')}>
      <Panel flush>
        <Scroll label={t('webhooks')}>
          <DataTable
            label={t('webhooks')}
            rows={rows}
            columns={columns(may)}
            id={(each) => each.webhook}
            onOpen={(each) => change({ webhook: each.webhook, state: undefined, cursor: undefined })}
            openId={chosen?.webhook}
            error={query.error}
            retry={() => void query.refetch()}
            skeletonRows={4}
            empty={<EmptyState icon={Webhook} title={t('webhooks.none')}>{t('webhooks.none.text')}</EmptyState>}
          />
        </Scroll>
      </Panel>
      {chosen && <Deliveries key={chosen.webhook} hook={chosen} state={state} cursor={cursor} may={may} onAddress={change} />}
    </Page>
  );
}

function columns(may: boolean): Column<Hook>[] {
  return [
    { key: 'webhook', title: t('webhooks.name'), render: (hook) => <span className="strong">{hook.webhook}</span> },
    { key: 'state', title: t('webhooks.state'), render: (hook) => <State hook={hook} /> },
    { key: 'url', title: t('webhooks.url'), render: (hook) => <span className="mono truncate">{hook.url}</span> },
    { key: 'types', title: t('webhooks.types'), render: (hook) => <span title={hook.types.join(', ')}>{hook.types.length ? t('webhooks.types.some', { count: hook.types.length }) : t('webhooks.types.all')}</span> },
    { key: 'waiting', title: t('webhooks.waiting'), num: true, render: (hook) => counted(hook.waiting) },
    { key: 'failed', title: t('webhooks.failed'), num: true, render: (hook) => (hook.failed ? <b>{counted(hook.failed)}</b> : <span className="muted">–</span>) },
    { key: 'succeeded', title: t('webhooks.succeeded'), render: (hook) => <DateTime at={hook.succeeded_at} /> },
    { key: 'actions', title: t('jobs.actions'), render: (hook) => may && <Actions hook={hook} /> },
  ];
}

function State({ hook }: { hook: Hook }) {
  if (!hook.enabled) {
    return (
      <StatusBadge tone={hook.exception ? 'red' : 'gray'} icon={CircleOff}>
        {hook.exception ? t('webhooks.broken') : t('webhooks.off')}
      </StatusBadge>
    );
  }
  if (hook.failures > 0) {
    return (
      <StatusBadge tone="orange" icon={TriangleAlert} title={t('webhooks.failing.tip', { count: hook.failures })}>
        {t('webhooks.failing')}
      </StatusBadge>
    );
  }
  return (
    <StatusBadge tone="teal" icon={CircleCheck}>
      {t('webhooks.on')}
    </StatusBadge>
  );
}

const failed = (fault: unknown) => toastFailed((fault as Error).message);

function Actions({ hook }: { hook: Hook }) {
  const { enable, retry } = useWebhook(hook.webhook);
  const turnOn = async () => {
    await enable.run(hook);
    toastDone(t('webhooks.enabled', { name: hook.webhook }));
  };
  const again = async () => {
    const done = await retry.run(null);
    toastDone(t('webhooks.retried', { count: done.retried }));
  };
  return (
    <span className="row" style={{ justifyContent: 'flex-end' }}>
      {!hook.enabled && (
        <Button variant="default" loading={enable.pending} onClick={() => void turnOn().catch(failed)}>
          {t('webhooks.enable')}
        </Button>
      )}
      {hook.failed > 0 && (
        <Button variant="default" leftSection={<RotateCw size={13} aria-hidden />} loading={retry.pending} onClick={() => void again().catch(failed)}>
          {t('webhooks.retry_all', { count: counted(hook.failed) })}
        </Button>
      )}
    </span>
  );
}
