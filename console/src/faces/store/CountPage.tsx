import { Button, TextInput } from '@mantine/core';
import { ClipboardCheck } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { ask, http } from '@/api/client';
import { timeText } from '@/i18n';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { toastDone } from '@/ui/toast';
import { Back } from './OrderPage';
import { Screen, Swatch } from './parts';
import { outbox, useEntries, useHere, useRead } from './store';
import { useWay } from './way';
import { t } from './words';

const SOURCE = 'store-app';

interface Task {
  sku: string;
  book: number;
}

/** The counts that are most worth making in ten minutes, and any other somebody wants to make. */
export function CountPage() {
  const { node, zone } = useHere();
  const { search } = useWay();
  const only = search.get('sku');
  const entries = useEntries();
  const read = useRead(`counts:${node}`, (signal) => ask(http.GET('/v1/nodes/{node}/count-list', { params: { path: { node }, query: { minutes: 10 } }, signal })));
  const counted = new Set(entries.filter((entry) => entry.verb === 'count').map((entry) => entry.path + JSON.stringify(entry.body)));
  const waits = (sku: string) => [...counted].some((each) => each.includes(JSON.stringify(sku)));
  const all: Task[] = read.data?.value.items ?? [];
  const tasks = all.filter((task) => !waits(task.sku) && task.sku !== only);
  return (
    <Screen title={t('count.title')} sub={tasks.length ? t('count.text', { count: tasks.length }) : undefined} back={<Back to="/" />}>
      {read.data?.stale && <p className="note">{t('offline.since', { time: timeText(read.data.at, zone) })}</p>}
      {read.isPending && <SkeletonLines lines={6} />}
      {read.error && !read.data && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {read.data && !tasks.length && !only && <EmptyState icon={ClipboardCheck} title={t('count.empty')} />}
      <ul className="cards">
        {only && <CountCard key={only} sku={only} />}
        {tasks.map((task) => (
          <CountCard key={task.sku} sku={task.sku} />
        ))}
      </ul>
    </Screen>
  );
}

function CountCard({ sku }: { sku: string }) {
  const { node } = useHere();
  const read = useRead(`look-up:${node}:${sku}`, (signal) => ask(http.GET('/v1/nodes/{node}/look-up', { params: { path: { node }, query: { code: sku, nearby: 0 } }, signal })));
  const [units, setUnits] = useState('');
  const [done, setDone] = useState(false);
  const found = read.data?.value;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const count = Number(units);
    setDone(true);
    const body = { counts: [{ sku, node, on_hand: count, source: SOURCE, counted_at: new Date().toISOString() }] };
    await outbox.add({ verb: 'count', path: '/v1/inventory/counts', body, label: t('label.count', { sku, count }) });
    toastDone(t('count.saved', { count, sku }));
  };
  if (done) return null;
  return (
    <li className="card">
      <div className="stop-head">
        <Swatch sku={sku} name={found?.goods.name ?? sku} />
        <div className="col grow">
          <b className="stop-name">{found?.goods.name ?? sku}</b>
          <span className="mono muted">{sku}</span>
          <span className="strong">{[found?.goods.zone, found?.goods.location].filter(Boolean).join(' · ')}</span>
          {found && <span className="muted">{t('count.book', { count: found.here.on_hand })}</span>}
        </div>
      </div>
      <form className="typed" onSubmit={(event) => void save(event)}>
        <TextInput size="lg" className="grow" label={t('count.units')} value={units} onChange={(event) => setUnits(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))} required inputMode="numeric" autoComplete="off" />
        <Button type="submit" size="lg" disabled={units === ''}>
          {t('count.save')}
        </Button>
      </form>
    </li>
  );
}
