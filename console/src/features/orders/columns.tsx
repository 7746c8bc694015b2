import { Clock3, Hand, Store, TriangleAlert, Truck } from 'lucide-react';
import { PhaseBadge } from '@/domain/PhaseBadge';
import { holdWord, methodWord, troubleWord } from '@/domain/words';
import { useNow } from '@/ui/clock';
import type { Column } from '@/ui/DataTable';
import { Go } from '@/ui/Go';
import { ToneText } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { Money, Num } from '@/ui/Values';
import { isLate, nameOf, nodesOf, openTroubles, standingHolds, unitsOf, type Order } from './model';
import { t } from './words';

/** What makes an order one to look at: its holds, its exceptions; nothing where all is well. */
export function Attention({ order }: { order: Order }) {
  const troubles = openTroubles(order);
  const holds = standingHolds(order);
  if (troubles.length) {
    return (
      <ToneText tone="red" icon={TriangleAlert} title={troubles.map((each) => each.reason).join('\n')}>
        {troubleWord(troubles[0]!.kind)}
      </ToneText>
    );
  }
  if (holds.length) {
    return (
      <ToneText tone="orange" icon={Hand} title={holds.map((hold) => `${holdWord(hold.kind)}: ${hold.reason}`).join('\n')}>
        {holds.map((hold) => holdWord(hold.kind)).join(', ')}
      </ToneText>
    );
  }
  return null;
}

/** By when it was promised; with a word where that has passed. */
export function PromisedBy({ order }: { order: Order }) {
  const late = isLate(order, useNow());
  return (
    <span className="row">
      <DateTime at={order.promise?.latest} />
      {late && (
        <ToneText tone="red" icon={Clock3}>
          {t('late')}
        </ToneText>
      )}
    </span>
  );
}

/** How it reaches the customer, and from where. */
function Fulfillment({ order }: { order: Order }) {
  const nodes = nodesOf(order);
  const Icon = order.method === 'ship' ? Truck : Store;
  const from = nodes.length > 1 ? t('nodes.several', { first: nodes[0]!, count: nodes.length - 1 }) : nodes[0];
  return (
    <span className="row" style={{ gap: 6 }} title={nodes.join('\n')}>
      <Icon size={13} aria-hidden className="muted" style={{ flex: 'none' }} />
      {methodWord(order.method)} <span className="muted truncate">{from}</span>
    </span>
  );
}

export const COLUMNS: readonly Column<Order>[] = [
  {
    key: 'number',
    title: t('column.number'),
    width: 138,
    render: (order) => (
      <Go to={`/orders/${order.id}`} className="mono">
        {order.number}
      </Go>
    ),
  },
  { key: 'placed', title: t('column.placed'), sort: 'placed', width: 124, render: (order) => <DateTime at={order.placed_at} /> },
  { key: 'customer', title: t('column.customer'), render: (order) => nameOf(order) ?? order.customer?.email ?? <span className="muted">{t('guest')}</span> },
  {
    key: 'phase',
    title: t('column.phase'),
    render: (order) => (
      <span className="row">
        <PhaseBadge phase={order.phase} />
        <Attention order={order} />
      </span>
    ),
  },
  { key: 'method', title: t('column.method'), render: (order) => <Fulfillment order={order} /> },
  { key: 'channel', title: t('column.channel'), width: 90, render: (order) => order.channel },
  { key: 'promise', title: t('column.promise'), sort: 'promise', width: 150, render: (order) => <PromisedBy order={order} /> },
  { key: 'units', title: t('column.units'), num: true, width: 60, render: (order) => <Num value={unitsOf(order)} /> },
  { key: 'total', title: t('column.total'), num: true, width: 96, render: (order) => <Money minor={order.total} currency={order.currency} /> },
  { key: 'external', title: t('column.external'), render: (order) => <span className="mono">{order.external_id}</span> },
  { key: 'service', title: t('column.service'), render: (order) => order.service ?? '–' },
  { key: 'tracking', title: t('column.tracking'), render: (order) => <span className="mono">{order.shipments.map((each) => each.tracking_number).join(', ') || '–'}</span> },
];

/** Those that are shown until a person chooses. */
export const USUAL = ['number', 'placed', 'customer', 'phase', 'method', 'channel', 'promise', 'units', 'total'];
