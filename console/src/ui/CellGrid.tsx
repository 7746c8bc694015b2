import { memo, useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import { moved, sameSpan, scrollTo, spanOf, type Span, type Spot } from './span';
import './cellgrid.css';

export interface Cell {
  /** What is read out and shown: one line for each figure. */
  lines: ReactNode;
  /** A background, by the name of a tone or as a share of the accent from 0 to 1. */
  tone?: 'red' | 'orange' | 'none';
  heat?: number;
  title?: string;
}

interface Props {
  label: string;
  rows: number;
  columns: number;
  rowHeight: number;
  columnWidth: number;
  headWidth: number;
  headHeight: number;
  corner: ReactNode;
  /** These three are called for what is seen only. They should keep their identity while nothing has changed. */
  rowHead: (row: number) => ReactNode;
  columnHead: (column: number) => ReactNode;
  cell: (row: number, column: number) => Cell | undefined;
  cursor: Spot;
  onCursor: (spot: Spot) => void;
  onOpen: (spot: Spot) => void;
  /** The rows in view have changed: what has to be read. */
  onRows: (rows: Span) => void;
}

const BEYOND_ROWS = 6;
const BEYOND_COLUMNS = 3;

/**
 * A grid of any size in both directions, of which only what is in view is in the page. Heads stay in place. It is
 * one stop for Tab; arrows, Page, Home and End move the cursor as in a spreadsheet, Enter opens the cell.
 */
export function CellGrid(props: Props) {
  const { label, rows, columns, rowHeight, columnWidth, headWidth, headHeight, cursor, onCursor, onOpen, onRows } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<{ rows: Span; columns: Span }>({ rows: { first: 0, end: 0 }, columns: { first: 0, end: 0 } });

  const look = useCallback(() => {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = box.current!;
    const now = {
      rows: spanOf(scrollTop, clientHeight - headHeight, rowHeight, rows, BEYOND_ROWS),
      columns: spanOf(Math.abs(scrollLeft), clientWidth - headWidth, columnWidth, columns, BEYOND_COLUMNS),
    };
    setSeen((before) => (sameSpan(before.rows, now.rows) && sameSpan(before.columns, now.columns) ? before : now));
  }, [rows, columns, rowHeight, columnWidth, headHeight, headWidth]);

  useLayoutEffect(() => {
    look();
    const sized = new ResizeObserver(look);
    sized.observe(box.current!);
    return () => sized.disconnect();
  }, [look]);
  useEffect(() => onRows(seen.rows), [onRows, seen.rows]);

  const reveal = (spot: Spot) => {
    const place = box.current!;
    place.scrollTop = scrollTo(spot.row, place.scrollTop, place.clientHeight - headHeight, rowHeight);
    const left = Math.abs(place.scrollLeft);
    const sign = getComputedStyle(place).direction === 'rtl' ? -1 : 1;
    place.scrollLeft = sign * scrollTo(spot.column, left, place.clientWidth - headWidth, columnWidth);
  };
  const press = (event: KeyboardEvent) => {
    if (!rows || !columns) return;
    const page = Math.max(1, Math.floor((box.current!.clientHeight - headHeight) / rowHeight) - 1);
    const to = moved(event, cursor, rows, columns, page);
    if (to) {
      event.preventDefault();
      reveal(to);
      onCursor(to);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onOpen(cursor);
    }
  };
  const width = headWidth + columns * columnWidth;
  const sizes = { '--cell-width': `${columnWidth}px`, '--cell-height': `${rowHeight}px`, '--head-width': `${headWidth}px` } as CSSProperties;
  return (
    <div
      ref={box}
      className="cellgrid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns + 1}
      aria-activedescendant={rows && columns ? `${id}-${cursor.row}-${cursor.column}` : undefined}
      tabIndex={0}
      style={sizes}
      onScroll={look}
      onKeyDown={press}
    >
      <div role="rowgroup" className="cellgrid-head" style={{ inlineSize: width, blockSize: headHeight }}>
        <div role="row" aria-rowindex={1}>
          <div role="columnheader" aria-colindex={1} className="cellgrid-corner" style={{ blockSize: headHeight }}>
            {props.corner}
          </div>
          {list(seen.columns).map((column) => (
            <div
              key={column}
              role="columnheader"
              aria-colindex={column + 2}
              className="cellgrid-column"
              data-on={column === cursor.column ? '' : undefined}
              style={{ insetInlineStart: headWidth + column * columnWidth, blockSize: headHeight }}
            >
              {props.columnHead(column)}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="cellgrid-body" style={{ inlineSize: width, blockSize: rows * rowHeight }}>
        {list(seen.rows).map((row) => (
          <Row
            key={row}
            id={id}
            row={row}
            columns={seen.columns}
            top={row * rowHeight}
            headWidth={headWidth}
            columnWidth={columnWidth}
            at={row === cursor.row ? cursor.column : -1}
            rowHead={props.rowHead}
            cell={props.cell}
            onCursor={onCursor}
            onOpen={onOpen}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps extends Pick<Props, 'rowHead' | 'cell' | 'onCursor' | 'onOpen' | 'headWidth' | 'columnWidth'> {
  id: string;
  row: number;
  columns: Span;
  top: number;
  at: number;
}

const Row = memo(function Row({ id, row, columns, top, headWidth, columnWidth, at, rowHead, cell, onCursor, onOpen }: RowProps) {
  return (
    <div role="row" aria-rowindex={row + 2} className="cellgrid-row" data-on={at >= 0 ? '' : undefined} style={{ transform: `translateY(${top}px)` }}>
      <div role="rowheader" aria-colindex={1} className="cellgrid-rowhead">
        {rowHead(row)}
      </div>
      {list(columns).map((column) => {
        const shown = cell(row, column);
        return (
          // the grid has the keyboard: a cell is told of by `aria-activedescendant`
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={column}
            id={`${id}-${row}-${column}`}
            role="gridcell"
            aria-colindex={column + 2}
            className="cell"
            data-tone={shown?.tone}
            data-cursor={column === at ? '' : undefined}
            data-empty={shown ? undefined : ''}
            title={shown?.title}
            style={{ insetInlineStart: headWidth + column * columnWidth, ...(shown?.heat ? ({ '--heat': `${Math.round(shown.heat * 30)}%` } as CSSProperties) : null) }}
            onClick={() => {
              onCursor({ row, column });
              onOpen({ row, column });
            }}
          >
            {shown?.lines}
          </div>
        );
      })}
    </div>
  );
});

const list = (span: Span): number[] => Array.from({ length: span.end - span.first }, (_, at) => span.first + at);
