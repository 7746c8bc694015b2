import { Button, Progress, SegmentedControl, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { BellRing, CircleCheck, Clock4, Radio } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { duration, number, percent } from '@/i18n';
import { one, useAddress, type Search } from '@/ui/address';
import { useNow } from '@/ui/clock';
import { Go } from '@/ui/Go';
import { DataTable, type Column } from '@/ui/DataTable';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge, type Tone } from '@/ui/Status';
import { Age } from '@/ui/Time';
import type { Schemas } from '@/api/client';
import { freshness, rateText } from './logic';
import { feedsQuery, type FeedsAsked } from './reads';
import { Scroll } from './Scroll';
import { t } from './words';
import './jobs.css';

type Feed = Schemas['FeedAnswer'];

const read = (search: Search) => ({ source: one(search.source), node: one(search.node), alarms: one(search.show) === 'silent' });

/** How fresh every feed is, by source and node: the silent ones first. */
export default function FeedsPage() {
  const [{ source, node, alarms }, change] = useAddress(read);
  const asked: FeedsAsked = { source, node };
  const stale = useInfiniteQuery(feedsQuery(asked, true));
  const fresh = useInfiniteQuery({ ...feedsQuery(asked, false), enabled: !alarms });
  const now = useNow();
  const whole = stale.data && (alarms || fresh.data);
  const silent = stale.data?.pages.flatMap((page) => page.items) ?? [];
  const speaking = alarms ? [] : (fresh.data?.pages.flatMap((page) => page.items) ?? []);
  const rows = whole ? [...silent, ...speaking] : undefined;
  const limit = stale.data?.pages[0]?.stale_after_s ?? null;
  const next = stale.hasNextPage ? stale : fresh.hasNextPage && !alarms ? fresh : null;
  const filtered = Boolean(source ?? node);

  return (
    <Page
      fixed
      title={t('feeds')}
      aside={stale.data && <span className="muted small">{limit === null ? t('feeds.nobody') : t('feeds.limit', { time: duration(limit) })}</span>}
    >
      <Tiles rows={rows} silent={silent.length} now={now} />
      <Panel
        flush
        className="fills"
        actions={
          <>
            <Exact label={t('feeds.source')} value={source} onValue={(value) => change({ source: value }, { replace: true })} search />
            <Exact label={t('feeds.node')} value={node} onValue={(value) => change({ node: value }, { replace: true })} />
            <SegmentedControl
              aria-label={t('feeds.state')}
              data={[
                { value: 'all', label: t('feeds.all') },
                { value: 'silent', label: t('feeds.alarms') },
              ]}
              value={alarms ? 'silent' : 'all'}
              onChange={(show) => change({ show: show === 'silent' ? show : undefined })}
            />
          </>
        }
      >
        <Scroll label={t('feeds')}>
          <DataTable
            label={t('feeds')}
            rows={rows}
            columns={columns(limit, now)}
            id={(feed) => `${feed.source}\n${feed.node}`}
            error={stale.error ?? fresh.error}
            retry={() => void Promise.all([stale.refetch(), fresh.refetch()])}
            empty={<EmptyState icon={Radio} title={filtered || alarms ? t('feeds.none.match') : t('feeds.none')}>{filtered || alarms ? null : t('feeds.none.text')}</EmptyState>}
          />
        </Scroll>
        {next && (
          <div className="table-foot">
            <Button variant="default" loading={next.isFetchingNextPage} onClick={() => void next.fetchNextPage()}>
              {t('feeds.more')}
            </Button>
          </div>
        )}
      </Panel>
    </Page>
  );
}

/** A name that is looked for exactly, when Enter is pressed or the field is left. */
function Exact({ label, value, onValue, search }: { label: string; value: string | undefined; onValue: (value: string | undefined) => void; search?: boolean }) {
  const [text, setText] = useState(value ?? '');
  const say = () => onValue(text.trim() || undefined);
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      w={150}
      value={text}
      data-page-search={search ? '' : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={say}
      onKeyDown={(event) => event.key === 'Enter' && say()}
    />
  );
}

const ageOf = (feed: Feed, now: number) => Math.max(0, (now - new Date(feed.heard_at).getTime()) / 1000);

function Tiles({ rows, silent, now }: { rows: Feed[] | undefined; silent: number; now: number }) {
  if (!rows?.length) return null;
  const gaps = new Map(rows.map((feed) => [feed.source, feed.gaps]));
  const missing = [...gaps.values()].reduce((sum, each) => sum + each, 0);
  const oldest = Math.max(...rows.map((feed) => ageOf(feed, now)));
  const tiles: [string, ReactNode, boolean][] = [
    [t('feeds.tile.all'), number(rows.length), false],
    [t('feeds.tile.stale'), number(silent), silent > 0],
    [t('feeds.tile.gaps'), number(missing), false],
    [t('feeds.tile.oldest'), duration(oldest), false],
  ];
  return (
    <dl className="tiles">
      {tiles.map(([term, value, red]) => (
        <div key={term} data-tone={red ? 'red' : undefined}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const LOOKS: Record<'stale' | 'late' | 'fresh', [Tone, typeof CircleCheck]> = {
  stale: ['red', BellRing],
  late: ['orange', Clock4],
  fresh: ['teal', CircleCheck],
};

function columns(limit: number | null, now: number): Column<Feed>[] {
  return [
    { key: 'source', title: t('feeds.source'), render: (feed) => <span className="strong">{feed.source}</span> },
    { key: 'node', title: t('feeds.node'), render: (feed) => <Go to={`/nodes/${encodeURIComponent(feed.node)}`} className="mono">{feed.node}</Go> },
    {
      key: 'state',
      title: t('feeds.state'),
      render: (feed) => {
        const how = freshness(feed, limit, ageOf(feed, now));
        const [tone, icon] = LOOKS[how];
        return (
          <StatusBadge tone={tone} icon={icon}>
            {t(`feeds.${how}`)}
          </StatusBadge>
        );
      },
    },
    { key: 'age', title: t('feeds.age'), num: true, render: (feed) => <Age at={feed.heard_at} /> },
    ...(limit === null ? [] : [{ key: 'threshold', title: t('feeds.threshold'), render: (feed: Feed) => <OfLimit share={ageOf(feed, now) / limit} /> }]),
    { key: 'rate', title: t('feeds.rate'), num: true, render: (feed) => t('feeds.per_min', { rate: rateText(feed.per_s * 60) }) },
    { key: 'gaps', title: t('feeds.gaps'), num: true, render: (feed) => (feed.gaps ? <b title={feed.first_gap === null ? undefined : t('feeds.gaps.from', { count: feed.gaps, first: String(feed.first_gap) })}>{number(feed.gaps)}</b> : <span className="muted">–</span>) },
    { key: 'sequence', title: t('feeds.sequence'), num: true, render: (feed) => (feed.sequence === null ? <span className="muted">–</span> : <span className="mono">{String(feed.sequence)}</span>) },
    { key: 'total', title: t('feeds.total'), num: true, render: (feed) => number(feed.messages) },
  ];
}

function OfLimit({ share }: { share: number }) {
  const told = percent(Math.min(share, 9.99), 0);
  return (
    <span className="row" style={{ gap: 8 }}>
      <Progress value={Math.min(share, 1) * 100} size={6} radius="xl" color={share >= 1 ? 'red' : share > 0.75 ? 'orange' : undefined} style={{ inlineSize: 90, flex: 'none' }} aria-label={`${t('feeds.threshold')}: ${told}`} />
      <span className="tabular muted small">{told}</span>
    </span>
  );
}
