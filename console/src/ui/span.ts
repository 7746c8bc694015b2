/** Which of many rows, or columns, of one size are seen: those in view, and some beyond either edge. */
export interface Span {
  first: number;
  /** One after the last. */
  end: number;
}

export function spanOf(scrolled: number, seen: number, size: number, count: number, beyond: number): Span {
  const first = Math.max(0, Math.floor(scrolled / size) - beyond);
  const end = Math.min(count, Math.ceil((scrolled + Math.max(seen, size)) / size) + beyond);
  return { first: Math.min(first, Math.max(0, end - 1)), end: Math.max(0, end) };
}

export const sameSpan = (a: Span, b: Span): boolean => a.first === b.first && a.end === b.end;

/** How far to scroll so that one of them is in view whole; where it is already, not at all. */
export function scrollTo(at: number, scrolled: number, seen: number, size: number): number {
  const from = at * size;
  if (from < scrolled) return from;
  if (from + size > scrolled + seen) return Math.max(0, from + size - seen);
  return scrolled;
}

export interface Spot {
  row: number;
  column: number;
}

interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Where a key moves the cursor of a grid to, as spreadsheets have it; null: the key is none of the grid's. */
export function moved({ key, ctrlKey, metaKey }: Press, at: Spot, rows: number, columns: number, page: number): Spot | null {
  const far = ctrlKey || metaKey;
  const to = (row: number, column: number): Spot => ({
    row: Math.min(Math.max(row, 0), rows - 1),
    column: Math.min(Math.max(column, 0), columns - 1),
  });
  switch (key) {
    case 'ArrowUp':
      return far ? to(0, at.column) : to(at.row - 1, at.column);
    case 'ArrowDown':
      return far ? to(rows - 1, at.column) : to(at.row + 1, at.column);
    case 'ArrowLeft':
      return far ? to(at.row, 0) : to(at.row, at.column - 1);
    case 'ArrowRight':
      return far ? to(at.row, columns - 1) : to(at.row, at.column + 1);
    case 'PageUp':
      return to(at.row - page, at.column);
    case 'PageDown':
      return to(at.row + page, at.column);
    case 'Home':
      return far ? to(0, 0) : to(at.row, 0);
    case 'End':
      return far ? to(rows - 1, columns - 1) : to(at.row, columns - 1);
    default:
      return null;
  }
}
