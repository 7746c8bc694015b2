import { ActionIcon } from '@mantine/core';
import { AlarmClock, CarFront, CircleUser, ClipboardCheck, PackageCheck, PackageOpen, Store, Truck, Warehouse } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { ask, http } from '@/api/client';
import { ageShort, timeText } from '@/i18n';
import { useNow } from '@/ui/clock';
import { ErrorState, SkeletonLines } from '@/ui/States';
import { usePickList } from './lists';
import { nameOf, Screen, To } from './parts';
import { StartPicking } from './StartPicking';
import { useHere, useRead } from './store';
import { t } from './words';
import { progress } from './wave';

const Account = lazy(() => import('./Account').then((page) => ({ default: page.Account })));

const EVERY_MS = 30_000;

/** What a store looks at first: what is due, who is here, how to begin. */
export function HomePage({ leave }: { leave: () => void }) {
  const { node, name, session, zone } = useHere();
  const read = useRead(`home:${node}`, (signal) => ask(http.GET('/v1/nodes/{node}/work', { params: { path: { node }, query: { limit: 1 } }, signal })), { every: EVERY_MS });
  const counters = read.data?.value.counters;
  return (
    <Screen title={name} sub={session.user.name} aside={<Person leave={leave} />}>
      {read.data?.stale && <p className="note">{t('offline.since', { time: timeText(read.data.at, zone) })}</p>}
      {read.isPending && <SkeletonLines lines={5} />}
      {read.error && !read.data && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {counters && (
        <>
          <Waiting customers={counters.customers_here} />
          <Next toPick={counters.to_pick + counters.to_accept} />
          <section className="tiles" aria-label={t('nav.home')}>
            <Tile to="/work" icon={AlarmClock} count={counters.due_now} label={t('home.due_now')} note={counters.late ? t('home.late', { count: counters.late }) : undefined} tone={counters.late ? 'red' : counters.due_now ? 'orange' : undefined} />
            <Tile to="/work?stage=accept" icon={ClipboardCheck} count={counters.to_accept} label={t('home.to_accept')} />
            <Tile to="/work?stage=pick" icon={PackageOpen} count={counters.to_pick} label={t('home.to_pick')} />
            <Tile to="/work?stage=pack" icon={PackageCheck} count={counters.to_pack + counters.to_ready} label={t('stage.pack')} />
            <Tile to="/hand-over" icon={Store} count={counters.ready} label={t('home.ready')} />
            <Tile to="/work?stage=ship" icon={Truck} count={counters.carrier_pickup} label={t('home.carrier_pickup')} />
            <Tile to="/arrivals" icon={Warehouse} count={counters.arrivals} label={t('home.arrivals')} />
            <Tile to="/count" icon={ClipboardCheck} count={counters.counts_due} label={t('home.counts')} />
          </section>
        </>
      )}
    </Screen>
  );
}

function Next({ toPick }: { toPick: number }) {
  const { node } = useHere();
  const { list } = usePickList(node);
  if (list) {
    const { done, of } = progress(list.walk);
    return (
      <To to="/pick" className="card go-on">
        <b>{t('home.continue')}</b>
        <span className="tabular">{t('pick.progress', { done, of })}</span>
        <progress value={done} max={Math.max(of, 1)} aria-hidden />
      </To>
    );
  }
  return toPick ? <StartPicking toPick={toPick} /> : null;
}

function Waiting({ customers }: { customers: number }) {
  const { node } = useHere();
  const now = useNow();
  const read = useRead(`pickups:${node}:`, (signal) => ask(http.GET('/v1/nodes/{node}/pickups', { params: { path: { node }, query: {} }, signal })), { enabled: customers > 0 });
  const here = read.data?.value.items.filter((order) => order.work.pickup?.arrived_at) ?? [];
  if (!customers || !here.length) return null;
  return (
    <section aria-label={t('home.here')}>
      <h2>{t('home.here')}</h2>
      <ul className="cards">
        {here.map((order) => (
          <li key={order.work.id}>
            <To to={`/hand-over/${order.work.id}`} className="card row-card here">
              <CarFront size={24} aria-hidden />
              <span className="col grow">
                <b>{nameOf(order)}</b>
                <span>{[order.work.pickup?.spot, order.work.pickup?.vehicle].filter(Boolean).join(' · ') || order.work.order_number}</span>
              </span>
              <b className="tabular">{ageShort(order.work.pickup!.arrived_at!, now)}</b>
            </To>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tile({ to, icon: Icon, count, label, note, tone }: { to: string; icon: typeof Store; count: number; label: string; note?: string; tone?: string }) {
  return (
    <To to={to} className="tile">
      <Icon size={18} aria-hidden />
      <b className="tabular" data-zero={count ? undefined : ''}>
        {count}
      </b>
      <span>{label}</span>
      {note && (
        <small className="tone-text" data-tone={tone}>
          {note}
        </small>
      )}
    </To>
  );
}

function Person({ leave }: { leave: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ActionIcon size={48} aria-label={t('account')} onClick={() => setOpen(true)}>
        <CircleUser size={26} aria-hidden />
      </ActionIcon>
      {open && (
        <Suspense>
          <Account leave={leave} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
