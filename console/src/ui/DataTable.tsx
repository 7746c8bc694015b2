import { Checkbox } from '@mantine/core';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { say } from '@/i18n';
import { useKeys, type Shortcut } from './keys';
import { togglePage, toggled } from './selection';
import { Bone, ErrorState } from './States';

export interface Column<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** The name it is sorted by on the server; absent: it cannot be. */
  sort?: string;
  /** Numbers stand at the end of the cell, digit under digit. */
  num?: boolean;
  width?: number | string;
}

interface Props<T> {
  /** What the table is of, for who cannot see it. */
  label: string;
  rows: readonly T[] | undefined;
  columns: readonly Column<T>[];
  id: (row: T) => string;
  /** What a row is called where it is selected: `Select order 1042`. */
  name?: (row: T) => string;
  onOpen?: (row: T) => void;
  /** `Space` looks at a row without leaving the list. */
  onPeek?: (row: T) => void;
  /** `-placed_at` is newest first. */
  sort?: string;
  onSort?: (sort: string) => void;
  selected?: ReadonlySet<string>;
  onSelected?: (selected: Set<string>) => void;
  loading?: boolean;
  error?: Error | null;
  retry?: () => void;
  empty: ReactNode;
  /** The row that is open beside the table. */
  openId?: string;
  skeletonRows?: number;
}

const WIDTHS = ['62%', '80%', '48%', '70%', '55%'];

/**
 * Rows as the server gives them: it sorts, filters and pages; this owns the cursor, the selection and the keyboard.
 * `j` `k` move, `x` selects (with Shift the rows between), `Enter` opens, `Space` peeks, `Esc` clears.
 */
export function DataTable<T>(props: Props<T>) {
  const { label, rows, columns, id, onOpen, onPeek, selected, onSelected, sort = '', onSort, loading, error, openId } = props;
  const [cursor, setCursor] = useState<string | null>(null);
  const anchor = useRef<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const name = props.name ?? id;
  const ids = rows?.map(id) ?? [];
  const at = cursor === null ? -1 : ids.indexOf(cursor);
  const selectable = selected !== undefined && onSelected !== undefined;

  useEffect(() => {
    if (at >= 0) body.current?.rows[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const toggle = (index: number, range: boolean) => {
    if (!selectable || !ids[index]) return;
    const from = range && anchor.current !== null ? ids.indexOf(anchor.current) : -1;
    onSelected(toggled(selected, ids, index, from >= 0 ? from : null));
    anchor.current = ids[index];
  };
  const move = (by: number) => {
    if (ids.length) setCursor(ids[Math.min(Math.max(at + by, 0), ids.length - 1)]!);
  };
  const row = at >= 0 ? rows?.[at] : undefined;
  useKeys(label, shortcuts());

  function shortcuts(): Shortcut[] {
    const keys: Shortcut[] = [
      { keys: 'j', label: say('key.next_row'), run: () => move(1) },
      { keys: 'k', label: say('key.previous_row'), run: () => move(-1) },
    ];
    if (onOpen) keys.push({ keys: 'Enter', label: say('key.open_row'), run: () => row && onOpen(row) });
    if (onPeek) keys.push({ keys: 'Space', label: say('key.peek_row'), run: () => row && onPeek(row) });
    if (selectable) {
      keys.push({ keys: 'x', label: say('key.select_row'), run: () => toggle(at, false) });
      keys.push({ keys: 'Shift+x', label: say('key.select_range'), run: () => toggle(at, true) });
      if (selected.size) keys.push({ keys: 'Escape', label: say('clear_selection'), run: () => onSelected(new Set()) });
    }
    return keys;
  }

  const clicked = (event: MouseEvent, value: T) => {
    const onControl = (event.target as Element).closest('a, button, input, label');
    if (!onControl && !window.getSelection()?.toString()) onOpen?.(value);
  };
  const all = ids.length > 0 && selectable && ids.every((each) => selected.has(each));
  const some = selectable && ids.some((each) => selected.has(each));
  const width = columns.length + (selectable ? 1 : 0);

  return (
    <table className="table" aria-label={label} aria-busy={loading || undefined}>
      <thead>
        <tr>
          {selectable && (
            <th className="check">
              <Checkbox size="xs" aria-label={say('table.select_page')} checked={all} indeterminate={!all && some} onChange={() => onSelected(togglePage(selected, ids))} />
            </th>
          )}
          {columns.map((column) => (
            <Head key={column.key} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {rows?.map((value, index) => {
          const own = ids[index]!;
          return (
            <tr
              key={own}
              data-opens={onOpen ? '' : undefined}
              data-selected={selected?.has(own) || own === openId ? '' : undefined}
              data-cursor={own === cursor ? '' : undefined}
              onClick={(event) => clicked(event, value)}
            >
              {selectable && (
                <td className="check">
                  <Checkbox
                    size="xs"
                    aria-label={say('table.select_row', { row: name(value) })}
                    checked={selected.has(own)}
                    readOnly
                    onClick={(event) => toggle(index, event.shiftKey)}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td key={column.key} className={column.num ? 'num' : undefined}>
                  {column.render(value)}
                </td>
              ))}
            </tr>
          );
        })}
        {!rows && !error && <Skeleton rows={props.skeletonRows ?? 12} width={width} />}
        {!rows && error && <Filled width={width}>{<ErrorState error={error} retry={props.retry} />}</Filled>}
        {rows && rows.length === 0 && <Filled width={width}>{props.empty}</Filled>}
      </tbody>
    </table>
  );
}

function Head<T>({ column, sort, onSort }: { column: Column<T>; sort: string; onSort?: (sort: string) => void }) {
  const on = column.sort !== undefined && sort.replace('-', '') === column.sort;
  const down = on && sort.startsWith('-');
  const Arrow = down ? ArrowDown : ArrowUp;
  return (
    <th scope="col" className={column.num ? 'num' : undefined} style={{ inlineSize: column.width }} aria-sort={on ? (down ? 'descending' : 'ascending') : undefined}>
      {column.sort && onSort ? (
        <button type="button" className="sort" onClick={() => onSort(down ? column.sort! : `-${column.sort}`)}>
          {column.title}
          {on && <Arrow size={12} aria-hidden />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function Skeleton({ rows, width }: { rows: number; width: number }) {
  return Array.from({ length: rows }, (_, line) => (
    <tr key={line} aria-hidden>
      {Array.from({ length: width }, (_, cell) => (
        <td key={cell}>
          <Bone width={WIDTHS[(line + cell) % WIDTHS.length]} />
        </td>
      ))}
    </tr>
  ));
}

function Filled({ width, children }: { width: number; children: ReactNode }) {
  return (
    <tr>
      <td colSpan={width} style={{ blockSize: 260, whiteSpace: 'normal', cursor: 'default', maxInlineSize: 'none' }}>
        {children}
      </td>
    </tr>
  );
}
