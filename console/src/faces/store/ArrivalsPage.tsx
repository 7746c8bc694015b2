import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Warehouse } from 'lucide-react';
import { ask, http } from '@/api/client';
import { dateTimeText, timeText } from '@/i18n';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { toastDone, toastFailed } from '@/ui/toast';
import { Back } from './OrderPage';
import { Screen } from './parts';
import { outbox, readKey, useEntries, useHere, useRead } from './store';
import { t } from './words';

const path = (id: string) => `/v1/transfers/${encodeURIComponent(id)}/receive`;

/** Transfers that were sent here: what is in them, and taking them in. */
export function ArrivalsPage() {
  const { node, zone } = useHere();
  const client = useQueryClient();
  const entries = useEntries();
  const read = useRead('arrivals', (signal) => ask(http.GET('/v1/transfers', { params: { query: { node, limit: 200, state: ['sent', 'receiving'] } }, signal })));
  const coming = (read.data?.value.items ?? []).filter((each) => each.to === node && !entries.some((entry) => entry.path === path(each.transfer) && !entry.refused));
  const receive = async (id: string) => {
    const came = await outbox.add({ verb: 'count', path: path(id), body: {}, label: t('arrivals.received', { transfer: id }) });
    if (came.kind === 'refused') toastFailed(came.entry.refused?.detail ?? '');
    else toastDone(t('arrivals.received', { transfer: id }));
    if (came.kind === 'done') void client.invalidateQueries({ queryKey: readKey('arrivals') });
  };
  return (
    <Screen title={t('arrivals.title')} back={<Back to="/" />}>
      {read.data?.stale && <p className="note">{t('offline.since', { time: timeText(read.data.at, zone) })}</p>}
      {read.isPending && <SkeletonLines lines={5} />}
      {read.error && !read.data && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {read.data && !coming.length && <EmptyState icon={Warehouse} title={t('arrivals.empty')} />}
      <ul className="cards">
        {coming.map((each) => (
          <li key={each.transfer} className="card">
            <div className="row">
              <b className="grow truncate">{each.transfer}</b>
              {each.expected_at && <span className="muted">{dateTimeText(each.expected_at, zone)}</span>}
            </div>
            <span className="muted">{t('arrivals.from', { node: each.from })}</span>
            <ul className="plain">
              {each.lines.map((line) => (
                <li key={line.sku} className="row">
                  <span className="mono grow truncate">{line.sku}</span>
                  <b className="tabular">{line.in_transit}</b>
                </li>
              ))}
            </ul>
            <Button size="lg" variant="default" onClick={() => void receive(each.transfer)}>
              {t('arrivals.receive')}
            </Button>
          </li>
        ))}
      </ul>
    </Screen>
  );
}
