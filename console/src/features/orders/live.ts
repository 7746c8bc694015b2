/** The list as things happen: rows change where they stand; new orders wait until they are asked for. */
import { useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, http } from '@/api/client';
import { useLive } from '@/api/useLive';
import { asked, type Filters, type Order, type Sort } from './model';
import { ordersQuery, readOrders, type OrdersPage } from './reads';

const GATHER_MS = 400;
const NEW_MAX = 100;
const AT_ONCE_MAX = 100;

type Listed = InfiniteData<OrdersPage, string>;

/** Reads again, in place, the shown orders that something has happened to; never moves a row. */
export function useFreshRows(filters: Filters, sort: Sort): void {
  const client = useQueryClient();
  const key = ordersQuery(filters, sort).queryKey;
  const due = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(key);
  useEffect(() => {
    latest.current = key;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const read = useCallback(async () => {
    timer.current = undefined;
    const numbers = [...due.current].slice(0, AT_ONCE_MAX);
    due.current.clear();
    const fresh = await readOrders({ numbers, limit: AT_ONCE_MAX }).catch(() => null);
    if (!fresh) return;
    const byId = new Map(fresh.items.map((order) => [order.id, order]));
    client.setQueryData<Listed>(latest.current, (before) => before && patched(before, byId));
  }, [client]);
  useLive(null, (events) => {
    const shown = new Map(client.getQueryData<Listed>(latest.current)?.pages.flatMap((page) => page.items.map((order) => [order.id, order.number] as const)));
    for (const { data } of events) {
      const number = typeof data.order_id === 'string' ? shown.get(data.order_id) : undefined;
      if (number) due.current.add(number);
    }
    // the summaries that lists filter by are a moment behind the event
    if (due.current.size) timer.current ??= setTimeout(() => void read(), GATHER_MS);
  });
}

export function patched(before: Listed, fresh: ReadonlyMap<string, Order>): Listed {
  return { ...before, pages: before.pages.map((page) => ({ ...page, items: page.items.map((order) => fresh.get(order.id) ?? order) })) };
}

/** How many orders were captured since the list was read that its filters let pass, and a way to forget them. */
export function useNewOrders(filters: Filters, since: number): number {
  const [captured, setCaptured] = useState<{ since: number; numbers: string[] }>({ since, numbers: [] });
  const numbers = captured.since === since ? captured.numbers : [];
  useLive(['order.captured'], (events) => {
    const heard = events.map((event) => event.data.order_number).filter((each): each is string => typeof each === 'string');
    setCaptured((before) => ({ since, numbers: [...(before.since === since ? before.numbers : []), ...heard].slice(-NEW_MAX) }));
  });
  const narrowed = Object.keys(filters).length > 0;
  const count = useQuery({
    queryKey: ['orders', 'new', filters, numbers],
    enabled: narrowed && numbers.length > 0,
    queryFn: ({ signal }) => ask(http.GET('/v1/orders/count', { params: { query: { ...asked(filters), numbers, most: NEW_MAX } as never }, signal })),
  });
  return narrowed ? (count.data?.orders ?? 0) : numbers.length;
}
