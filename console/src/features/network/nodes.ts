/** How nodes are told apart on a map and in a list. No React, no fetch. */
import type { Schemas } from '@/api/client';
import { number, percent } from '@/i18n';
import { many, one, type Search } from '@/ui/address';
import type { Tone } from '@/ui/Status';
import { statusWord, t } from './words';

export type Seen = Schemas['SeenAnswer'];
export type Status = Seen['status'];
export type Kind = Seen['kind'];
export type Flow = Schemas['FlowAnswer'];

export const STATUSES: readonly Status[] = ['open', 'paused', 'full', 'stale', 'disabled'];
export const KINDS: readonly Kind[] = ['dc', 'store', '3pl', 'supplier', 'virtual'];
export const BUSY = 0.8;

export interface Looked {
  q: string;
  kind: Kind | undefined;
  status: Status | undefined;
  flows: boolean;
  node: string | undefined;
  sort: string;
}

export function read(search: Search): Looked {
  return {
    q: one(search.q) ?? '',
    kind: KINDS.find((each) => each === one(search.kind)),
    status: STATUSES.find((each) => each === one(search.status)),
    flows: one(search.flows) !== 'off',
    node: one(search.node),
    sort: many(search.sort)[0] ?? '-load',
  };
}

/** The color of a state; where it is open or its feed is stale, that of its load. */
export function toneOf({ status, load }: Pick<Seen, 'status' | 'load'>): Tone {
  if (status === 'disabled') return 'gray';
  if (status === 'paused' || status === 'full') return 'red';
  if (status === 'stale' || (load !== null && load >= BUSY)) return 'orange';
  return 'teal';
}

/** The same as a sign, for who cannot tell the colors apart. */
export function signOf({ status, load }: Pick<Seen, 'status' | 'load'>): 'pause' | 'stop' | 'off' | 'watch' | undefined {
  if (status === 'disabled') return 'off';
  if (status === 'paused') return 'pause';
  if (status === 'full') return 'stop';
  return toneOf({ status, load }) === 'orange' ? 'watch' : undefined;
}

export const isStore = (kind: Kind): boolean => kind === 'store';

/** What a mark on the map says: its name, kind, state, load and volume. */
export function markLabel(seen: Seen): string {
  return t('mark', {
    name: seen.name || seen.node,
    kind: t(`one.${seen.kind}`),
    status: statusWord(seen.status).toLowerCase(),
    load: seen.load === null ? '' : t('mark.load', { load: percent(seen.load, 0) }),
    orders: number(seen.orders),
  });
}

export function matching(nodes: readonly Seen[], { q, kind, status }: Pick<Looked, 'q' | 'kind' | 'status'>): Seen[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return nodes.filter((seen) => {
    const own = `${seen.node} ${seen.name} ${seen.region}`.toLowerCase();
    return (!kind || seen.kind === kind) && (!status || seen.status === status) && words.every((word) => own.includes(word));
  });
}

const VALUES: Record<string, (seen: Seen) => number | string> = {
  node: (seen) => seen.node,
  load: (seen) => seen.load ?? -1,
  queue: (seen) => seen.queue,
  orders: (seen) => seen.orders,
  units: (seen) => seen.units,
};

/** `-load` is the busiest first; what is equal stands by its name. */
export function sorted(nodes: readonly Seen[], sort: string): Seen[] {
  const value = VALUES[sort.replace('-', '')] ?? VALUES.load!;
  const sign = sort.startsWith('-') ? -1 : 1;
  return [...nodes].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const by = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
    return sign * by || a.node.localeCompare(b.node);
  });
}

/** Volumes as shares of the largest, on a scale on which a small one can still be seen. */
export function sizes(nodes: readonly Seen[]): Map<string, number> {
  const most = Math.max(1, ...nodes.map((seen) => seen.orders));
  return new Map(nodes.map((seen) => [seen.node, Math.sqrt(seen.orders / most)]));
}

/** The ways of a node, or of all those shown, whose both ends are on the map. */
export function drawn(flows: readonly Flow[], nodes: ReadonlyMap<string, Seen>, node: string | undefined) {
  const shown = flows.filter((flow) => nodes.has(flow.node) && (!node || flow.node === node));
  const most = Math.max(1, ...shown.map((flow) => flow.orders));
  return shown.flatMap((flow) => {
    const from = nodes.get(flow.node)!;
    if (from.latitude === null || from.longitude === null || flow.latitude === null || flow.longitude === null) return [];
    return [
      {
        from: { lat: from.latitude, lon: from.longitude },
        to: { lat: flow.latitude, lon: flow.longitude },
        weight: flow.orders / most,
      },
    ];
  });
}
