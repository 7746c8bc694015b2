import { Alert, Button, Select, TextInput } from '@mantine/core';
import { CircleAlert, CircleCheck, CircleDashed, CircleDot, Hand, Pencil, Plus, Store, Trash2, Truck, User, Bot } from 'lucide-react';
import { useState } from 'react';
import { BulkBar } from '@/ui/BulkBar';
import { Chart } from '@/ui/Chart';
import { ColumnChooser, shownColumns } from '@/ui/Columns';
import { ConfirmDialog } from '@/ui/Confirm';
import { DataTable, type Column } from '@/ui/DataTable';
import { Drawer } from '@/ui/Drawer';
import { FilterPills, SavedViewTabs } from '@/ui/Filters';
import { OutlineMap, type Place } from '@/ui/OutlineMap';
import { Page, Panel } from '@/ui/Panel';
import { StageStrip } from '@/ui/Stages';
import { EmptyState, ErrorState, Forbidden, SkeletonLines, StaleBar } from '@/ui/States';
import { StatusBadge, ToneText, type Tone } from '@/ui/Status';
import { Age, DateTime } from '@/ui/Time';
import { Timeline } from '@/ui/Timeline';
import { CopyText, Facts, KeyHint, Money } from '@/ui/Values';
import { toastDone, toastFailed, toastUndo } from '@/ui/toast';

interface Order {
  id: string;
  placed: string;
  who: string;
  tone: Tone;
  status: string;
  total: number;
}

const STATUSES: [Tone, string, typeof Truck][] = [
  ['gray', 'Open', CircleDashed],
  ['blue', 'In fulfillment', CircleDot],
  ['cyan', 'Shipped', Truck],
  ['violet', 'Ready for pickup', Store],
  ['teal', 'Delivered', CircleCheck],
  ['orange', 'On hold', Hand],
  ['red', 'Short pick', CircleAlert],
];
const NOW = Date.now();
const ORDERS: Order[] = Array.from({ length: 14 }, (_, at) => {
  const [tone, status] = STATUSES[at % STATUSES.length]!;
  return { id: `#10584${String(at).padStart(2, '0')}`, placed: new Date(NOW - at * 7_400_000).toISOString(), who: `Grace Tanaka ${at}`, tone, status, total: 1999 * (at + 3) };
});
const icon = (status: string) => STATUSES.find(([, name]) => name === status)![2];
const COLUMNS: Column<Order>[] = [
  { key: 'id', title: 'Order', render: (order) => <span className="mono strong">{order.id}</span> },
  { key: 'placed', title: 'Placed', sort: 'placed', render: (order) => <DateTime at={order.placed} /> },
  { key: 'who', title: 'Customer', render: (order) => order.who },
  { key: 'status', title: 'Status', render: (order) => <StatusBadge tone={order.tone} icon={icon(order.status)}>{order.status}</StatusBadge> },
  { key: 'promise', title: 'Promise', render: (order) => (order.tone === 'red' ? <ToneText tone="red" icon={CircleAlert}>Nov 24, 8:11 PM</ToneText> : <DateTime at={order.placed} zone="America/Chicago" />) },
  { key: 'age', title: 'Age', num: true, render: (order) => <Age at={order.placed} short /> },
  { key: 'total', title: 'Total', sort: 'total', num: true, render: (order) => <Money minor={order.total} currency="USD" /> },
];
const PLACES: Place[] = [
  { id: 'a', lat: 39.5, lon: -119.8, label: 'Reno DC, 82% of capacity', shape: 'square', size: 1, tone: 'teal' },
  { id: 'b', lat: 40.7, lon: -74, label: 'New York 3, full', shape: 'circle', size: 0.6, tone: 'red' },
  { id: 'c', lat: 32.8, lon: -96.8, label: 'Dallas, 90% of capacity', shape: 'circle', size: 0.4, tone: 'orange' },
  { id: 'd', lat: 47.6, lon: -122.3, label: 'Seattle, paused', shape: 'circle', size: 0.2, tone: 'gray' },
];
const FLOWS = [
  { from: PLACES[0]!, to: PLACES[1]!, weight: 1 },
  { from: PLACES[0]!, to: PLACES[2]!, weight: 0.4 },
];
const SERIES = [
  { name: 'Shipped', values: [40, 52, 61, 48, 70] },
  { name: 'Late', values: [2, 4, 1, 0, 3] },
];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];
const FAULT = Object.assign(new Error('the database did not answer'), { title: 'Not able to answer now' });
const nothing = () => {};

export function Kit() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(['#1058401', '#1058402']));
  const [chosen, setChosen] = useState<string[]>();
  const [density, setDensity] = useState<'cozy' | 'compact'>('cozy');
  const [sort, setSort] = useState('-placed');
  const [view, setView] = useState('all');
  const [place, setPlace] = useState('a');
  const [open, setOpen] = useState<'drawer' | 'confirm' | null>(null);
  return (
    <main data-density={density}>
      <StaleBar since={NOW - 90_000} />
      <Page
        title="The kit"
        aside={<span className="muted tabular">5,000</span>}
        actions={
          <>
            <Button variant="default" onClick={() => setOpen('drawer')}>Open drawer</Button>
            <Button variant="default" onClick={() => setOpen('confirm')}>Cancel order</Button>
            <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => toastUndo('2 orders held', nothing)}>Hold 2 orders</Button>
          </>
        }
      >
        <SavedViewTabs
          views={[
            { id: 'all', name: 'All', count: 5000, actions: [{ label: 'Rename', icon: Pencil, run: nothing }, { label: 'Delete', icon: Trash2, run: nothing, danger: true }] },
            { id: 'risk', name: 'Promise at risk', count: 12 },
            { id: 'ready', name: 'Ready for pickup' },
          ]}
          current={view}
          unsaved
          onView={setView}
          onSave={nothing}
        />
        <Panel flush>
          <div className="row wrap" style={{ padding: 10 }}>
            <TextInput placeholder="Filter by number, name, SKU" aria-label="Filter" data-page-search w={240} />
            <FilterPills
              onClear={nothing}
              pills={[
                { key: 's', name: 'Status', value: 'held, open', onRemove: nothing, onEdit: nothing },
                { key: 'm', name: 'Method', value: 'Pickup', onRemove: nothing },
              ]}
            >
              <Select size="xs" placeholder="Add filter" aria-label="Add filter" data={['Channel', 'Node']} w={120} />
            </FilterPills>
            <span className="push">
              <ColumnChooser columns={COLUMNS} chosen={chosen} onChosen={setChosen} density={density} onDensity={setDensity} />
            </span>
          </div>
          <DataTable label="Orders" rows={ORDERS} columns={shownColumns(COLUMNS, chosen)} id={(order) => order.id} sort={sort} onSort={setSort} selected={selected} onSelected={setSelected} onOpen={() => setOpen('drawer')} empty="Nothing" />
          <div className="table-foot">
            <KeyHint keys="j" /> <KeyHint keys="k" /> move <KeyHint keys="x" /> select <KeyHint keys="Enter" /> open
            <span className="push tabular">1–14 of 5,000</span>
          </div>
        </Panel>
        <BulkBar count={selected.size} matching={4312} onAll={nothing} onClear={() => setSelected(new Set())}>
          <Button variant="default">Hold</Button>
          <Button variant="default">Cancel…</Button>
        </BulkBar>
        <Panel>
          <StageStrip
            label="How far it has come"
            stages={[
              { key: '1', label: 'Placed', state: 'done', note: '1:02 PM' },
              { key: '2', label: 'Planned', state: 'done', note: '1:02 PM' },
              { key: '3', label: 'Picking', state: 'now' },
              { key: '4', label: 'Shipped', state: 'ahead', note: 'by Nov 30' },
            ]}
          />
        </Panel>
        <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(300px, 1fr))', gap: 12 }}>
          <Panel title="Timeline" icon={CircleDot} aside="3 facts">
            <Timeline
              moments={[
                { id: '1', at: new Date(NOW).toISOString(), icon: CircleAlert, tone: 'red', title: 'Exception: short pick', detail: '1 of 2 units not found on shelf', who: 'Boston 6' },
                { id: '2', at: new Date(NOW - 1e6).toISOString(), icon: Bot, title: 'Planned at Boston 6', detail: 'Rule “protect promise, then cost”', who: 'Sourcing' },
                { id: '3', at: new Date(NOW - 9e7).toISOString(), icon: User, tone: 'violet', title: 'Order placed', who: 'Ngozi Chen' },
              ]}
            />
          </Panel>
          <Panel title="Customer" actions={<Button variant="subtle">Edit</Button>}>
            <Facts
              items={[
                ['Name', 'Ngozi Chen'],
                ['Email', <CopyText key="e" text="ngozi@example.com" />],
                ['Tracking', <CopyText key="t" text="1Z999AA10123456784" />],
                ['Placed', <DateTime key="d" at={ORDERS[0]!.placed} zone="America/New_York" />],
              ]}
            />
          </Panel>
          <Panel tone="red" title="Short pick" icon={CircleAlert}>Re-plan the remaining unit to keep the promise.</Panel>
          <Panel tone="orange" title="Held" icon={Hand}>
            {STATUSES.map(([tone, name, Icon]) => <StatusBadge key={name} tone={tone} icon={Icon}>{name}</StatusBadge>)}
          </Panel>
          <Panel title="Shipped by day"><Chart label="Orders shipped by day" axis="Day" categories={DAYS} series={SERIES} target={{ value: 50, name: 'Goal' }} /></Panel>
          <Panel title="Loading"><SkeletonLines lines={6} /></Panel>
          <Panel title="Empty"><EmptyState title="No exceptions" actions={<Button variant="default">Show closed</Button>}>Everything is on its way.</EmptyState></Panel>
          <Panel title="Failed"><ErrorState error={FAULT} retry={nothing} /></Panel>
          <Panel title="Forbidden"><Forbidden scope="policies:write" /></Panel>
          <Panel title="Words">
            <div className="col">
              <Alert color="orange">Held for the address.</Alert>
              <Alert color="red">It has left already.</Alert>
              <Alert>Nothing is owed.</Alert>
              <span className="row">
                <Button variant="light">Light</Button>
                <Button variant="outline">Outline</Button>
                <Button color="red">Cancel 2 units</Button>
                <Button disabled>Disabled</Button>
              </span>
              <span className="row">
                <Button variant="subtle" onClick={() => toastDone('Saved')}>Done</Button>
                <Button variant="subtle" onClick={() => toastFailed('Not saved', nothing)}>Failed</Button>
              </span>
            </div>
          </Panel>
        </div>
        <Panel title="Network"><OutlineMap label="Nodes" places={PLACES} flows={FLOWS} selected={place} onSelect={setPlace} /></Panel>
        <Panel flush title="Table that loads"><DataTable label="Loading orders" rows={undefined} columns={COLUMNS} id={(order) => order.id} empty="Nothing" skeletonRows={4} /></Panel>
        <Drawer open={open === 'drawer'} onClose={() => setOpen(null)} title="Order #1058401" foot={<Button>Hold</Button>}><SkeletonLines /></Drawer>
        <ConfirmDialog open={open === 'confirm'} onClose={() => setOpen(null)} title="Cancel order #1058401?" consequences="2 units are freed, $39.98 is refunded, the customer is told." action="Cancel 2 units" danger reason="needed" reasons={['Customer asked', 'Fraud']} onConfirm={() => setOpen(null)} />
      </Page>
    </main>
  );
}
