import { Select, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MapPinned, Search as Lens, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { number } from '@/i18n';
import { useAddress, type Search } from '@/ui/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { OutlineMap } from '@/ui/OutlineMap';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState, SkeletonPage } from '@/ui/States';
import { ToneText } from '@/ui/Status';
import { Load, NodeBadge } from './NodeBadge';
import { drawn, isStore, KINDS, markLabel, matching, read, signOf, sizes, sorted, STATUSES, toneOf, type Flow, type Looked, type Seen } from './nodes';
import { overviewQuery } from './reads';
import { Side } from './Side';
import { statusWord, t } from './words';
import './network.css';

interface Part {
  looked: Looked;
  change: (part: Search, options?: { replace?: boolean }) => void;
}

/** The network: on a map, and the same as a list. */
export default function NetworkPage() {
  const [looked, change] = useAddress(read);
  const overview = useQuery(overviewQuery);
  return (
    <Loaded query={overview} skeleton={<SkeletonPage />}>
      {({ nodes, flows }) => (
        <Page
          title={t('network')}
          aside={<span className="muted">{t('size', { count: nodes.length })}</span>}
          actions={<Narrow looked={looked} change={change} nodes={nodes} />}
        >
          {nodes.length ? (
            <Filled looked={looked} change={change} nodes={nodes} flows={flows} />
          ) : (
            <EmptyState icon={MapPinned} title={t('none.title')}>
              {t('none.text')}
            </EmptyState>
          )}
        </Page>
      )}
    </Loaded>
  );
}

function Narrow({ looked, change, nodes }: Part & { nodes: readonly Seen[] }) {
  const kinds = KINDS.filter((kind) => nodes.some((seen) => seen.kind === kind));
  return (
    <>
      <Switch
        label={t('flows')}
        aria-label={t('flows.on')}
        checked={looked.flows}
        onChange={(event) => change({ flows: event.currentTarget.checked ? undefined : 'off' }, { replace: true })}
      />
      <Select
        aria-label={t('statuses')}
        data={[{ value: '', label: t('status.all') }, ...STATUSES.map((status) => ({ value: status, label: statusWord(status) }))]}
        value={looked.status ?? ''}
        onChange={(status) => change({ status: status || undefined })}
        allowDeselect={false}
        w={130}
      />
      {kinds.length > 1 && (
        <SegmentedControl
          aria-label={t('kinds')}
          value={looked.kind ?? ''}
          onChange={(kind) => change({ kind: kind || undefined })}
          data={[{ value: '', label: t('kind.all') }, ...kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))]}
        />
      )}
    </>
  );
}

function Filled({ looked, change, nodes, flows }: Part & { nodes: readonly Seen[]; flows: readonly Flow[] }) {
  const shown = useMemo(() => sorted(matching(nodes, looked), looked.sort), [nodes, looked]);
  const byId = useMemo(() => new Map(shown.map((seen) => [seen.node, seen])), [shown]);
  const chosen = looked.node === undefined ? undefined : byId.get(looked.node);
  const places = useMemo(() => {
    const size = sizes(nodes);
    return shown.flatMap((seen) =>
      seen.latitude === null || seen.longitude === null
        ? []
        : [
            {
              id: seen.node,
              lat: seen.latitude,
              lon: seen.longitude,
              label: markLabel(seen),
              shape: isStore(seen.kind) ? ('circle' as const) : ('square' as const),
              size: size.get(seen.node) ?? 0,
              tone: toneOf(seen),
              sign: signOf(seen),
            },
          ],
    );
  }, [nodes, shown]);
  const ways = useMemo(() => (looked.flows ? drawn(flows, byId, looked.node) : []), [looked, flows, byId]);
  const nowhere = shown.length - places.length;
  const choose = (node: string | undefined) => change({ node }, { replace: true });
  return (
    <>
      <div className="network-top">
        <Panel flush className="network-map">
          <OutlineMap label={t('map')} places={places} flows={ways} selected={chosen?.node} onSelect={(node) => choose(node === looked.node ? undefined : node)} />
          <Legend />
          {nowhere > 0 && <p className="muted small network-nowhere">{t('nowhere', { count: nowhere })}</p>}
        </Panel>
        <div className="network-slot">
          <Side nodes={shown} chosen={chosen} flows={flows} onChoose={choose} />
        </div>
      </div>
      <Panel
        flush
        title={t('list')}
        actions={
          <TextInput
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<Lens size={14} aria-hidden />}
            value={looked.q}
            onChange={(event) => change({ q: event.currentTarget.value || undefined }, { replace: true })}
            data-page-search
            w={200}
          />
        }
      >
        <NodeTable nodes={shown} looked={looked} change={change} onChoose={choose} />
      </Panel>
    </>
  );
}

function NodeTable({ nodes, looked, change, onChoose }: Part & { nodes: readonly Seen[]; onChoose: (node: string) => void }) {
  const columns: Column<Seen>[] = [
    {
      key: 'node',
      title: t('node'),
      sort: 'node',
      render: (seen) => (
        <>
          <Go to={`/nodes/${encodeURIComponent(seen.node)}`}>{seen.node}</Go> <span className="muted">{seen.name}</span>
        </>
      ),
    },
    { key: 'kind', title: t('facts.kind'), render: (seen) => t(`one.${seen.kind}`) },
    { key: 'state', title: t('state'), render: (seen) => <NodeBadge status={seen.status} /> },
    { key: 'load', title: t('load'), sort: 'load', width: 170, render: (seen) => <Load seen={seen} /> },
    {
      key: 'queue',
      title: t('queue'),
      sort: 'queue',
      num: true,
      render: (seen) => (
        <>
          {seen.late > 0 && (
            <ToneText tone="red" icon={TriangleAlert}>
              {t('late.some', { count: seen.late })}
            </ToneText>
          )}{' '}
          {number(seen.queue)}
        </>
      ),
    },
    { key: 'orders', title: t('orders'), sort: 'orders', num: true, render: (seen) => number(seen.orders) },
    { key: 'units', title: t('units'), sort: 'units', num: true, render: (seen) => number(seen.units) },
  ];
  return (
    <div className="table-scroll">
      <DataTable
        label={t('list')}
        rows={nodes}
        columns={columns}
        id={(seen) => seen.node}
        name={(seen) => seen.name || seen.node}
        onOpen={(seen) => onChoose(seen.node)}
        openId={looked.node}
        sort={looked.sort}
        onSort={(sort) => change({ sort: sort === '-load' ? undefined : sort }, { replace: true })}
        empty={
          <EmptyState icon={MapPinned} title={t('nothing.title')}>
            {t('nothing.text')}
          </EmptyState>
        }
      />
    </div>
  );
}

function Legend() {
  return (
    <ul className="network-legend" aria-label={t('legend')}>
      <li>
        <svg width="12" height="12" aria-hidden>
          <circle cx="6" cy="6" r="4.5" />
        </svg>
        {t('legend.store')}
      </li>
      <li>
        <svg width="12" height="12" aria-hidden>
          <rect x="1" y="1" width="10" height="10" rx="2.5" />
        </svg>
        {t('legend.dc')}
      </li>
      {(['calm', 'busy', 'stop', 'off'] as const).map((each) => (
        <li key={each}>
          <i data-look={each} aria-hidden /> {t(`legend.${each}`)}
        </li>
      ))}
      <li>{t('legend.size')}</li>
    </ul>
  );
}
