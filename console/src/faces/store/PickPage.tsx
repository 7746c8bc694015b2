import { ActionIcon, Button, Menu } from '@mantine/core';
import { CheckCheck, EllipsisVertical, Printer, ScanLine, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { timeText } from '@/i18n';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { Choice } from './Choice';
import { putList, usePickList } from './lists';
import { nameOf, Screen, State, To, Waits } from './parts';
import { StartPicking } from './StartPicking';
import { outbox, useHere } from './store';
import { byZone, progress } from './wave';
import { ScanButton, TypedCode, useScanning } from './Scanning';
import { StopCard } from './StopCard';
import type { PickList } from './types';
import { usePicking } from './usePicking';
import { useQueryClient } from '@tanstack/react-query';
import { go } from './way';
import { t } from './words';

/** The walk of a pick list: by zone, each item once with the units of all orders together. */
export function PickPage() {
  const { node, zone } = useHere();
  const { query, list } = usePickList(node);
  if (!list)
    return (
      <Screen title={t('pick.title')}>
        {query.isPending && <SkeletonLines lines={6} />}
        {query.error && !query.data && <ErrorState error={query.error} retry={() => void query.refetch()} />}
        {query.data && (
          <>
            <EmptyState icon={ScanLine} title={t('pick.none')}>
              {t('pick.none.text')}
            </EmptyState>
            <StartPicking toPick={10} />
          </>
        )}
      </Screen>
    );
  return <Walk list={list} stale={query.data?.stale ? timeText(query.data.at, zone) : null} />;
}

function Walk({ list, stale }: { list: PickList; stale: string | null }) {
  const picking = usePicking(list.walk, new Map(list.orders.map(({ order }) => [order.work.id, order.work.order_number])), list.orders.length > 1);
  const scans = useScanning(picking.scan, picking.said, picking.tone);
  const { done, of } = progress(list.walk);
  const over = done === of;
  return (
    <Screen
      title={t('pick.title')}
      sub={<span className="tabular">{t('pick.progress', { done, of })}</span>}
      aside={<More list={list} over={over} />}
      foot={
        over ? (
          <Finish list={list} />
        ) : (
          <>
            <ScanButton scans={scans} />
            <TypedCode onCode={picking.scan} label={t('pick.typed')} />
          </>
        )
      }
    >
      <progress className="bar" value={done} max={Math.max(of, 1)} aria-label={t('pick.progress', { done, of })} />
      {stale && <p className="note">{t('offline.since', { time: stale })}</p>}
      {!over && scans.view}
      {over && (
        <EmptyState icon={CheckCheck} title={t('pick.done')}>
          {t('pick.done.text')}
        </EmptyState>
      )}
      {over && <Orders list={list} />}
      {byZone(list.walk).map(({ zone, stops }) => (
        <section key={zone} aria-label={zone || t('pick.zone.none')}>
          <h2 className="zone">{zone || t('pick.zone.none')}</h2>
          <ul className="cards">
            {stops.map((stop) => (
              <StopCard key={stop.goods.sku} stop={stop} many={list.orders.length > 1} last={picking.last === stop.goods.sku} onPick={picking.pick} onMissing={picking.missing} />
            ))}
          </ul>
        </section>
      ))}
      {!over && <Orders list={list} />}
    </Screen>
  );
}

function Orders({ list }: { list: PickList }) {
  return (
    <section aria-label={t('order.title')}>
      <ul className="cards">
        {list.orders.map(({ place, order }) => (
          <li key={order.work.id}>
            <To to={`/order/${order.work.id}`} className="card row-card">
              <span className="place">{place}</span>
              <span className="col grow">
                <b className="truncate">{nameOf(order)}</b>
                <span className="row wrap">
                  <State state={order.work.state} />
                  <Waits work={order.work.id} />
                </span>
              </span>
              <span className="mono muted">{order.work.order_number.slice(-4)}</span>
            </To>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useLeave(list: PickList): () => Promise<void> {
  const client = useQueryClient();
  const { node } = useHere();
  return async () => {
    const came = await outbox.add({ verb: 'abandon', path: `/v1/pick-lists/${list.id}/abandon`, body: {}, label: t('pick.give_up') });
    if (came.kind === 'done') putList(client, node, null);
    go('/');
  };
}

/** Closing a list that is all picked lets it go; what is on it stays picked. */
function Finish({ list }: { list: PickList }) {
  const leave = useLeave(list);
  return (
    <Button size="xl" fullWidth onClick={() => void leave()} leftSection={<CheckCheck size={22} aria-hidden />}>
      {t('pick.finish')}
    </Button>
  );
}

function More({ list, over }: { list: PickList; over: boolean }) {
  const [asking, setAsking] = useState(false);
  const leave = useLeave(list);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={48} aria-label={t('pick.title')}>
            <EllipsisVertical size={24} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={`/v1/print/pick-lists/${list.id}`} target="_blank" rel="noopener" leftSection={<Printer size={18} aria-hidden />}>
            {t('pick.print')}
          </Menu.Item>
          {!over && (
            <Menu.Item leftSection={<Undo2 size={18} aria-hidden />} onClick={() => setAsking(true)}>
              {t('pick.give_up')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Choice opened={asking} onClose={() => setAsking(false)} title={t('pick.give_up.title')} text={t('pick.give_up.text')}>
        <Button size="xl" color="red" fullWidth onClick={() => void leave()}>
          {t('pick.give_up')}
        </Button>
      </Choice>
    </>
  );
}
