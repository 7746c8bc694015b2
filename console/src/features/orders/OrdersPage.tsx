import { Button, Popover } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowUp, Download, History, SearchX } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { usePreferences } from '@/api/preferences';
import { useAllowed } from '@/api/session';
import { number } from '@/i18n';
import { many, stringifySearch, useAddress, useGo, type Search } from '@/ui/address';
import { BulkBar } from '@/ui/BulkBar';
import { ColumnChooser, shownColumns } from '@/ui/Columns';
import { DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Panel';
import { EmptyState, ErrorState } from '@/ui/States';
import { KeyHint } from '@/ui/Values';
import { ACTIONS, BulkDialog, JobBar, JobList } from './Bulk';
import { COLUMNS, USUAL } from './columns';
import { FilterBar } from './FilterBar';
import { ended, type Action, type Target } from './jobs';
import { useFreshRows, useNewOrders } from './live';
import { addressOf, asked, readQuery, signature, withKind, type Filters, type Order, type Sort, type View } from './model';
import { Peek } from './Peek';
import { countQuery, jobsQuery, ordersQuery } from './reads';
import { SearchBox } from './SearchBox';
import { useViews, Views } from './Views';
import { t } from './words';
import './orders.css';

const SORTED: Record<Sort, string> = { newest: '-placed', oldest: 'placed', promise: 'promise' };

export default function OrdersPage() {
  const [query, change] = useAddress(readQuery);
  const { views, first, ready } = useViews();
  const bare = useAddress(isBare)[0];
  const current = views.find((view) => view.id === query.view) ?? (bare ? first : views[0]!);
  // A page that is come to without a word begins with the person's own view.
  const begins = bare && first.id !== 'all';
  const { filters, sort } = begins ? { ...query, filters: first.filters, sort: first.sort } : query;
  const onView = useCallback((view: View) => change({ ...addressOf(view.filters, view.sort), view: view.id, peek: undefined }), [change]);
  const onQuery = useCallback(
    (next: Filters, by: Sort = sort) => change({ ...addressOf(next, by), view: current.id, peek: undefined }),
    [change, sort, current.id],
  );
  return (
    <List
      {...{ filters, sort, ready, views, current, onView, onQuery }}
      peek={query.peek}
      onPeek={(id) => change({ peek: id }, { replace: true })}
    />
  );
}

const isBare = (search: Search): boolean => Object.keys(search).every((name) => name === 'peek' || !many(search[name]).length);

interface Props {
  filters: Filters;
  sort: Sort;
  ready: boolean;
  views: readonly View[];
  current: View;
  peek?: string;
  onView: (view: View) => void;
  onQuery: (filters: Filters, sort?: Sort) => void;
  onPeek: (id: string | undefined) => void;
}

function List({ filters, sort, ready, views, current, peek, onView, onQuery, onPeek }: Props) {
  const list = useInfiniteQuery({ ...ordersQuery(filters, sort), enabled: ready });
  const count = useQuery(countQuery(filters)).data;
  const rows = list.data?.pages.flatMap((page) => page.items);
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const [all, setAll] = useState(false);
  const [of, setOf] = useState(signature(filters, sort));
  if (of !== signature(filters, sort)) {
    setOf(signature(filters, sort)); // another list: nothing of the selection stays
    setSelected(new Set());
    setAll(false);
  }
  const [action, setAction] = useState<Action | null>(null);
  const [job, setJob] = useState<string | null>(null);
  const columns = useColumns();
  const go = useGo();
  const client = useQueryClient();
  const mayWrite = useAllowed('orders:write');
  useFreshRows(filters, sort);
  const select = (next: Set<string>) => {
    setSelected(next);
    setAll(false);
  };
  const target: Target = all ? { filters } : { ids: [...selected] };
  const narrowed = Object.keys(filters).length > 0;
  const reread = useCallback(() => void client.resetQueries({ queryKey: ordersQuery(filters, sort).queryKey }), [client, filters, sort]);
  const onEnded = useCallback(() => {
    setJob(null);
    void client.invalidateQueries({ queryKey: ['orders', 'list'] });
  }, [client]);
  const search = useCallback((text: string) => onQuery(withKind(filters, 'q', text ? [text] : [])), [filters, onQuery]);
  return (
    <Page
      fixed
      title={t('title')}
      aside={count && <span className="muted tabular">{t(count.more ? 'count.more' : 'count', { count: count.orders })}</span>}
      actions={<Actions filters={filters} sort={sort} onFollow={setJob} />}
    >
      <Views views={views} current={current} filters={filters} sort={sort} onView={onView} />
      <section className="panel orders-panel">
        <div className="orders-tools">
          <SearchBox value={filters.q?.[0] ?? ''} onSearch={search} />
          <FilterBar filters={filters} onFilters={onQuery} />
          <span className="push">
            <ColumnChooser columns={COLUMNS} {...columns.chooser} />
          </span>
        </div>
        {sort === 'newest' && <NewOrders filters={filters} since={list.dataUpdatedAt} onShow={reread} />}
        <div className="table-scroll orders-scroll" tabIndex={-1}>
          <DataTable<Order>
            label={t('of')}
            rows={rows}
            columns={columns.shown}
            id={(order) => order.id}
            name={(order) => t('order', { number: order.number })}
            onOpen={(order) => go(`/orders/${order.id}`)}
            onPeek={(order) => onPeek(order.id)}
            openId={peek}
            sort={SORTED[sort]}
            onSort={(by) => onQuery(filters, by.endsWith('promise') ? 'promise' : sort === 'newest' && by === 'placed' ? 'oldest' : 'newest')}
            selected={mayWrite ? selected : undefined}
            onSelected={mayWrite ? select : undefined}
            loading={list.isFetching}
            error={list.error}
            retry={() => void list.refetch()}
            empty={<Empty narrowed={narrowed} onClear={() => onQuery({})} />}
            skeletonRows={18}
          />
          {rows && list.hasNextPage && <More list={list} found={rows.length} />}
        </div>
        <div className="table-foot">
          <span className="tabular">{t('shown', { count: rows?.length ?? 0 })}</span>
          <span className="push row hide-narrow">
            <KeyHint keys="j" /> <KeyHint keys="k" /> <KeyHint keys="x" /> <KeyHint keys="Space" /> <KeyHint keys="Enter" />
          </span>
        </div>
      </section>
      <div className="orders-over">
      {job ? (
        <JobBar id={job} onEnded={onEnded} onFollow={setJob} />
      ) : (
        <BulkBar count={selected.size} onClear={() => select(new Set())}>
          {all ? (
            <span className="muted">{t('bulk.all.chosen', { count: counted(count) })}</span>
          ) : (
            count && (count.more || count.orders > selected.size) && (
              <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
                {t('bulk.all', { count: counted(count) })}
              </Button>
            )
          )}
          {ACTIONS.map(({ action: each, icon: Icon }) => (
            <Button key={each} variant="default" leftSection={<Icon size={14} aria-hidden />} onClick={() => setAction(each)}>
              {t(`bulk.${each}`)}
            </Button>
          ))}
        </BulkBar>
      )}
      </div>
      {action && (
        <BulkDialog
          action={action}
          target={target}
          onClose={() => setAction(null)}
          onStarted={(made) => {
            setAction(null);
            select(new Set());
            setJob(made.id);
          }}
        />
      )}
      <Peek id={peek} known={rows?.find((order) => order.id === peek)} onClose={() => onPeek(undefined)} />
    </Page>
  );
}

const counted = (count: { orders: number; more: boolean } | undefined): string => (count ? `${number(count.orders)}${count.more ? '+' : ''}` : '');

/** Which columns, how high: the person's own, kept on the server. */
function useColumns() {
  const [preferences, prefer] = usePreferences();
  const chosen = preferences.columns?.orders ?? USUAL;
  return {
    shown: shownColumns(COLUMNS, chosen),
    chooser: {
      chosen,
      onChosen: (keys: string[] | undefined) => {
        const { orders: _, ...others } = preferences.columns ?? {};
        prefer({ columns: keys ? { ...others, orders: keys } : others });
      },
      density: preferences.density ?? ('cozy' as const),
      onDensity: (density: 'cozy' | 'compact') => prefer({ density }),
    },
  };
}

function Actions({ filters, sort, onFollow }: { filters: Filters; sort: Sort; onFollow: (id: string) => void }) {
  const jobs = useQuery(jobsQuery);
  const running = jobs.data?.items.filter((job) => !ended(job)).length ?? 0;
  const [open, setOpen] = useState(false);
  const path = `/v1/orders.csv${stringifySearch({ ...asked(filters), sort })}`;
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} trapFocus returnFocus>
        <Popover.Target>
          <Button variant="default" leftSection={<History size={14} aria-hidden />} aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('jobs')}
            {running > 0 && <span className="count">&nbsp;{number(running)}</span>}
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={6} aria-label={t('jobs')} tabIndex={-1} data-autofocus>
          {jobs.error ? (
            <ErrorState error={jobs.error} retry={() => void jobs.refetch()} />
          ) : (
            <JobList
              jobs={jobs.data?.items ?? []}
              onFollow={(id) => {
                setOpen(false);
                onFollow(id);
              }}
            />
          )}
        </Popover.Dropdown>
      </Popover>
      <Button component="a" href={path} download="orders.csv" variant="default" leftSection={<Download size={14} aria-hidden />}>
        {t('export')}
      </Button>
    </>
  );
}

/** New orders wait above the list: its rows stay under the pointer. */
function NewOrders({ filters, since, onShow }: { filters: Filters; since: number; onShow: () => void }) {
  const count = useNewOrders(filters, since);
  return (
    <div role="status" className="orders-new-slot">
      {count > 0 && (
        <button type="button" className="orders-new" onClick={onShow}>
          <ArrowUp size={14} aria-hidden />
          {t('new', { count })} · <b>{t('new.show')}</b>
        </button>
      )}
    </div>
  );
}

interface Paged {
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Reads on when its end comes into view, or when it is pressed. */
function More({ list, found }: { list: Paged; found: number }) {
  const [foot, setFoot] = useState<HTMLDivElement | null>(null);
  const { fetchNextPage, isFetchingNextPage } = list;
  useEffect(() => {
    if (!foot || !found) return;
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && !isFetchingNextPage && void fetchNextPage(), { rootMargin: '300px' });
    seen.observe(foot);
    return () => seen.disconnect();
  }, [foot, found, fetchNextPage, isFetchingNextPage]);
  return (
    <div ref={setFoot} className="orders-more">
      {!found && <p className="muted small">{t('partial')}</p>}
      <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {t('more')}
      </Button>
    </div>
  );
}

function Empty({ narrowed, onClear }: { narrowed: boolean; onClear: () => void }) {
  if (!narrowed) return <EmptyState title={t('empty.none')}>{t('empty.none.text')}</EmptyState>;
  return (
    <EmptyState
      icon={SearchX}
      title={t('empty.title')}
      actions={
        <Button variant="default" onClick={onClear}>
          {t('empty.clear')}
        </Button>
      }
    >
      {t('empty.text')}
    </EmptyState>
  );
}
