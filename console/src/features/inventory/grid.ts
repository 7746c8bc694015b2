/** What the grid shows, as the address says it; and what a cell looks like. No React, no fetch. */
import type { Cell } from '@/ui/CellGrid';
import { many, one, type Search } from '@/ui/address';
import type { Schemas } from '@/api/client';

export type Figure = Schemas['Bucket'];
export type Only = Schemas['Only'];
export type Order = Schemas['Order'];
export type Kind = Schemas['NodeKind'];

export const FIGURES: readonly Figure[] = ['available', 'on_hand', 'reserved', 'safety', 'unavailable', 'in_transit', 'on_order'];
export const ONLIES: readonly Only[] = ['low', 'short', 'negative'];
export const ORDERS: readonly Order[] = ['sku', 'available', '-available'];
export const KINDS: readonly Kind[] = ['dc', 'store', '3pl', 'supplier', 'virtual'];

export const LOW = 5;
const CELLS_PER_WINDOW = 10_000;
const ROWS_PER_WINDOW_MAX = 100;

export interface Filters {
  q: string;
  category: string | undefined;
  groups: string[];
  kinds: Kind[];
  only: Only | undefined;
  low: number;
  order: Order;
}

export interface Looked extends Filters {
  figures: Figure[];
  sku: string | undefined;
  node: string | undefined;
}

const among = <T extends string>(all: readonly T[], value: string | undefined): T | undefined => all.find((each) => each === value);

/** Reads the address; what it says wrongly is as if it were not said. */
export function read(search: Search): Looked {
  const chosen = many(search.show);
  const figures = FIGURES.filter((each) => chosen.includes(each));
  const low = Number(one(search.low) ?? LOW);
  return {
    q: one(search.q) ?? '',
    category: one(search.category),
    groups: many(search.group),
    kinds: KINDS.filter((each) => many(search.kind).includes(each)),
    only: among(ONLIES, one(search.only)),
    low: Number.isInteger(low) && low >= 0 ? low : LOW,
    order: among(ORDERS, one(search.order)) ?? 'sku',
    figures: figures.length ? figures : ['available'],
    sku: one(search.sku),
    node: one(search.node),
  };
}

/** The figures after one was switched on or off; the last one stays on. */
export function flipped(figures: readonly Figure[], figure: Figure): Figure[] {
  const next = figures.includes(figure) ? figures.filter((each) => each !== figure) : [...figures, figure];
  return next.length ? FIGURES.filter((each) => next.includes(each)) : [...figures];
}

/** How many rows are read at once: fewer where there are more columns. */
export function rowsPerWindow(columns: number): number {
  return Math.max(10, Math.min(ROWS_PER_WINDOW_MAX, Math.floor(CELLS_PER_WINDOW / Math.max(1, columns) / 10) * 10));
}

/** The windows that have these rows, by their place. */
export function windowsOf(first: number, end: number, size: number): number[] {
  if (end <= first) return [];
  const from = Math.floor(first / size);
  const to = Math.floor((end - 1) / size);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** Red: none for sale, or units are missing. Orange: low. Else a share of the accent, by how many there are. */
export function look(figure: Figure, units: number, low: number): Pick<Cell, 'tone' | 'heat'> {
  if (figure === 'available') {
    if (units <= 0) return { tone: 'red' };
    if (units <= low) return { tone: 'orange' };
    return { heat: warmth(units) / 2 };
  }
  return units > 0 ? { heat: warmth(units) } : {};
}

/** From nothing to all on a scale that tells 1 from 10 as it tells 100 from 1,000. */
function warmth(units: number): number {
  return Math.min(1, Math.log10(units + 1) / 3);
}
