import { ActionIcon, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  Activity, Ban, Boxes, CheckCheck, CircleDot, Clock3, Hand, PackageCheck, PackageOpen, Pause, Play, Route, ScanLine, Send,
  ShoppingCart, TriangleAlert, Truck, type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import { ask, http } from '@/api/client';
import type { LiveEvent } from '@/api/live';
import { useAllowed } from '@/api/session';
import { useLive } from '@/api/useLive';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { Panel } from '@/ui/Panel';
import { EmptyState, Forbidden } from '@/ui/States';
import type { Tone } from '@/ui/Status';
import { Age } from '@/ui/Time';
import { aboutOf, gathered, KEPT, orderOf } from './model';
import { t, told } from './words';

const ICONS: [string, LucideIcon, Tone?][] = [
  ['order.captured', ShoppingCart, 'teal'],
  ['order.held', Hand, 'orange'],
  ['order.canceled', Ban],
  ['order.closed', CheckCheck, 'teal'],
  ['sourcing.', Route, 'blue'],
  ['fulfillment.rejected', TriangleAlert, 'red'],
  ['fulfillment.shorted', TriangleAlert, 'red'],
  ['fulfillment.shipped', Truck, 'blue'],
  ['fulfillment.delivered', PackageCheck, 'teal'],
  ['fulfillment.collected', PackageCheck, 'teal'],
  ['fulfillment.released', Send, 'blue'],
  ['fulfillment.', PackageOpen, 'blue'],
  ['delivery.', ScanLine],
  ['exception.opened', TriangleAlert, 'red'],
  ['milestone.', Clock3, 'orange'],
  ['promise.', Clock3, 'orange'],
  ['inventory.', Boxes],
  ['availability.', Boxes],
];

function iconOf(type: string): [LucideIcon, Tone | undefined] {
  const found = ICONS.find(([start]) => type.startsWith(start));
  return found ? [found[1], found[2]] : [CircleDot, undefined];
}

/** What happens, as it happens: the newest at the top. While it is paused, or pointed at, nothing moves. */
export function Feed({ sequence }: { sequence: number }) {
  const allowed = useAllowed('events:read');
  return (
    <Panel title={t('feed')} icon={Activity} flush className="today-feed">
      {allowed ? <Events upto={sequence} /> : <Forbidden scope="events:read" />}
    </Panel>
  );
}

function Events({ upto }: { upto: number }) {
  const [from] = useState(Math.max(0, upto - KEPT)); // read once: the rest is heard
  const before = useQuery({
    queryKey: ['today', 'events', from],
    queryFn: async ({ signal }) => {
      const page = await ask(http.GET('/v1/events', { params: { query: { after: from, limit: KEPT } }, signal }));
      return gathered([], page.events.map(eventOf));
    },
    staleTime: Infinity,
  });
  const [heard, setHeard] = useState<LiveEvent[]>([]);
  const [held, setHeld] = useState<LiveEvent[]>([]);
  const [paused, setPaused] = useState(false);
  const [pointed, setPointed] = useState(false);
  const still = paused || pointed;
  useLive(null, (events) => (still ? setHeld((old) => gathered(old, events)) : setHeard((old) => gathered(old, events))));
  const resume = () => {
    setHeard((old) => gathered(old, held));
    setHeld([]);
  };
  const pause = () => {
    if (paused && !pointed) resume();
    setPaused(!paused);
  };
  return (
    <div
      className="today-feed-body"
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => {
        setPointed(false);
        if (!paused) resume();
      }}
    >
      <div className="today-feed-tools">
        {still && held.length > 0 && <span className="count">{t('feed.waiting', { count: held.length })}</span>}
        <Tooltip label={paused ? t('feed.resume') : t('feed.pause')}>
          <ActionIcon size={24} aria-pressed={paused} aria-label={paused ? t('feed.resume') : t('feed.pause')} onClick={pause}>
            {paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      </div>
      <Loaded query={before}>
        {(read) => {
          const all = gathered(read, heard);
          return all.length ? <List events={all} /> : <EmptyState icon={Activity}>{t('feed.empty')}</EmptyState>;
        }}
      </Loaded>
    </div>
  );
}

interface Told {
  id: string;
  sequence?: number;
  type: string;
  subject?: string | null;
  time: string;
  data: unknown;
}

const eventOf = (event: unknown): LiveEvent => {
  const { sequence, type, subject, time, data } = event as Told;
  return { sequence: Number(sequence), type: type.replace(/^.*entrepot\./, ''), subject: subject ?? '', time, data: (data ?? {}) as Record<string, unknown> };
};

function List({ events }: { events: readonly LiveEvent[] }) {
  return (
    <ol className="today-events" aria-label={t('feed')}>
      {events.map((event) => {
        const [Icon, tone] = iconOf(event.type);
        const order = orderOf(event);
        const about = aboutOf(event);
        return (
          <li key={event.sequence}>
            <span className="today-dot" data-tone={tone}>
              <Icon size={12} aria-hidden />
            </span>
            <span className="truncate">
              <span className="strong">{told(event.type)}</span>{' '}
              {order ? (
                <Go to={`/orders/${order}`} className="small muted tabular">
                  {about}
                </Go>
              ) : (
                <span className="small muted tabular">{about}</span>
              )}
            </span>
            <span className="small muted push">
              <Age at={event.time} short />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
