import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, CircleCheck, CircleX, Hourglass, RotateCw, Send } from 'lucide-react';
import { useState } from 'react';
import type { Search } from '@/ui/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { SavedViewTabs } from '@/ui/Filters';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge, type Tone } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { toastDone, toastFailed } from '@/ui/toast';
import type { Schemas } from '@/api/client';
import { EventDrawer } from './EventDrawer';
import { deliveriesQuery, useWebhook } from './reads';
import { Scroll } from './Scroll';
import { answerText, deliveryWord, t } from './words';

type Delivery = Schemas['DeliveryAnswer'];

interface Props {
  hook: Schemas['WebhookAnswer'];
  state: Schemas['DeliveryState'] | undefined;
  cursor: string | undefined;
  may: boolean;
  onAddress: (change: Search) => void;
}

const VIEWS = ['all', 'waiting', 'failed', 'delivered'] as const;

/** What was delivered to an endpoint, what waits and what was given up, the newest first. */
export function Deliveries({ hook, state, cursor, may, onAddress }: Props) {
  const query = useQuery(deliveriesQuery(hook.webhook, state, cursor));
  const { retry } = useWebhook(hook.webhook);
  const [looked, setLooked] = useState<number | null>(null);
  const again = async (sequence: number) => {
    const done = await retry.run(sequence);
    toastDone(t('webhooks.retried', { count: done.retried }));
  };
  return (
    <Panel
      flush
      title={`${t('deliveries')} · ${hook.webhook}`}
      icon={Send}
      actions={
        <SavedViewTabs
          views={VIEWS.map((id) => ({ id, name: id === 'all' ? t('deliveries.all') : deliveryWord(id) }))}
          current={state ?? 'all'}
          onView={(view) => onAddress({ webhook: hook.webhook, state: view === 'all' ? undefined : view, cursor: undefined })}
        />
      }
    >
      <Scroll label={t('deliveries')}>
        <DataTable
          label={t('deliveries')}
          rows={query.data?.items}
          columns={columns(may ? (sequence) => void again(sequence).catch((fault: unknown) => toastFailed((fault as Error).message)) : null)}
          id={(each) => String(each.sequence)}
          onOpen={(each) => setLooked(each.sequence)}
          error={query.error}
          retry={() => void query.refetch()}
          skeletonRows={6}
          empty={<EmptyState icon={Send} title={t('deliveries.none')} />}
        />
      </Scroll>
      {(cursor || query.data?.next) && (
        <div className="table-foot">
          {cursor && (
            <Button variant="default" leftSection={<ChevronLeft size={14} aria-hidden />} onClick={() => onAddress({ webhook: hook.webhook, state, cursor: undefined })}>
              {t('deliveries.first')}
            </Button>
          )}
          {query.data?.next && (
            <Button variant="default" className="push" rightSection={<ChevronRight size={14} aria-hidden />} onClick={() => onAddress({ webhook: hook.webhook, state, cursor: query.data.next! })}>
              {t('deliveries.more')}
            </Button>
          )}
        </div>
      )}
      <EventDrawer sequence={looked} onClose={() => setLooked(null)} />
    </Panel>
  );
}

const LOOKS: Record<string, [Tone, typeof CircleCheck]> = {
  waiting: ['gray', Hourglass],
  delivered: ['teal', CircleCheck],
  failed: ['red', CircleX],
};

function columns(again: ((sequence: number) => void) | null): Column<Delivery>[] {
  return [
    { key: 'sequence', title: t('events.number'), num: true, width: 80, render: (each) => <span className="mono muted">{String(each.sequence)}</span> },
    { key: 'event', title: t('deliveries.event'), render: (each) => <span className="strong">{each.type}</span> },
    { key: 'subject', title: t('events.subject'), render: (each) => <span className="mono">{each.subject}</span> },
    {
      key: 'state',
      title: t('deliveries.state'),
      render: (each) => {
        const [tone, icon] = LOOKS[each.state] ?? LOOKS.waiting!;
        return (
          <StatusBadge tone={tone} icon={icon}>
            {deliveryWord(each.state)}
          </StatusBadge>
        );
      },
    },
    { key: 'attempts', title: t('deliveries.attempts'), num: true, render: (each) => String(each.attempts) },
    { key: 'answer', title: t('deliveries.answer'), render: (each) => <Answered delivery={each} /> },
    { key: 'when', title: t('deliveries.ended'), render: (each) => (each.ended_at ? <DateTime at={each.ended_at} /> : <span className="muted">{t('deliveries.next')} <DateTime at={each.due_at} /></span>) },
    {
      key: 'actions',
      title: t('jobs.actions'),
      render: (each) =>
        again && each.state !== 'delivered' ? (
          <Button variant="default" size="compact-xs" leftSection={<RotateCw size={12} aria-hidden />} aria-label={t('deliveries.retry_of', { sequence: String(each.sequence) })} onClick={() => again(each.sequence)}>
            {t('deliveries.retry')}
          </Button>
        ) : null,
    },
  ];
}

function Answered({ delivery }: { delivery: Delivery }) {
  if (delivery.status === null && !delivery.error) return <span className="muted">–</span>;
  return (
    <span className="truncate" title={delivery.error ?? undefined}>
      {delivery.status !== null && <b className="tabular">{String(delivery.status)} </b>}
      <span className="muted">{answerText(delivery.error)}</span>
    </span>
  );
}
