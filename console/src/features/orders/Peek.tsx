import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { PhaseBadge } from '@/domain/PhaseBadge';
import { holdWord, methodWord, troubleWord } from '@/domain/words';
import { useGo } from '@/ui/address';
import { Drawer } from '@/ui/Drawer';
import { Loaded } from '@/ui/Loaded';
import { DateTime } from '@/ui/Time';
import { CopyText, Facts, Money, Num } from '@/ui/Values';
import { Attention, PromisedBy } from './columns';
import { nameOf, nodesOf, openTroubles, standingHolds, type Order } from './model';
import { orderQuery } from './reads';
import { t } from './words';

/** An order looked at beside the list, without leaving it. */
export function Peek({ id, known, onClose }: { id: string | undefined; known: Order | undefined; onClose: () => void }) {
  const query = useQuery({ ...orderQuery(id ?? ''), enabled: id !== undefined, placeholderData: known });
  const go = useGo();
  const order = query.data;
  return (
    <Drawer
      open={id !== undefined}
      onClose={onClose}
      title={
        <span className="row">
          <span className="mono strong">{order?.number ?? t('title')}</span>
          {order && <PhaseBadge phase={order.phase} />}
        </span>
      }
      foot={
        <Button rightSection={<ArrowRight size={14} aria-hidden />} onClick={() => id && go(`/orders/${id}`)}>
          {t('peek.open')}
        </Button>
      }
    >
      <Loaded query={query}>{(read) => <Body order={read} />}</Loaded>
    </Drawer>
  );
}

function Body({ order }: { order: Order }) {
  const holds = standingHolds(order);
  const troubles = openTroubles(order);
  return (
    <div className="col" style={{ gap: 16 }}>
      <Attention order={order} />
      {troubles.map((each) => (
        <p key={each.exception_id} className="orders-note">
          <b>{troubleWord(each.kind)}</b> {each.reason}
        </p>
      ))}
      {holds.map((hold) => (
        <p key={hold.hold_id} className="orders-note">
          <b>{holdWord(hold.kind)}</b> {hold.reason} <span className="muted">{hold.actor}</span>
        </p>
      ))}
      <Facts
        items={[
          [t('peek.customer'), nameOf(order) ?? t('guest')],
          ...(order.customer?.email ? ([['', <CopyText key="e" text={order.customer.email} />]] as [string, React.ReactNode][]) : []),
          [t('peek.placed'), <DateTime key="p" at={order.placed_at} />],
          [t('peek.promise'), <PromisedBy key="d" order={order} />],
          [t('peek.channel'), `${order.channel} · ${order.external_id}`],
          [t('peek.method'), [methodWord(order.method), order.service].filter(Boolean).join(' · ')],
          [t('peek.nodes'), nodesOf(order).join(', ') || '–'],
          ...order.shipments.map((each): [string, React.ReactNode] => [t('peek.tracking'), <CopyText key={each.tracking_number} text={each.tracking_number} />]),
          [t('peek.total'), <Money key="t" minor={order.total} currency={order.currency} />],
        ]}
      />
      <table className="table" aria-label={t('peek.lines')}>
        <tbody>
          {order.lines.map((line) => (
            <tr key={line.line}>
              <td style={{ paddingInlineStart: 0 }}>
                <span className="mono">{line.sku}</span> <span className="muted">{line.name}</span>
              </td>
              <td>{line.quantities.waiting > 0 && <span className="muted small">{t('peek.waiting', { count: line.quantities.waiting })}</span>}</td>
              <td className="num">
                <Num value={line.quantity} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
