/** An order as lists show it, and the query of a list: what the address says, as the server takes it. */
import type { Schemas } from '@/api/client';
import { many, one, type Search } from '@/ui/address';

export interface Order {
  id: string;
  number: string;
  external_id: string;
  channel: string;
  placed_at: string;
  phase: Schemas['Phase'];
  method: string;
  service: string | null;
  currency: string;
  total: number;
  customer?: { name?: string | null; email?: string | null; phone?: string | null } | null;
  ship_to?: { name?: string | null; city?: string | null; region?: string | null; postal_code: string; country: string } | null;
  lines: { line: number; sku: string; name?: string | null; quantity: number; quantities: { waiting: number; shipped: number; canceled: number } }[];
  plan?: { nodes: { node: string }[] } | null;
  promise?: { latest: string | null } | null;
  holds: { hold_id: string; kind: string; reason: string; actor: string; placed_at: string; lifted_at: string | null }[];
  exceptions: { exception_id: string; kind: string; reason: string; closed_at: string | null }[];
  shipments: { tracking_number: string; carrier: string; status: string }[];
}

export const PHASES: readonly Schemas['Phase'][] = [
  'pending', 'on_hold', 'confirmed', 'backordered', 'planned', 'released', 'in_fulfillment', 'partially_shipped',
  'shipped', 'ready_for_pickup', 'delivered', 'picked_up', 'closed', 'canceled',
];
export const STAGES: readonly Schemas['Stage'][] = ['captured', 'planned', 'released', 'accepted', 'picked', 'packed', 'ready', 'shipped'];
export const METHODS: readonly Schemas['Method'][] = ['ship', 'pickup', 'curbside'];
export const HOLDS: readonly Schemas['HoldKind'][] = ['manual', 'fraud', 'address', 'payment'];

/** Kinds that several values may be chosen of: any of them fits. */
export const LISTS = ['phase', 'stage', 'channel', 'node', 'method', 'service', 'sku', 'hold'] as const;
export const FLAGS = ['held', 'exceptions', 'late', 'at_risk'] as const;
export const TIMES = ['placed_after', 'placed_before', 'promised_before', 'unaccepted_before', 'ended_after'] as const;
export const TEXTS = ['q', 'email'] as const;

export type ListKind = (typeof LISTS)[number];
export type FlagKind = (typeof FLAGS)[number];
export type TimeKind = (typeof TIMES)[number];
export type Kind = ListKind | FlagKind | TimeKind | (typeof TEXTS)[number];

const KINDS: readonly Kind[] = ['q', 'phase', 'stage', 'channel', 'node', 'method', 'service', 'sku', 'hold', ...FLAGS, ...TIMES, 'email'];

/** Filters by kind, in the words of the address; a kind that is not there does not filter. */
export type Filters = Partial<Record<Kind, string[]>>;

export type Sort = Schemas['Sort'];

export interface Query {
  filters: Filters;
  sort: Sort;
  view: string;
  peek?: string;
}

const SORTS: readonly Sort[] = ['newest', 'oldest', 'promise'];

/** Reads the address. What it does not know stays out: an old link shows more, never an error. */
export function readQuery(search: Search): Query {
  const sort = one(search.sort) as Sort;
  return {
    filters: readFilters(search),
    sort: SORTS.includes(sort) ? sort : 'newest',
    view: one(search.view) ?? '',
    peek: one(search.peek),
  };
}

export function readFilters(search: Search): Filters {
  const filters: Filters = {};
  for (const kind of KINDS) {
    const values = many(search[kind]).filter((value) => value !== '' && value !== 'false');
    if (values.length) filters[kind] = LISTS.includes(kind as ListKind) ? values : values.slice(0, 1);
  }
  return filters;
}

/** The part of the address that says these filters, and takes all others away. */
export function addressOf(filters: Filters, sort: Sort): Search {
  const search: Search = { sort: sort === 'newest' ? undefined : sort };
  for (const kind of KINDS) search[kind] = filters[kind];
  return search;
}

/** Filters and sort as one text: two that find the same read the same. */
export function signature(filters: Filters, sort: Sort): string {
  return JSON.stringify([sort, ...KINDS.map((kind) => [...(filters[kind] ?? [])].sort())]);
}

/** As the server takes it. */
export function asked(filters: Filters): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const kind of KINDS) {
    const values = filters[kind];
    if (values) query[kind] = LISTS.includes(kind as ListKind) ? values : values[0]!;
  }
  return query;
}

/** As a job takes it: in JSON a flag is no text. */
export function bodyOf(filters: Filters): Record<string, unknown> {
  return Object.fromEntries(Object.entries(asked(filters)).map(([kind, value]) => [kind, FLAGS.includes(kind as FlagKind) ? true : value]));
}

/** With another choice of one kind; none: without it. */
export function withKind(filters: Filters, kind: Kind, values: readonly string[]): Filters {
  const next = { ...filters };
  if (values.length) next[kind] = [...values];
  else delete next[kind];
  return next;
}

export interface View {
  id: string;
  name: string;
  filters: Filters;
  sort: Sort;
  saved?: Schemas['ViewAnswer'];
}

export function savedView(saved: Schemas['ViewAnswer']): View {
  const search = saved.query as Search;
  return { id: saved.id, name: saved.name, filters: readFilters(search), sort: readQuery(search).sort, saved };
}

export const unitsOf = (order: Order): number => order.lines.reduce((sum, line) => sum + line.quantity - line.quantities.canceled, 0);
export const nodesOf = (order: Order): string[] => order.plan?.nodes.map((each) => each.node) ?? [];
export const nameOf = (order: Order): string | undefined => order.customer?.name || order.ship_to?.name || undefined;
export const standingHolds = (order: Order) => order.holds.filter((hold) => !hold.lifted_at);
export const openTroubles = (order: Order) => order.exceptions.filter((each) => !each.closed_at);

const OVER = new Set(['delivered', 'picked_up', 'closed', 'canceled', 'returned']);
export const isLate = (order: Order, now: number): boolean =>
  !OVER.has(order.phase) && !!order.promise?.latest && Date.parse(order.promise.latest) < now;
