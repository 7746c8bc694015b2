import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { CarFront, MapPin, Search } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { ask, http } from '@/api/client';
import { ageShort, timeText } from '@/i18n';
import { useNow } from '@/ui/clock';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { toastDone } from '@/ui/toast';
import { Choice } from './Choice';
import { useWaitingOrders } from './lists';
import { Back, useOrder } from './OrderPage';
import { DueBy, Method, nameOf, Screen, State, To, unitsOf, Waits } from './parts';
import { ScanButton, useScanning } from './Scanning';
import { no, yes } from './signal';
import { act, outbox, useHere, useReachable, useRead } from './store';
import type { Proof, StoreWork } from './types';
import { walkOf } from './wave';
import { go, useWay } from './way';
import { t } from './words';

const EVERY_MS = 20_000;

export function HandOverPage({ id }: { id?: string }) {
  return id ? <One id={id} /> : <Find />;
}

const look = (q: string) => go(q ? `/hand-over?q=${encodeURIComponent(q)}` : '/hand-over', { replace: true });

/** Who comes to fetch something: by name, number, or the code on their phone. */
function Find() {
  const { node, zone } = useHere();
  const { search } = useWay();
  const text = search.get('q') ?? '';
  const [slow] = useDebouncedValue(text, 200);
  const read = useRead(`pickups:${node}:${slow}`, (signal) => ask(http.GET('/v1/nodes/{node}/pickups', { params: { path: { node }, query: slow ? { q: slow } : {} }, signal })), { every: EVERY_MS });
  const orders = useWaitingOrders(read.data?.value.items).filter((order) => order.work.may.length > 0);
  const scans = useScanning((code) => {
    yes();
    look(code);
  }, '', '');
  return (
    <Screen title={t('hand.title')} foot={<ScanButton scans={scans} quiet />}>
      <TextInput size="lg" type="search" aria-label={t('hand.find')} placeholder={t('hand.find')} value={text} onChange={(event) => look(event.currentTarget.value)} leftSection={<Search size={20} aria-hidden />} autoComplete="off" data-page-search />
      {scans.view}
      {read.data?.stale && <p className="note">{t('offline.since', { time: timeText(read.data.at, zone) })}</p>}
      {read.isPending && <SkeletonLines lines={5} />}
      {read.error && !read.data && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {read.data && !read.isPlaceholderData && !orders.length && <EmptyState title={text ? t('hand.nobody', { text }) : t('hand.empty')}>{text ? undefined : t('hand.empty.text')}</EmptyState>}
      <ul className="cards">
        {orders.map((order) => (
          <li key={order.work.id}>
            <Fetched order={order} />
          </li>
        ))}
      </ul>
    </Screen>
  );
}

function Fetched({ order }: { order: StoreWork }) {
  const now = useNow();
  const { work } = order;
  const here = work.pickup?.arrived_at;
  const ready = work.state === 'ready_for_pickup';
  return (
    <To to={`/hand-over/${work.id}`} className={here ? 'card order-card here' : 'card order-card'}>
      <span className="row">
        <b className="truncate">{nameOf(order)}</b>
        <b className="push shelf">{ready ? (work.pickup?.shelf ?? t('hand.no_shelf')) : t('hand.not_ready')}</b>
      </span>
      <span className="mono muted">{work.order_number}</span>
      <span className="row wrap">
        <State state={work.state} />
        <Method method={work.method} />
        <span className="muted tabular">{t('work.units', { count: unitsOf(order) })}</span>
        {here ? (
          <span className="tone-text" data-tone="orange">
            <CarFront size={15} aria-hidden />
            {t('hand.here', { age: ageShort(here, now) })}
            {work.pickup?.spot && <b> {t('hand.spot', { spot: work.pickup.spot })}</b>}
          </span>
        ) : (
          ready && <DueBy at={order.due_at} ready />
        )}
        <Waits work={work.id} />
      </span>
    </To>
  );
}

function One({ id }: { id: string }) {
  const { read, order } = useOrder(id);
  return (
    <Screen title={order ? nameOf(order) : t('hand.title')} sub={order && <span className="mono">{order.work.order_number}</span>} back={<Back to="/hand-over" />} aside={order && <State state={order.work.state} />}>
      {read.isPending && <SkeletonLines lines={6} />}
      {read.error && !read.data && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {read.data?.value === null && <EmptyState title={t('order.gone')} />}
      {order && <Giving order={order} />}
    </Screen>
  );
}

const PROOFS: Proof[] = ['code', 'id_document', 'name', 'payment_card'];

function Giving({ order }: { order: StoreWork }) {
  const { work } = order;
  const now = useNow();
  const [giving, setGiving] = useState(false); // the phone foresees that it is handed over; the server may say no
  const ready = work.state === 'ready_for_pickup' || giving;
  return (
    <>
      {ready && (
        <p className="shelf-big">
          <MapPin size={22} aria-hidden />
          {work.pickup?.shelf ? t('hand.shelf', { shelf: work.pickup.shelf }) : t('hand.no_shelf')}
        </p>
      )}
      {work.pickup?.arrived_at && (
        <p className="card here row">
          <CarFront size={22} aria-hidden />
          <span className="col">
            <b>{t('hand.here', { age: ageShort(work.pickup.arrived_at, now) })}</b>
            <span>{[work.pickup.spot, work.pickup.vehicle].filter(Boolean).join(' · ')}</span>
          </span>
        </p>
      )}
      <ul className="cards">
        {walkOf(order).map((stop) => (
          <li key={stop.goods.sku} className="card row-card">
            <span className="col grow">
              <b>{stop.goods.name}</b>
              <span className="mono muted">{stop.goods.barcodes[0] ?? stop.goods.sku}</span>
            </span>
            <b className="stop-count tabular">{ready ? stop.picked : stop.quantity}</b>
          </li>
        ))}
      </ul>
      <Waits work={work.id} />
      {ready ? <Proofs order={order} pending={giving} setPending={setGiving} /> : <NotReady order={order} />}
    </>
  );
}

function NotReady({ order }: { order: StoreWork }) {
  return (
    <div className="col">
      <p className="muted">{t('hand.not_ready')}</p>
      <Button size="xl" fullWidth onClick={() => go(`/order/${order.work.id}`)}>
        {t('home.continue')}
      </Button>
      <Arrived order={order} />
    </div>
  );
}

/** "I'm here", said for a customer who stands at the desk or calls. */
function Arrived({ order }: { order: StoreWork }) {
  const [asking, setAsking] = useState(false);
  const [spot, setSpot] = useState('');
  if (order.work.pickup?.arrived_at) return null;
  const tell = (event: FormEvent) => {
    event.preventDefault();
    setAsking(false);
    const body = spot.trim() ? { spot: spot.trim() } : {};
    void outbox.add({ verb: 'count', work: order.work.id, path: `/v1/fulfillment-orders/${order.work.id}/arrived`, body, label: t('hand.arrived') });
  };
  return (
    <>
      <Button size="lg" variant="default" fullWidth leftSection={<CarFront size={20} aria-hidden />} onClick={() => setAsking(true)}>
        {t('hand.arrived')}
      </Button>
      <Choice opened={asking} onClose={() => setAsking(false)} title={t('hand.arrived')}>
        <form className="col" onSubmit={tell}>
          <TextInput size="lg" label={t('hand.arrived.spot')} value={spot} maxLength={80} onChange={(event) => setSpot(event.currentTarget.value)} data-autofocus />
          <Button type="submit" size="xl" fullWidth>
            {t('hand.arrived')}
          </Button>
        </form>
      </Choice>
    </>
  );
}

/** Whether the right person is here: a code is checked by the server, the other proofs by whoever hands over. */
function Proofs({ order, pending, setPending }: { order: StoreWork; pending: boolean; setPending: (now: boolean) => void }) {
  const { work } = order;
  const reachable = useReachable();
  const coded = work.pickup?.has_code ?? false;
  const [how, setHow] = useState<Proof>(coded ? 'code' : 'id_document');
  const [code, setCode] = useState('');
  const [by, setBy] = useState(order.customer);
  const [wrong, setWrong] = useState('');
  const offline = how === 'code' && !reachable;
  const give = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setWrong('');
    const verified = how === 'code' ? { how, code: code.trim().split('/').pop()! } : { how };
    const body = { verified, ...(by.trim() ? { collected_by: by.trim() } : {}) };
    const came = await act('collect', work.id, body, t('label.collect', { number: work.order_number }));
    setPending(false);
    if (came.kind === 'refused') {
      no();
      setWrong(came.entry.refused?.detail ?? '');
      await outbox.dismiss(came.entry.n); // it is said right here
      return;
    }
    yes();
    toastDone(t('hand.given'));
    go('/hand-over');
  };
  return (
    <form className="col proofs" onSubmit={(event) => void give(event)}>
      <h2>{t('hand.check')}</h2>
      <SegmentedControl size="lg" fullWidth orientation="vertical" value={how} onChange={(value) => setHow(value as Proof)} data={PROOFS.filter((each) => each !== 'code' || coded).map((value) => ({ value, label: t(`hand.proof.${value}`) }))} aria-label={t('hand.check')} />
      {how === 'code' && <TextInput size="lg" label={t('hand.code')} required value={code} onChange={(event) => setCode(event.currentTarget.value)} error={wrong || (offline ? t('hand.needs_network') : undefined)} autoComplete="off" autoCapitalize="characters" maxLength={60} className="code-field" />}
      <TextInput size="lg" label={t('hand.by')} value={by} maxLength={200} onChange={(event) => setBy(event.currentTarget.value)} autoComplete="off" error={how === 'code' ? undefined : wrong || undefined} />
      <Button type="submit" size="xl" fullWidth loading={pending} disabled={offline || (how === 'code' && !code.trim())}>
        {t('hand.give', { name: by.trim() || nameOf(order) })}
      </Button>
    </form>
  );
}
