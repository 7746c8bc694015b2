import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { History, Pause, Radio, ScrollText, Search as SearchIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLive } from '@/api/useLive';
import { many, one, useAddress, type Search } from '@/ui/address';
import { useZone } from '@/ui/clock';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterPills, type Pill } from '@/ui/Filters';
import { useKeys } from '@/ui/keys';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import type { LiveEvent } from '@/api/live';
import { EventDrawer } from './EventDrawer';
import { beginning, secondText, SINCES, sought } from './logic';
import { eventsQuery, eventTypesQuery, type EventsAsked } from './reads';
import { Scroll } from './Scroll';
import { t } from './words';
import './jobs.css';

/** An event as the list shows it: of the feed as read, or as heard. */
interface Line {
  sequence: number;
  type: string;
  subject: string;
  time: string;
  data: unknown;
}

const TAIL_MAX = 500;

const read = (search: Search) => ({
  q: one(search.q) ?? '',
  types: many(search.type),
  since: SINCES.find((each) => each === one(search.since)),
  event: Number(one(search.event)) || null,
  follow: one(search.follow) !== undefined,
});

/** Whether an event that is heard is one that is looked for. */
function matches(event: LiveEvent, asked: EventsAsked): boolean {
  if (asked.types.length && !asked.types.includes(event.type)) return false;
  if (asked.subject && event.subject !== asked.subject) return false;
  const data = JSON.stringify(event.data).toLowerCase();
  if (asked.text && !data.includes(asked.text.toLowerCase())) return false;
  return !asked.order || data.includes(asked.order.toLowerCase()) || event.subject.endsWith(asked.order.toLowerCase());
}

/** Everything that has happened, the newest first: searched, followed as it comes, and looked at as it is. */
export default function EventsPage() {
  const [address, change] = useAddress(read);
  const { q, types, since, event, follow } = address;
  const [now] = useState(() => Date.now());
  const asked = useMemo<EventsAsked>(() => ({ types, from: beginning(since, now), ...sought(q) }), [types, since, q, now]);
  const turn = () => change({ follow: follow ? undefined : '1' }, { replace: true });
  useKeys(t('events'), [{ keys: 'p', label: follow ? t('events.pause') : t('events.follow'), run: turn }]);
  return (
    <Page
      fixed
      title={t('events')}
      actions={
        <Button variant={follow ? 'light' : 'default'} aria-pressed={follow} leftSection={follow ? <Pause size={14} aria-hidden /> : <Radio size={14} aria-hidden />} onClick={turn}>
          {follow ? t('events.pause') : t('events.follow')}
        </Button>
      }
    >
      <Panel flush className="fills">
        <Filters address={address} change={change} />
        <Pills address={address} change={change} />
        <Log key={JSON.stringify(asked)} asked={asked} follow={follow} opened={event} onOpen={(line) => change({ event: String(line.sequence) })} />
      </Panel>
      <EventDrawer sequence={event} onClose={() => change({ event: undefined })} />
    </Page>
  );
}

interface LogProps {
  asked: EventsAsked;
  follow: boolean;
  opened: number | null;
  onOpen: (line: Line) => void;
}

/** What was found, and above it what has come since. */
function Log({ asked, follow, opened, onOpen }: LogProps) {
  const query = useInfiniteQuery(eventsQuery(asked));
  const found = query.data?.pages.flatMap((page): Line[] => page.events);
  const tail = useTail(asked, follow, found?.[0]?.sequence);
  const looked = query.data?.pages.at(-1)?.cursor ?? null;
  return (
    <>
      {tail.waiting > 0 && (
        <button type="button" className="new-bar" onClick={tail.show}>
          {t('events.new', { count: tail.waiting })}
        </button>
      )}
      <Scroll label={t('events')}>
        <DataTable
          label={t('events')}
          rows={found && [...tail.lines, ...found]}
          columns={useColumns()}
          id={(line) => String(line.sequence)}
          onOpen={onOpen}
          onPeek={onOpen}
          openId={opened === null ? undefined : String(opened)}
          error={query.error}
          retry={() => void query.refetch()}
          empty={<EmptyState icon={ScrollText} title={t('events.none')}>{t('events.none.text')}</EmptyState>}
        />
      </Scroll>
      <div className="table-foot">
        {looked === null ? (
          <span>{found ? t('events.end') : null}</span>
        ) : (
          <>
            <Button variant="default" leftSection={<History size={14} aria-hidden />} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('events.more')}
            </Button>
            <span>{t('events.looked', { sequence: looked })}</span>
          </>
        )}
      </div>
    </>
  );
}

type Address = ReturnType<typeof read>;
type Change = (part: Search, options?: { replace?: boolean }) => void;

function Filters({ address, change }: { address: Address; change: Change }) {
  const { data } = useQuery(eventTypesQuery());
  return (
    <div className="event-filters">
      <SearchBox key={address.q} value={address.q} onValue={(q) => change({ q })} />
      <MultiSelect
        aria-label={t('events.types')}
        placeholder={address.types.length ? undefined : t('events.types.any')}
        data={data?.items ?? []}
        value={address.types}
        onChange={(type) => change({ type })}
        searchable
        clearable
        maxValues={8}
        w={260}
      />
      <Select
        aria-label={t('events.since')}
        placeholder={t('events.since.any')}
        data={SINCES.map((each) => ({ value: each, label: t(`events.since.${each}` as 'events.since.1h') }))}
        value={address.since ?? null}
        onChange={(since) => change({ since: since ?? undefined })}
        clearable
        w={160}
      />
    </div>
  );
}

function SearchBox({ value, onValue }: { value: string; onValue: (value: string | undefined) => void }) {
  const [text, setText] = useState(value);
  const say = () => text.trim() !== value && onValue(text.trim() || undefined);
  return (
    <TextInput
      className="search"
      aria-label={t('events.search')}
      placeholder={t('events.search')}
      leftSection={<SearchIcon size={14} aria-hidden />}
      data-page-search=""
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && say()}
      onBlur={say}
    />
  );
}

/** What the search was understood as, so that nobody wonders why nothing is found. */
function Pills({ address, change }: { address: Address; change: Change }) {
  const said = sought(address.q);
  const name = said.order ? t('events.order') : said.subject ? t('events.subject') : t('events.words');
  const value = said.order ?? said.subject ?? said.text;
  if (!value) return null;
  const pill: Pill = { key: 'q', name, value, onRemove: () => change({ q: undefined }) };
  return (
    <div style={{ padding: '8px 12px', borderBlockEnd: '1px solid var(--line)' }}>
      <FilterPills pills={[pill]} />
    </div>
  );
}

interface Tail {
  lines: Line[];
  waiting: number;
  show: () => void;
}

/** What has come since the list was read. Followed, it is shown at once; else it is counted, and no row moves. */
function useTail(asked: EventsAsked, follow: boolean, newest: number | undefined): Tail {
  const [heard, setHeard] = useState<Line[]>([]);
  const [shown, setShown] = useState(0);
  useLive(null, (events) => {
    const fresh = events.filter((event) => matches(event, asked)).toReversed();
    if (fresh.length) setHeard((before) => [...fresh, ...before].slice(0, TAIL_MAX));
  });
  const news = heard.filter((line) => newest === undefined || line.sequence > newest);
  const visible = follow ? news : news.filter((line) => line.sequence <= shown);
  return { lines: visible, waiting: news.length - visible.length, show: () => setShown(heard[0]?.sequence ?? 0) };
}

function useColumns(): Column<Line>[] {
  const zone = useZone();
  return useMemo(
    () => [
      { key: 'number', title: t('events.number'), num: true, width: 90, render: (line) => <span className="mono muted">{String(line.sequence)}</span> },
      { key: 'at', title: t('events.at'), width: 170, render: (line) => <time dateTime={line.time} className="tabular nowrap">{secondText(line.time, zone)}</time> },
      { key: 'type', title: t('events.type'), width: 190, render: (line) => <span className="strong">{line.type}</span> },
      { key: 'subject', title: t('events.subject'), width: 260, render: (line) => <span className="mono">{line.subject}</span> },
      {
        key: 'data',
        title: t('events.data'),
        render: (line) => (
          <span className="mono muted truncate" style={{ display: 'block' }}>
            {JSON.stringify(line.data)}
          </span>
        ),
      },
    ],
    [zone],
  );
}
