/** What the orders' pages read from the server. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, http } from '@/api/client';
import { asked, type Filters, type Order, type Sort } from './model';

export const PAGE = 50;
const COUNTED_MAX = 1_000;
const COUNTS_EVERY_MS = 20_000;

export interface OrdersPage {
  items: Order[];
  next: string | null;
}

export const ordersQuery = (filters: Filters, sort: Sort) =>
  infiniteQueryOptions({
    queryKey: ['orders', 'list', filters, sort],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => readOrders({ ...asked(filters), sort, limit: PAGE, cursor: pageParam || undefined }, signal),
    getNextPageParam: (last: OrdersPage) => last.next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false, // rows do not move under a person's hand: new ones wait behind the bar
    staleTime: 60_000,
  });

export const readOrders = (query: Record<string, unknown>, signal?: AbortSignal): Promise<OrdersPage> =>
  ask(http.GET('/v1/orders', { params: { query: query as never }, signal })) as unknown as Promise<OrdersPage>;

export const countQuery = (filters: Filters, most = COUNTED_MAX) =>
  queryOptions({
    queryKey: ['orders', 'count', filters, most],
    queryFn: ({ signal }) => ask(http.GET('/v1/orders/count', { params: { query: { ...asked(filters), most } as never }, signal })),
    refetchInterval: COUNTS_EVERY_MS,
    placeholderData: keepPreviousData,
  });

export const viewsQuery = queryOptions({
  queryKey: ['orders', 'views'],
  queryFn: ({ signal }) => ask(http.GET('/v1/views', { params: { query: { screen: 'orders' } }, signal })),
  staleTime: 60_000,
});

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) => ask(http.GET('/v1/orders/{order_id}', { params: { path: { order_id: id } }, signal })) as unknown as Promise<Order>,
  });

export const channelsQuery = queryOptions({
  queryKey: ['orders', 'channels'],
  queryFn: ({ signal }) => ask(http.GET('/v1/channels', { params: { query: { limit: 200 } }, signal })),
  staleTime: 5 * 60_000,
});

export const nodesQuery = queryOptions({
  queryKey: ['orders', 'nodes'],
  queryFn: ({ signal }) => ask(http.GET('/v1/nodes', { params: { query: { limit: 200 } }, signal })),
  staleTime: 5 * 60_000,
});

export const jobsQuery = queryOptions({
  queryKey: ['jobs', 'orders'],
  queryFn: ({ signal }) => ask(http.GET('/v1/orders/bulk', { params: { query: { limit: 10 } }, signal })),
});
