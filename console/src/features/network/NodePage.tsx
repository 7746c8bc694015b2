import { useQuery } from '@tanstack/react-query';
import { Boxes, Building2, CalendarClock, CircleCheck, CirclePause, Clock, ListTodo, MapPinned, Radio, ScanSearch, TriangleAlert, WifiOff } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { stateWord, troubleWord } from '@/domain/words';
import { dateTimeText, number, percent, timeText, zoneName } from '@/i18n';
import { useParam } from '@/ui/address';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { Page, Panel } from '@/ui/Panel';
import { SkeletonPage } from '@/ui/States';
import { StatusBadge, ToneText } from '@/ui/Status';
import { Age, DateOnly, DateTime, TimeOnly } from '@/ui/Time';
import { Facts } from '@/ui/Values';
import { Bar, NodeBadge } from './NodeBadge';
import { PauseButton } from './PauseButton';
import { feedsQuery, nodeQuery } from './reads';
import { serviceWord, t } from './words';
import './network.css';

type Node = Schemas['NodeOverviewAnswer'];

/** One node: what it can do today, what waits there, when it works, how fresh and how right its books are. */
export default function NodePage() {
  const name = decodeURIComponent(useParam('node'));
  const query = useQuery(nodeQuery(name));
  return (
    <Loaded query={query} skeleton={<SkeletonPage />}>
      {(node) => (
        <Page
          title={node.seen.name || node.seen.node}
          aside={
            <>
              <span className="mono muted">{node.seen.node}</span>
              <NodeBadge status={node.seen.status} />
            </>
          }
          actions={
            <>
              <Go to="/network" search={{ node: node.seen.node }} className="row">
                <MapPinned size={14} aria-hidden /> {t('on_map')}
              </Go>
              <Go to="/inventory" search={{ kind: node.seen.kind }} className="row">
                <Boxes size={14} aria-hidden /> {t('stock')}
              </Go>
              <PauseButton seen={node.seen} services={node.services} />
            </>
          }
        >
          {node.seen.pause && <Paused node={node} />}
          <div className="node-columns">
            <div className="col" style={{ gap: 12 }}>
              <Capacity node={node} />
              <Hours node={node} />
            </div>
            <div className="col" style={{ gap: 12 }}>
              <Queue node={node} />
              <Troubles node={node} />
              <Feeds name={name} />
              <Accuracy node={node} />
              <About node={node} />
            </div>
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function Paused({ node: { seen } }: { node: Node }) {
  const pause = seen.pause!;
  return (
    <div className="pause-note wide" role="status">
      <CirclePause size={16} aria-hidden />
      <span>
        <span className="strong">
          {t('paused.banner', { time: '' })} <DateTime at={pause.until} zone={seen.time_zone} />
          {pause.service && ` ${t('paused.of', { service: serviceWord(pause.service) })}`}
        </span>{' '}
        {t('paused.by', { reason: pause.reason, actor: pause.actor })}
      </span>
    </div>
  );
}

function Capacity({ node }: { node: Node }) {
  const { seen } = node;
  return (
    <Panel title={t('today')} icon={CalendarClock} aside={seen.day ? <DateOnly at={seen.day} /> : undefined} flush>
      <div className="capacity-now">
        <span className="big tabular">{seen.limit === null ? number(seen.planned) : percent(seen.load ?? 1, 0)}</span>
        <div className="col" style={{ gap: 4, flex: 1 }}>
          {seen.limit !== null && <Bar seen={seen} />}
          <span className="muted small">
            {seen.limit === null ? t('today.none') : t('today.planned', { planned: number(seen.planned), limit: number(seen.limit) })}
          </span>
        </div>
      </div>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('day')}</th>
              <th scope="col" className="num">
                {t('day.planned')}
              </th>
              <th scope="col" className="num">
                {t('day.limit')}
              </th>
              <th scope="col" className="num">
                {t('day.begun')}
              </th>
              <th scope="col">{t('day.orderby')}</th>
              <th scope="col">{t('day.takes')}</th>
            </tr>
          </thead>
          <tbody>
            {node.days.map((day) => (
              <DayRow key={day.day} day={day} zone={seen.time_zone} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function DayRow({ day, zone }: { day: Node['days'][number]; zone: string }) {
  const all = day.services[0];
  const why = day.why.map((each) => told(each, zone));
  return (
    <tr>
      <td>
        <DateOnly at={day.day} />
      </td>
      <td className="num">{number(all?.planned ?? 0)}</td>
      <td className="num">{all?.limit == null ? '–' : number(all.limit)}</td>
      <td className="num">{number(day.not_begun)}</td>
      <td>{day.order_by ? <TimeOnly at={day.order_by} zone={zone} /> : <span className="muted">{t('day.closed')}</span>}</td>
      <td title={why.join('. ')}>
        {day.takes_work ? (
          <ToneText tone="teal" icon={CircleCheck}>
            {t('day.yes')}
          </ToneText>
        ) : (
          <ToneText tone="gray" icon={CirclePause}>
            <span className="truncate">{why[0] ?? t('day.no')}</span>
          </ToneText>
        )}
      </td>
    </tr>
  );
}

const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g;

/** A sentence of the server's, its moments by the node's clock. */
function told(sentence: string, zone: string): string {
  const text = sentence.replace(MOMENT, (moment) => dateTimeText(moment, zone));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Queue({ node }: { node: Node }) {
  return (
    <Panel title={t('queue.title')} icon={ListTodo} flush={node.queue.length > 0}>
      {node.queue.length ? (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('queue.state')}</th>
              <th scope="col" className="num">
                {t('queue.works')}
              </th>
              <th scope="col" className="num">
                {t('late')}
              </th>
              <th scope="col" className="num">
                {t('queue.oldest')}
              </th>
            </tr>
          </thead>
          <tbody>
            {node.queue.map((each) => (
              <tr key={each.state}>
                <td>{stateWord(each.state)}</td>
                <td className="num strong">{number(each.works)}</td>
                <td className="num">
                  {each.late > 0 ? (
                    <ToneText tone="red" icon={TriangleAlert}>
                      {number(each.late)}
                    </ToneText>
                  ) : (
                    number(0)
                  )}
                </td>
                <td className="num">
                  <Age at={each.oldest} short />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="muted" style={{ margin: 0 }}>
          {t('queue.none')}
        </p>
      )}
    </Panel>
  );
}

function Hours({ node: { days, hours, seen } }: { node: Node }) {
  const zone = seen.time_zone;
  return (
    <Panel title={t('hours')} icon={Clock} aside={t('hours.zone', { zone: zone.replace('_', ' '), abbr: zoneName(zone) })}>
      <Facts
        items={days.map(({ day, cut_off: cutOff }) => {
          const spans = hours.filter((each) => each.day === day);
          const text = spans.length
            ? spans.map(({ opens, closes }) => (Date.parse(closes) - Date.parse(opens) >= 86_400_000 ? t('hours.all') : `${timeText(opens, zone)} – ${timeText(closes, zone)}`)).join(', ')
            : t('hours.closed');
          return [
            <DateOnly key={day} at={day} />,
            <span key={`${day} hours`}>
              {spans.length ? text : <span className="muted">{text}</span>}
              {cutOff && (
                <span className="muted small">
                  {' · '}
                  {t('day.cutoff')} {timeText(cutOff, zone)}
                </span>
              )}
            </span>,
          ];
        })}
      />
    </Panel>
  );
}

function Feeds({ name }: { name: string }) {
  const feeds = useQuery(feedsQuery(name));
  return (
    <Panel title={t('feeds')} icon={Radio} flush={Boolean(feeds.data?.items.length)}>
      <Loaded query={feeds}>
        {({ items }) =>
          items.length ? (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('feeds.source')}</th>
                  <th scope="col">{t('feeds.heard')}</th>
                  <th scope="col" className="num">
                    {t('feeds.gaps')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((feed) => (
                  <tr key={feed.source}>
                    <td>{feed.source}</td>
                    <td>
                      {feed.stale ? (
                        <ToneText tone="orange" icon={WifiOff} title={t('feeds.stale')}>
                          <Age at={feed.heard_at} />
                        </ToneText>
                      ) : (
                        <ToneText tone="teal" icon={CircleCheck} title={t('feeds.fresh')}>
                          <Age at={feed.heard_at} />
                        </ToneText>
                      )}
                    </td>
                    <td className="num">{number(feed.gaps)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          ) : (
            <p className="muted" style={{ margin: 0 }}>
              {t('feeds.none')}
            </p>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Troubles({ node: { exceptions } }: { node: Node }) {
  return (
    <Panel title={t('troubles')} icon={TriangleAlert}>
      {exceptions.length ? (
        <Facts items={exceptions.map(({ kind, open }) => [troubleWord(kind), <span key={kind} className="strong tabular">{number(open)}</span>])} />
      ) : (
        <p className="muted" style={{ margin: 0 }}>
          {t('troubles.none')}
        </p>
      )}
    </Panel>
  );
}

function Accuracy({ node: { accuracy } }: { node: Node }) {
  return (
    <Panel title={t('accuracy')} icon={ScanSearch}>
      {accuracy ? (
        <div className="col" style={{ gap: 12 }}>
          {accuracy.accuracy !== null && (
            <span className="row">
              <span className="big tabular">{percent(accuracy.accuracy)}</span>
              <span className="muted small">{t('accuracy.share')}</span>
            </span>
          )}
          <Facts
            items={[
              [t('accuracy.positions'), number(accuracy.positions)],
              [t('accuracy.missing'), number(accuracy.expected_missing, 1)],
              [t('accuracy.doubtful'), number(accuracy.doubtful)],
              [t('accuracy.missed'), t('accuracy.missed.of', { missed: accuracy.missed, picks: accuracy.picks })],
              [t('accuracy.look'), <Age key="look" at={accuracy.last_look} />],
            ]}
          />
        </div>
      ) : (
        <p className="muted" style={{ margin: 0 }}>
          {t('accuracy.none')}
        </p>
      )}
    </Panel>
  );
}

function About({ node: { seen, services } }: { node: Node }) {
  return (
    <Panel title={t('facts')} icon={Building2}>
      <Facts
        items={[
          [t('facts.kind'), t(`one.${seen.kind}`)],
          [t('facts.where'), [seen.region, seen.country].filter(Boolean).join(', ')],
          [t('facts.zone'), seen.time_zone.replace('_', ' ')],
          [
            t('facts.services'),
            <span key="services" className="row wrap" style={{ gap: 4 }}>
              {services.map((service) => (
                <StatusBadge key={service} tone="gray" icon={CircleCheck}>
                  {serviceWord(service)}
                </StatusBadge>
              ))}
            </span>,
          ],
        ]}
      />
    </Panel>
  );
}
