import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowRight, X } from 'lucide-react';
import { number, zoneName } from '@/i18n';
import { Go } from '@/ui/Go';
import { Panel } from '@/ui/Panel';
import { Age, DateOnly, DateTime } from '@/ui/Time';
import { Facts } from '@/ui/Values';
import { Load, NodeBadge } from './NodeBadge';
import { sorted, type Flow, type Seen } from './nodes';
import { PauseButton } from './PauseButton';
import { nodeQuery } from './reads';
import { t } from './words';

const BUSIEST = 12;
const WAYS = 8;

interface Props {
  nodes: readonly Seen[];
  chosen: Seen | undefined;
  flows: readonly Flow[];
  onChoose: (node: string | undefined) => void;
}

/** Beside the map: the busiest nodes, or the one that is chosen. */
export function Side({ nodes, chosen, flows, onChoose }: Props) {
  return chosen ? <Chosen seen={chosen} flows={flows} onClose={() => onChoose(undefined)} /> : <Busiest nodes={nodes} onChoose={onChoose} />;
}

function Busiest({ nodes, onChoose }: { nodes: readonly Seen[]; onChoose: (node: string) => void }) {
  return (
    <Panel title={t('busiest')} className="network-side">
      <ul className="busiest">
        {sorted(nodes, '-load')
          .slice(0, BUSIEST)
          .map((seen) => (
            <li key={seen.node}>
              <button type="button" className="reset" onClick={() => onChoose(seen.node)}>
                <span className="row">
                  <span className="truncate">{seen.name || seen.node}</span>
                  {seen.status !== 'open' && (
                    <span className="push">
                      <NodeBadge status={seen.status} />
                    </span>
                  )}
                </span>
                <Load seen={seen} />
              </button>
            </li>
          ))}
      </ul>
    </Panel>
  );
}

function Chosen({ seen, flows, onClose }: { seen: Seen; flows: readonly Flow[]; onClose: () => void }) {
  const node = useQuery(nodeQuery(seen.node));
  const ways = flows.filter((flow) => flow.node === seen.node).slice(0, WAYS);
  const most = Math.max(1, ...ways.map((flow) => flow.orders));
  const name = seen.name || seen.node;
  return (
    <Panel
      title={name}
      className="network-side"
      actions={
        <ActionIcon onClick={onClose} aria-label={t('side.close', { node: name })}>
          <X size={15} aria-hidden />
        </ActionIcon>
      }
    >
      <div className="col" style={{ gap: 14 }}>
        <span className="row wrap">
          <NodeBadge status={seen.status} />
          <span className="muted small">
            {t(`one.${seen.kind}`)} · {seen.region} · {zoneName(seen.time_zone)}
          </span>
        </span>
        {seen.pause && (
          <div className="pause-note">
            <span className="strong">
              {t('paused.banner', { time: '' })} <DateTime at={seen.pause.until} zone={seen.time_zone} />
            </span>
            <span className="small">{t('paused.by', { reason: seen.pause.reason, actor: seen.pause.actor })}</span>
          </div>
        )}
        <Facts
          items={[
            [t('load'), <Load key="load" seen={seen} />],
            [t('side.day', { day: '' }), <DateOnly key="day" at={seen.day} />],
            [
              t('queue'),
              <span key="queue">
                {number(seen.queue)}
                {seen.oldest && (
                  <span className="muted">
                    {' · '}
                    {t('since', { age: '' })} <Age at={seen.oldest} short />
                  </span>
                )}
              </span>,
            ],
            [t('orders'), number(seen.orders)],
            [t('units'), number(seen.units)],
          ]}
        />
        <div className="row">
          <PauseButton seen={seen} services={node.data?.services ?? []} />
          <Go to={`/nodes/${encodeURIComponent(seen.node)}`} className="row push">
            {t('side.open')} <ArrowRight size={14} aria-hidden />
          </Go>
        </div>
        <section>
          <h3 className="small muted" style={{ margin: '0 0 6px', fontWeight: 600 }}>
            {t('side.flows')}
          </h3>
          {ways.length === 0 && <p className="muted small">{t('side.flows.none')}</p>}
          <ul className="ways">
            {ways.map((flow) => (
              <li key={`${flow.country}${flow.area}`}>
                <span className="truncate">{t('side.area', { region: flow.region || flow.country, area: `${flow.area}…` })}</span>
                <i aria-hidden>
                  <i style={{ inlineSize: `${(100 * flow.orders) / most}%` }} />
                </i>
                <span className="num">{number(flow.orders)}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Panel>
  );
}
