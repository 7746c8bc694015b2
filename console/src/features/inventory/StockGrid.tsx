import { useQueries } from '@tanstack/react-query';
import { Clock, TriangleAlert } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { ageShort, ageText, number } from '@/i18n';
import { CellGrid, type Cell } from '@/ui/CellGrid';
import { useNow } from '@/ui/clock';
import { ErrorState } from '@/ui/States';
import { sameSpan, type Span, type Spot } from '@/ui/span';
import { look, rowsPerWindow, windowsOf, type Figure, type Looked } from './grid';
import { windowQuery, type Axes, type Window } from './reads';
import { bucketWord, t } from './words';

interface Props {
  looked: Looked;
  axes: Axes;
  onOpen: (sku: string, node: string) => void;
}

const LINE = 16;
const NOWHERE: Spot = { row: 0, column: 0 };

/** The grid itself: reads the windows that are in view, and shows their cells. */
export function StockGrid({ looked, axes, onOpen }: Props) {
  const { figures, low } = looked;
  const [inView, setInView] = useState<Span>({ first: 0, end: 0 });
  const [spot, setSpot] = useState<Spot>(NOWHERE);
  const size = rowsPerWindow(axes.nodes.length);
  const windows = useWindows(looked, axes, inView, size);
  const cursor = useMemo(
    () => ({ row: Math.min(spot.row, axes.skus.length - 1), column: Math.min(spot.column, axes.nodes.length - 1) }),
    [spot, axes],
  );
  const cell = useCallback(
    (row: number, column: number): Cell | undefined => {
      const window = windows.at.get(Math.floor(row / size));
      const place = window?.columns[column];
      if (!window || place === undefined) return undefined;
      return cellOf(window.data, row % size, place, axes.nodes[column]!.node, figures, low);
    },
    [windows.at, size, axes, figures, low],
  );
  const rowHead = useCallback(
    (row: number) => {
      const window = windows.at.get(Math.floor(row / size))?.data;
      return <RowHead sku={axes.skus[row]!} window={window} at={row % size} figures={figures} />;
    },
    [windows.at, size, axes, figures],
  );
  const columnHead = useCallback((column: number) => <ColumnHead column={axes.nodes[column]!} />, [axes]);
  const onRows = useCallback((rows: Span) => setInView((before) => (sameSpan(before, rows) ? before : rows)), []);
  if (windows.failed && !windows.at.size) return <ErrorState error={windows.failed} retry={windows.retry} />;
  return (
    <CellGrid
      label={t('grid')}
      rows={axes.skus.length}
      columns={axes.nodes.length}
      rowHeight={figures.length > 1 ? 12 + LINE * figures.length : 32}
      columnWidth={82}
      headWidth={matchMedia('(max-width: 1100px)').matches ? 220 : 320}
      headHeight={58}
      corner={
        <>
          {t('sku')}
          <span className="push muted small">{figures.map(bucketWord).join(' · ')}</span>
        </>
      }
      rowHead={rowHead}
      columnHead={columnHead}
      cell={cell}
      cursor={cursor}
      onCursor={setSpot}
      onOpen={({ row, column }) => onOpen(axes.skus[row]!, axes.nodes[column]!.node)}
      onRows={onRows}
    />
  );
}

interface Read {
  data: Window;
  /** Where each column of the grid stands in this window; a node that came since is not in it yet. */
  columns: (number | undefined)[];
}

function useWindows(looked: Looked, axes: Axes, rows: Span, size: number) {
  const places = windowsOf(rows.first, Math.min(rows.end, axes.skus.length), size);
  return useQueries({
    queries: places.map((at) => windowQuery(looked, looked.figures, axes.skus.slice(at * size, (at + 1) * size))),
    combine: useCallback(
      (results: { data?: Window; error: Error | null; refetch: () => unknown }[]) => {
        const at = new Map<number, Read>();
        results.forEach(({ data }, index) => {
          const place = places[index];
          if (!data || place === undefined) return;
          const where = new Map(data.nodes.map((node, column) => [node, column]));
          at.set(place, { data, columns: axes.nodes.map(({ node }) => where.get(node)) });
        });
        return {
          at,
          failed: results.find(({ error }) => error)?.error ?? null,
          retry: () => results.forEach(({ error, refetch }) => error && void refetch()),
        };
      },
      // the windows in view are told apart by their places
      // oxlint-disable-next-line react/exhaustive-deps
      [axes.nodes, places.join()],
    ),
  });
}

function cellOf(window: Window, row: number, column: number, node: string, figures: readonly Figure[], low: number): Cell | undefined {
  const said = figures.map((figure) => [figure, window.cells[figure]?.[row]?.[column] ?? null] as const);
  const known = said.filter((each): each is readonly [Figure, number] => each[1] !== null);
  if (!known.length) return undefined;
  const [first, units] = known[0]!;
  const several = figures.length > 1;
  return {
    ...look(first, units, low),
    title: t('cell.title', {
      sku: window.skus[row] ?? '',
      node,
      figures: known.map(([figure, units]) => t('cell.figure', { name: bucketWord(figure), units })).join(', '),
    }),
    lines: several ? (
      figures.map((figure, at) => (
        <span key={figure} className="figure" data-first={at === 0 ? '' : undefined}>
          <abbr title={bucketWord(figure)}>{t(`short.${figure}`)}</abbr>
          {said[at]![1] === null ? '' : number(said[at]![1]!)}
        </span>
      ))
    ) : (
      <span>{number(units)}</span>
    ),
  };
}

function RowHead({ sku, window, at, figures }: { sku: string; window: Window | undefined; at: number; figures: readonly Figure[] }) {
  const waiting = window?.waiting[at] ?? 0;
  const name = window?.names[at];
  return (
    <>
      <span className="rowhead-name" title={name ? `${sku} · ${name}` : sku}>
        <span className="mono strong">{sku}</span> {name && <span className="muted small">{name}</span>}
      </span>
      {waiting > 0 && (
        <span className="tone-text small nowrap" data-tone="orange" title={t('waiting', { units: waiting })}>
          <Clock size={12} aria-hidden />
          {number(waiting)}
          <span className="visually-hidden">{t('waiting', { units: waiting })}</span>
        </span>
      )}
      <span className="push totals" title={t('total')}>
        {figures.map((figure) => (
          <span key={figure}>{window?.totals[figure]?.[at] === undefined ? '' : number(window.totals[figure]![at]!)}</span>
        ))}
      </span>
    </>
  );
}

function ColumnHead({ column }: { column: Axes['nodes'][number] }) {
  const now = useNow();
  const heard = column.heard_at ? t('heard', { age: ageText(column.heard_at, now) }) : t('heard.never');
  const told = column.stale ? `${t('heard.stale')}. ${heard}` : heard;
  return (
    <span className="columnhead" title={`${column.name} · ${column.enabled ? told : t('off')}`}>
      <span className="strong">{column.node}</span>
      <span className="small" data-tone={column.stale ? 'orange' : undefined}>
        {column.stale && <TriangleAlert size={11} aria-label={t('heard.stale')} />}
        {column.enabled ? column.heard_at && ageShort(column.heard_at, now) : t('off')}
      </span>
    </span>
  );
}
