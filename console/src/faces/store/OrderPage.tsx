import { Button, TextInput } from '@mantine/core';
import { ArrowLeft, Printer } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { ask, http } from '@/api/client';
import { ApiError } from '@/api/problem';
import { timeText } from '@/i18n';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { toastDone, toastFailed } from '@/ui/toast';
import { Choice } from './Choice';
import { orderName, useWaitingOrders } from './lists';
import { DueBy, Method, nameOf, Screen, State, Swatch, To, Waits } from './parts';
import { Reasons } from './Reasons';
import { ScanButton, useScanning } from './Scanning';
import { StopCard } from './StopCard';
import { act, useHere, useRead } from './store';
import type { StoreWork } from './types';
import { usePicking } from './usePicking';
import { useWedge } from './useWedge';
import { progress, walkOf } from './wave';
import { go } from './way';
import { t } from './words';

/** Reads one order as its store sees it; null: it is not at this store. */
export function useOrder(id: string) {
  const { node } = useHere();
  const read = useRead<StoreWork | null>(orderName(id), async (signal) => {
    try {
      return await ask(http.GET('/v1/nodes/{node}/work/{fulfillment_order}', { params: { path: { node, fulfillment_order: id } }, signal }));
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 404) return null;
      throw fault;
    }
  });
  const [order] = useWaitingOrders(read.data?.value ? [read.data.value] : undefined);
  return { read, order };
}

export function Back({ to }: { to: string }) {
  return (
    <To to={to} className="back" label={t('nav.work')}>
      <ArrowLeft size={24} aria-hidden />
    </To>
  );
}

/** One order: what it is, and the one thing to do next. */
export function OrderPage({ id }: { id: string }) {
  const { zone } = useHere();
  const { read, order } = useOrder(id);
  if (!order)
    return (
      <Screen title={t('order.title')} back={<Back to="/work" />}>
        {read.isPending && <SkeletonLines lines={6} />}
        {read.error && <ErrorState error={read.error} retry={() => void read.refetch()} />}
        {read.data?.value === null && <EmptyState title={t('order.gone')} />}
      </Screen>
    );
  return <Shown order={order} stale={read.data?.stale ? timeText(read.data.at, zone) : null} />;
}

function Shown({ order, stale }: { order: StoreWork; stale: string | null }) {
  const { work } = order;
  const walk = walkOf(order);
  const picking = usePicking(walk, new Map([[work.id, work.order_number]]), false);
  const picks = work.state === 'accepted' || work.state === 'picking';
  const scans = useScanning(picks ? picking.scan : nothing, picking.said, picking.tone);
  const { done, of } = progress(walk);
  const serials = (sku: string) => work.lines.filter((line) => line.sku === sku).flatMap((line) => line.pick_serials ?? []);
  return (
    <Screen
      title={nameOf(order)}
      sub={<span className="mono">{work.order_number}</span>}
      back={<Back to="/work" />}
      aside={<State state={work.state} />}
      foot={picks ? <ScanButton scans={scans} /> : <Next order={order} />}
    >
      {picks && <progress className="bar" value={done} max={Math.max(of, 1)} aria-label={t('pick.progress', { done, of })} />}
      {stale && <p className="note">{t('offline.since', { time: stale })}</p>}
      <p className="row wrap">
        <Method method={work.method} />
        <DueBy at={order.due_at} ready={work.state === 'ready_for_pickup'} />
        <Waits work={work.id} />
      </p>
      {order.note && (
        <p className="card">
          <b>{t('order.note')}</b> {order.note}
        </p>
      )}
      {picks && scans.view}
      {picks ? (
        <ul className="cards">
          {walk.map((stop) => (
            <StopCard key={stop.goods.sku} stop={stop} many={false} last={picking.last === stop.goods.sku} onPick={picking.pick} onMissing={picking.missing} serials={serials(stop.goods.sku)} />
          ))}
        </ul>
      ) : (
        <ul className="cards">
          {walk.map((stop) => (
            <li key={stop.goods.sku} className="card row-card">
              <Swatch sku={stop.goods.sku} name={stop.goods.name} />
              <span className="col grow">
                <b>{stop.goods.name}</b>
                <span className="mono muted">{stop.goods.barcodes[0] ?? stop.goods.sku}</span>
                {stop.goods.location && <span className="strong">{stop.goods.location}</span>}
              </span>
              <b className="stop-count tabular">{work.state === 'released' ? stop.quantity : stop.picked}</b>
            </li>
          ))}
        </ul>
      )}
      <Papers order={order} />
      {work.may.includes('reject') && <Reject order={order} />}
    </Screen>
  );
}

const nothing = () => {};

function Papers({ order }: { order: StoreWork }) {
  const { id, state, method } = order.work;
  const packed = ['picked', 'packed', 'ready_for_pickup', 'shipped', 'collected'].includes(state);
  if (!packed) return null;
  return (
    <div className="row wrap">
      <Button component="a" size="lg" variant="default" href={`/v1/print/fulfillment-orders/${id}/packing-slip`} target="_blank" rel="noopener" leftSection={<Printer size={20} aria-hidden />}>
        {t('order.slip')}
      </Button>
      {method !== 'ship' && (
        <Button component="a" size="lg" variant="default" href={`/v1/print/fulfillment-orders/${id}/hand-over`} target="_blank" rel="noopener" leftSection={<Printer size={20} aria-hidden />}>
          {t('order.receipt')}
        </Button>
      )}
    </div>
  );
}

function Reject({ order }: { order: StoreWork }) {
  const [asking, setAsking] = useState(false);
  const { id, order_number: number } = order.work;
  return (
    <>
      <Button size="lg" variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t('order.reject')}
      </Button>
      <Reasons
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('order.reject.title')}
        text={t('order.reject.text')}
        reasons={[t('reason.not_found'), t('reason.damaged'), t('reason.too_busy'), t('reason.no_staff')]}
        onSay={(reason) => {
          void act('reject', id, { reason }, t('label.reject', { number })).then((came) => came.kind === 'done' && toastDone(t('order.rejected')));
          go('/work');
        }}
      />
    </>
  );
}

/** The step that comes next. */
function Next({ order }: { order: StoreWork }) {
  const { work } = order;
  const number = work.order_number;
  if (order.held) return null;
  if (work.may.includes('accept'))
    return (
      <Button size="xl" fullWidth onClick={() => void act('accept', work.id, {}, t('label.accept', { number }))}>
        {t('order.accept')}
      </Button>
    );
  if (work.may.includes('ready')) return <Ready order={order} />;
  if (work.may.includes('pack'))
    return (
      <Button size="xl" fullWidth onClick={() => void act('pack', work.id, {}, t('label.pack', { number }))}>
        {t('order.pack')}
      </Button>
    );
  if (work.may.includes('ship')) return <Ship order={order} />;
  if (work.may.includes('collect'))
    return (
      <Button size="xl" fullWidth onClick={() => go(`/hand-over/${work.id}`)}>
        {t('order.hand_over')}
      </Button>
    );
  return null;
}

function Ready({ order }: { order: StoreWork }) {
  const [asking, setAsking] = useState(false);
  const [shelf, setShelf] = useState('');
  const { id, order_number: number } = order.work;
  const put = (where: string) => {
    setAsking(false);
    void act('ready', id, where ? { shelf: where } : {}, t('label.ready', { number }));
  };
  useWedge((code) => put(code.slice(0, 80)), asking); // a shelf has a label
  return (
    <>
      <Button size="xl" fullWidth onClick={() => setAsking(true)}>
        {t('order.ready')}
      </Button>
      <Choice opened={asking} onClose={() => setAsking(false)} title={t('order.ready.title')} text={t('order.ready.hint')}>
        <form
          className="col"
          onSubmit={(event) => {
            event.preventDefault();
            put(shelf.trim());
          }}
        >
          <TextInput size="lg" label={t('order.ready.shelf')} value={shelf} maxLength={80} onChange={(event) => setShelf(event.currentTarget.value)} data-autofocus autoCapitalize="characters" autoComplete="off" />
          <Button type="submit" size="xl" fullWidth>
            {t('order.ready')}
          </Button>
        </form>
      </Choice>
    </>
  );
}

function Ship({ order }: { order: StoreWork }) {
  const [asking, setAsking] = useState(false);
  const [tracking, setTracking] = useState('');
  const [carrier, setCarrier] = useState(order.work.carrier ?? '');
  const { id, order_number: number } = order.work;
  const give = async (event: FormEvent) => {
    event.preventDefault();
    setAsking(false);
    const parcel = { tracking_number: tracking.trim(), carrier: carrier.trim() };
    const came = await act('ship', id, { packages: [parcel] }, t('label.ship', { number }));
    if (came.kind === 'refused') toastFailed(came.entry.refused?.detail ?? '');
  };
  return (
    <>
      <Button size="xl" fullWidth onClick={() => setAsking(true)}>
        {t('order.ship')}
      </Button>
      <Choice opened={asking} onClose={() => setAsking(false)} title={t('order.ship')}>
        <form className="col" onSubmit={(event) => void give(event)}>
          <TextInput size="lg" label={t('order.ship.tracking')} required value={tracking} maxLength={128} onChange={(event) => setTracking(event.currentTarget.value)} data-autofocus autoComplete="off" />
          <TextInput size="lg" label={t('order.ship.carrier')} required value={carrier} maxLength={128} onChange={(event) => setCarrier(event.currentTarget.value)} autoComplete="off" />
          <Button type="submit" size="xl" fullWidth disabled={!tracking.trim() || !carrier.trim()}>
            {t('order.ship')}
          </Button>
        </form>
      </Choice>
    </>
  );
}
