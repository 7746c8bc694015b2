/** What these pages read. Keys begin with `network`: what makes it out of date names it. */
import { queryOptions } from '@tanstack/react-query';
import { ask, http } from '@/api/client';

export const overviewQuery = queryOptions({
  queryKey: ['network', 'overview'],
  queryFn: ({ signal }) => ask(http.GET('/v1/network/overview', { signal })),
  refetchInterval: 5_000,
});

export const nodeQuery = (node: string) =>
  queryOptions({
    queryKey: ['network', 'node', node],
    queryFn: ({ signal }) => ask(http.GET('/v1/nodes/{node}/overview', { signal, params: { path: { node } } })),
    refetchInterval: 5_000,
  });

export const feedsQuery = (node: string) =>
  queryOptions({
    queryKey: ['network', 'feeds', node],
    queryFn: ({ signal }) => ask(http.GET('/v1/inventory/feeds', { signal, params: { query: { node, limit: 100 } } })),
    refetchInterval: 15_000,
  });
