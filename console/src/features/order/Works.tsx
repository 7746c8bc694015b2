import { Hourglass, MapPin, Package, Store, Truck, Warehouse } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { STATES } from '@/domain/looks';
import { stateWord } from '@/domain/words';
import { money } from '@/i18n';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge, ToneText } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { CopyText, Money } from '@/ui/Values';
import type { Order } from './story';
import { MOVING, SCANS } from './status';
import { scanWord, t } from './words';

type Work = Schemas['WorkShown'];
type Parcel = Schemas['PackageShown'];

const ENDED = new Set<Work['state']>(['canceled', 'rejected']);
const KINDS: Partial<Record<Schemas['NodeKind'], typeof Store>> = { store: Store, dc: Warehouse };

/** Which node sends what: work at hand first, what waits, then what has ended. */
export function Works({ order }: { order: Order }) {
  const live = order.fulfillment_orders.filter((work) => !ENDED.has(work.state));
  const ended = order.fulfillment_orders.filter((work) => ENDED.has(work.state));
  const waits = order.lines.some((line) => line.waiting.length > 0);
  if (!order.fulfillment_orders.length && !waits) {
    if (order.phase === 'canceled' || order.phase === 'closed') return null;
    return (
      <Panel>
        <EmptyState icon={Store} title={t('work.none')}>
          {t('work.none.text')}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      {waits && <Waiting order={order} />}
      {live.map((work) => (
        <WorkPanel key={work.id} work={work} order={order} />
      ))}
      {ended.length > 0 && (
        <details className="ended" open={!live.length && !waits}>
          <summary>{t('work.ended', { count: ended.length })}</summary>
          {ended.map((work) => (
            <WorkPanel key={work.id} work={work} order={order} />
          ))}
        </details>
      )}
    </>
  );
}

function WorkPanel({ work, order }: { work: Work; order: Order }) {
  const node = order.nodes[work.node];
  const look = STATES[work.state];
  const parcels = order.shipments.filter((parcel) => parcel.fulfillment_order_id === work.id);
  const Icon = (node && KINDS[node.kind]) ?? MapPin;
  const zone = node?.time_zone;
  return (
    <Panel
      flush
      icon={Icon}
      title={node?.name ?? work.node}
      aside={
        <span className="row">
          <StatusBadge tone={look.tone} icon={look.icon}>
            {stateWord(work.state)}
          </StatusBadge>
          {work.method === 'ship' && [work.carrier, work.service].filter(Boolean).join(' · ')}
        </span>
      }
      actions={
        <span className="small muted row">
          {!parcels.length && work.ship_by && !ENDED.has(work.state) && (
            <span>
              {t('work.ship_by')} <DateTime at={work.ship_by} zone={zone} />
            </span>
          )}
          {work.cost !== null && <span title={t('work.cost.tip')}>{t('work.cost', { cost: money(work.cost, order.currency) })}</span>}
        </span>
      }
    >
      <Alarm work={work} zone={zone} />
      <ul className="lines">
        {work.lines.map((line) => (
          <WorkLine key={`${line.line}-${line.sku}`} line={line} work={work} order={order} />
        ))}
      </ul>
      {parcels.map((parcel) => (
        <ParcelRow key={parcel.tracking_number} parcel={parcel} zone={zone} />
      ))}
    </Panel>
  );
}

function Alarm({ work, zone }: { work: Work; zone?: string }) {
  const milestones = work.milestones;
  if (!milestones?.alarm || ENDED.has(work.state) || work.state === 'delivered' || work.state === 'collected') return null;
  const by = milestones[`${milestones.alarm}_by` as 'ship_by'];
  const words = t(milestones.missed ? 'work.late' : 'work.risk', { what: t(`milestone.${milestones.alarm}` as 'milestone.ship'), when: '' });
  return (
    <div className="alarm">
      <ToneText tone={milestones.missed ? 'red' : 'orange'} icon={Hourglass}>
        {words} <DateTime at={by} zone={zone} />
      </ToneText>
    </div>
  );
}

function WorkLine({ line, work, order }: { line: Work['lines'][number]; work: Work; order: Order }) {
  const ordered = order.lines.find((each) => each.line === line.line);
  const ended = ENDED.has(work.state);
  const units = ended ? line.quantity : line.quantity - line.shorted - line.canceled;
  const picking = work.state === 'picking' && line.picked < units;
  return (
    <li className="line">
      <span className="line-pic" aria-hidden>
        {(ordered?.name ?? line.sku).charAt(0)}
      </span>
      <div className="truncate">
        <div className="strong truncate">{ordered?.name ?? line.sku}</div>
        <div className="small muted mono truncate">{line.sku}</div>
      </div>
      <div className="line-notes small muted">
        {picking && t('work.picked', { picked: line.picked, quantity: units })}
        {!ended && line.canceled > 0 && t('units.canceled', { count: line.canceled })}
      </div>
      <div className="num">
        {ordered && ordered.sku === line.sku ? (
          <>
            <span className="muted">{money(ordered.unit_price, order.currency)} × </span>
            {units}
          </>
        ) : (
          `× ${units}`
        )}
      </div>
      <div className="num line-amount">{ordered && ordered.sku === line.sku ? <Money minor={ordered.unit_price * units} currency={order.currency} /> : null}</div>
    </li>
  );
}

function ParcelRow({ parcel, zone }: { parcel: Parcel; zone?: string }) {
  const look = SCANS[parcel.status] ?? MOVING;
  return (
    <details className="parcel">
      <summary>
        <Package size={14} aria-hidden />
        <CopyText text={parcel.tracking_number} />
        <span className="muted small">
          {parcel.carrier} · {parcel.service}
        </span>
        <span className="push">
          <StatusBadge tone={look.tone} icon={look.icon}>
            {scanWord(parcel.status)}
          </StatusBadge>
        </span>
      </summary>
      <ol className="scans" aria-label={t('package.scans', { number: parcel.tracking_number })}>
        {parcel.scans.toReversed().map((scan) => (
          <li key={`${scan.at}${scan.status}`}>
            <DateTime at={scan.at} />
            <span>{scanWord(scan.status)}</span>
            <span className="muted truncate">{[scan.location, scan.description].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
        <li>
          <DateTime at={parcel.shipped_at} zone={zone} />
          <span>{stateWord('shipped')}</span>
        </li>
        {!parcel.scans.length && <li className="muted">{t('package.no_scans')}</li>}
      </ol>
    </details>
  );
}

function Waiting({ order }: { order: Order }) {
  const rows = order.lines.flatMap((line) => line.waiting.map((each) => ({ line, each })));
  const person = rows.some(({ each }) => each.why !== 'backorder');
  return (
    <Panel flush icon={Hourglass} title={person ? t('work.waiting.person') : t('work.waiting')}>
      <ul className="lines">
        {rows.map(({ line, each }) => (
          <li className="line" key={`${line.line}-${each.sku}`}>
            <span className="line-pic" aria-hidden>
              {(line.name ?? each.sku).charAt(0)}
            </span>
            <div className="truncate">
              <div className="strong truncate">{line.name ?? each.sku}</div>
              <div className="small muted mono truncate">{each.sku}</div>
            </div>
            <div className="line-notes small">
              {each.expected_at ? (
                <ToneText tone="gray" icon={Truck}>
                  <DateTime at={each.expected_at} />
                </ToneText>
              ) : (
                <ToneText tone="orange" icon={Hourglass}>
                  {t('work.waiting.undated')}
                </ToneText>
              )}
            </div>
            <div className="num">× {each.quantity}</div>
            <div className="num line-amount" />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
