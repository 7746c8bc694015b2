import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { ask, http } from '@/api/client';
import type { ApiError } from '@/api/problem';
import { sessionQuery, type Session } from '@/api/session';
import { csrfToken } from '@/api/signed';
import { useLive, useOutdating, type Outdates } from '@/api/useLive';
import { SignIn } from '@/app/SignIn';
import { toastDone } from '@/ui/toast';
import { ErrorState, SkeletonPage } from '@/ui/States';
import { Bottom } from './Bottom';
import { ChooseStore, chosenNode } from './ChooseStore';
import { HomePage } from './HomePage';
import { keep, kept } from './keep';
import { useKeptList } from './lists';
import { reach } from './net';
import { yes } from './signal';
import { HereContext, outbox, readKey, useRead, type Here } from './store';
import { useWay } from './way';
import { t } from './words';
import './store.css';

// Loaded when gone to; the service worker keeps all of them for when there is no network.
const WorkPage = lazy(() => import('./WorkPage').then((page) => ({ default: page.WorkPage })));
const PickPage = lazy(() => import('./PickPage').then((page) => ({ default: page.PickPage })));
const OrderPage = lazy(() => import('./OrderPage').then((page) => ({ default: page.OrderPage })));
const HandOverPage = lazy(() => import('./HandOverPage').then((page) => ({ default: page.HandOverPage })));
const StockPage = lazy(() => import('./StockPage').then((page) => ({ default: page.StockPage })));
const CountPage = lazy(() => import('./CountPage').then((page) => ({ default: page.CountPage })));
const ArrivalsPage = lazy(() => import('./ArrivalsPage').then((page) => ({ default: page.ArrivalsPage })));

const SEND_EVERY_MS = 6_000;
const SESSION = 'session';

export function StoreApp() {
  const client = useQueryClient();
  const asked = useQuery({ ...sessionQuery, networkMode: 'always', retry: false });
  const fault = asked.error as ApiError | null;
  const [remembered, setRemembered] = useState<Session | null>();
  const away = fault?.offline === true || (fault?.status ?? 0) >= 500;
  useEffect(() => {
    if (asked.data) void keep(SESSION, { ...asked.data, csrf: '' });
  }, [asked.data]);
  useEffect(() => {
    if (!away) return;
    reach(false);
    void kept<Session>(SESSION).then((found) => setRemembered(found?.value ?? null));
  }, [away]);
  useEffect(() => {
    const back = () => void client.refetchQueries({ queryKey: sessionQuery.queryKey });
    addEventListener('online', back);
    return () => removeEventListener('online', back);
  }, [client]);

  // Without a network the phone knows who it was; it goes by that until the server has said something.
  const unsaid = asked.data === undefined;
  const session: Session | null | undefined = unsaid ? remembered : asked.data;
  if (session) return <SignedIn session={session} away={unsaid} />;
  if (asked.data === null) return <SignIn />;
  if (asked.isPending || (away && remembered === undefined)) return <SkeletonPage />;
  return (
    <main>
      <ErrorState error={fault ?? { message: '' }} retry={() => void asked.refetch()} />
    </main>
  );
}

function SignedIn({ session, away }: { session: Session; away: boolean }) {
  const client = useQueryClient();
  const [node, setNode] = useState(() => chosenNode(session));
  useEffect(() => {
    void outbox.begin(session.user.id);
    const timer = setInterval(() => {
      if (!outbox.waiting) return;
      // After a start without a network there is no token yet: the session has it.
      if (away || !csrfToken()) void client.refetchQueries({ queryKey: sessionQuery.queryKey });
      else void outbox.drain();
    }, SEND_EVERY_MS);
    const now = () => void outbox.drain();
    addEventListener('online', now);
    addEventListener('focus', now);
    return () => {
      clearInterval(timer);
      removeEventListener('online', now);
      removeEventListener('focus', now);
    };
  }, [session.user.id, away, client]);
  if (!node) return <ChooseStore session={session} onChoose={setNode} />;
  return <AtStore key={node} session={session} node={node} leave={() => setNode('')} />;
}

const OUTDATES: Outdates[] = [
  {
    'fulfillment.*': () => [['store']],
    'pickup.*': () => [['store']],
    'order.canceled': () => [['store']],
    'transfer.*': () => [readKey('arrivals')],
  },
];

function AtStore({ session, node, leave }: { session: Session; node: string; leave: () => void }) {
  const read = useRead(`node:${node}`, (signal) => ask(http.GET('/v1/nodes/{node}', { params: { path: { node } }, signal })));
  const here = useMemo<Here>(
    () => ({ session, node, name: read.data?.value.name ?? node, zone: read.data?.value.time_zone }),
    [session, node, read.data],
  );
  useKeptList(node);
  useOutdating(OUTDATES, true);
  useLive(['pickup.arrived'], (events) => {
    for (const { data } of events) {
      if (data.node !== node) continue;
      yes();
      const name = String(data.order_number);
      toastDone(data.spot ? t('hand.toast.spot', { name, spot: String(data.spot) }) : t('hand.toast', { name }));
    }
  });
  return (
    <HereContext value={here}>
      <div className="app">
        <Suspense fallback={<SkeletonPage />}>
          <Page leave={leave} />
        </Suspense>
        <Bottom />
      </div>
    </HereContext>
  );
}

function Page({ leave }: { leave: () => void }) {
  const { parts } = useWay();
  switch (parts[0]) {
    case 'work':
      return <WorkPage />;
    case 'pick':
      return <PickPage />;
    case 'order':
      return <OrderPage key={parts[1]} id={parts[1] ?? ''} />;
    case 'hand-over':
      return <HandOverPage key={parts[1]} id={parts[1]} />;
    case 'stock':
      return <StockPage />;
    case 'count':
      return <CountPage />;
    case 'arrivals':
      return <ArrivalsPage />;
    default:
      return <HomePage leave={leave} />;
  }
}
