/** What these pages read. Keys begin with `inventory`: what makes stock out of date names it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import type { Filters, Figure } from './grid';

export const LOOK_AGAIN_MS = 3_000;

export type Axes = Schemas['AxesAnswer'];
export type Window = Schemas['WindowAnswer'];

const columnsOf = (filters: Filters) => ({ group: filters.groups, kind: filters.kinds });

export const axesQuery = (filters: Filters) =>
  queryOptions({
    queryKey: ['inventory', 'axes', filters.q, filters.category, filters.groups, filters.kinds, filters.only, filters.low, filters.order],
    queryFn: ({ signal }) =>
      ask(
        http.GET('/v1/inventory/grid/axes', {
          signal,
          params: { query: { q: filters.q, category: filters.category, only: filters.only, low: filters.low, order: filters.order, ...columnsOf(filters) } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });

/** The cells of some rows. It is asked for again and again while it is in view; unchanged, the answer is a 304. */
export const windowQuery = (filters: Filters, figures: readonly Figure[], skus: readonly string[]) =>
  queryOptions({
    queryKey: ['inventory', 'window', filters.groups, filters.kinds, figures, skus],
    queryFn: ({ signal }) =>
      ask(http.GET('/v1/inventory/grid', { signal, params: { query: { sku: [...skus], bucket: [...figures], ...columnsOf(filters) } } })),
    staleTime: LOOK_AGAIN_MS,
    refetchInterval: LOOK_AGAIN_MS,
    gcTime: 60_000,
  });

export const groupsQuery = queryOptions({
  queryKey: ['network', 'groups'],
  queryFn: ({ signal }) => ask(http.GET('/v1/node-groups', { signal, params: { query: { limit: 200 } } })),
  staleTime: 300_000,
});

export const channelsQuery = queryOptions({
  queryKey: ['network', 'channels'],
  queryFn: ({ signal }) => ask(http.GET('/v1/channels', { signal, params: { query: { limit: 200 } } })),
  staleTime: 300_000,
});

export const billQuery = (sku: string, channel: string) =>
  queryOptions({
    queryKey: ['inventory', 'bill', sku, channel],
    queryFn: ({ signal }) => ask(http.GET('/v1/availability', { signal, params: { query: { sku: [sku], channel, explain: true } } })),
    enabled: channel !== '',
    refetchInterval: LOOK_AGAIN_MS,
  });

export const movesQuery = (sku: string, node: string) =>
  infiniteQueryOptions({
    queryKey: ['inventory', 'moves', sku, node],
    queryFn: ({ signal, pageParam }) =>
      ask(http.GET('/v1/inventory/movements', { signal, params: { query: { sku, node, limit: 20, cursor: pageParam } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const claimsQuery = (sku: string, node: string) =>
  queryOptions({
    queryKey: ['inventory', 'claims', sku, node],
    queryFn: ({ signal }) => ask(http.GET('/v1/inventory/claims', { signal, params: { query: { sku, node } } })),
  });

export const stockQuery = (sku: string) =>
  queryOptions({
    queryKey: ['inventory', 'item', sku],
    queryFn: ({ signal }) => ask(http.GET('/v1/items/{sku}/stock', { signal, params: { path: { sku } } })),
    refetchInterval: 5_000,
  });

export const historyQuery = (sku: string, node: string | undefined, days: number) =>
  queryOptions({
    queryKey: ['inventory', 'history', sku, node ?? '', days],
    queryFn: ({ signal }) => ask(http.GET('/v1/items/{sku}/history', { signal, params: { path: { sku }, query: { node, days } } })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
