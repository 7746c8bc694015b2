import { Button } from '@mantine/core';
import { Lock, UserRound } from 'lucide-react';
import { useState } from 'react';
import { ask, http } from '@/api/client';
import { timeText } from '@/i18n';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { useWaitingOrders } from './lists';
import { DueBy, Method, nameOf, Screen, State, To, unitsOf, Waits } from './parts';
import { useHere, useRead } from './store';
import type { StoreWork, Work } from './types';
import { useWay } from './way';
import { t } from './words';

const PAGE = 50;
const PAGE_MAX = 200;
const EVERY_MS = 30_000;

/** What each tab shows, and when work has left it while its step still waits to be sent. */
const STAGES: Record<string, Work['state'][]> = {
  all: ['released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup'],
  accept: ['released'],
  pick: ['accepted', 'picking'],
  pack: ['picked'],
  ship: ['packed'],
  ready: ['ready_for_pickup'],
};
const WORDS = { all: t('stage.all'), accept: t('stage.accept'), pick: t('stage.pick'), pack: t('stage.pack'), ship: t('stage.ship'), ready: t('stage.ready') };

/** The store's work by when its next step is due. */
export function WorkPage() {
  const { node, zone } = useHere();
  const { search } = useWay();
  const asked = search.get('stage') ?? 'all';
  const stage = asked in STAGES ? asked : 'all';
  const [most, setMost] = useState(PAGE);
  const state = STAGES[stage]!;
  const read = useRead(`work:${node}:${stage}:${most}`, (signal) => ask(http.GET('/v1/nodes/{node}/work', { params: { path: { node }, query: { state, limit: most } }, signal })), { every: EVERY_MS });
  const orders = useWaitingOrders(read.data?.value.items).filter((order) => state.includes(order.work.state));
  return (
    <Screen title={t('nav.work')}>
      <nav className="stages-nav" aria-label={t('nav.work')}>
        {Object.entries(WORDS).map(([key, word]) => (
          <To key={key} to={key === 'all' ? '/work' : `/work?stage=${key}`} className="chip" current={key === stage}>
            {word}
          </To>
        ))}
      </nav>
      {read.data?.stale && <p className="note">{t('offline.since', { time: timeText(read.data.at, zone) })}</p>}
      {(read.isPending || read.isPlaceholderData) && <SkeletonLines lines={8} />}
      {read.error && !read.data && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {read.data && !read.isPlaceholderData && !orders.length && <EmptyState title={t('work.empty')}>{t('work.empty.text')}</EmptyState>}
      <ul className="cards">
        {orders.map((order) => (
          <li key={order.work.id}>
            <OrderCard order={order} />
          </li>
        ))}
      </ul>
      {read.data?.value.next && most < PAGE_MAX && (
        <Button size="lg" variant="default" fullWidth onClick={() => setMost(PAGE_MAX)}>
          {t('work.more')}
        </Button>
      )}
    </Screen>
  );
}

function OrderCard({ order }: { order: StoreWork }) {
  const { work } = order;
  const units = unitsOf(order);
  return (
    <To to={`/order/${work.id}`} className="card order-card">
      <span className="row">
        <b className="truncate">{nameOf(order)}</b>
        <span className="push">
          <DueBy at={order.due_at} ready={work.state === 'ready_for_pickup'} />
        </span>
      </span>
      <span className="muted truncate">{order.goods.map((each) => each.name).join(', ')}</span>
      <span className="row wrap">
        <State state={work.state} />
        <Method method={work.method} />
        <span className="muted tabular">{t('work.units', { count: units })}</span>
        {order.held && (
          <span className="badge" data-tone="red">
            <Lock size={13} aria-hidden />
            {t('work.held')}
          </span>
        )}
        {order.picker && (
          <span className="badge" data-tone="gray">
            <UserRound size={13} aria-hidden />
            {t('work.picker', { name: order.picker })}
          </span>
        )}
        <Waits work={work.id} />
      </span>
    </To>
  );
}
