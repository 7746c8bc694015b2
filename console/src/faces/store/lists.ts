/** The pick list in hand: read from the server, kept on the phone, and always shown with the steps that still wait. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { ask, http } from '@/api/client';
import { keep } from './keep';
import { outbox, readKey, useEntries, useRead, type Read } from './store';
import type { PickList, StoreWork, Work } from './types';
import { listWithAnswer, listWithWaiting, withWaiting } from './wave';

export const listName = (node: string): string => `list:${node}`;
export const orderName = (id: string): string => `order:${id}`;

const isWork = (answer: unknown): answer is Work => typeof answer === 'object' && answer !== null && 'lines' in answer && 'order_number' in answer;

/** What the server answers to a step goes into the list at once: no step is lost between the phone's count and its. */
export function useKeptList(node: string): void {
  const client = useQueryClient();
  useEffect(
    () =>
      outbox.answered((entry, answer) => {
        if (!isWork(answer)) return;
        put<PickList | null>(client, listName(node), (list) => (list ? listWithAnswer(list, answer) : list));
        put<StoreWork>(client, orderName(answer.id), (order) => ({ ...order, work: answer }));
        if (!outbox.entries.some((each) => each.n > entry.n && !each.refused)) void client.invalidateQueries({ queryKey: ['store'] });
      }),
    [client, node],
  );
}

function put<T>(client: QueryClient, name: string, change: (value: T) => T): void {
  const key = readKey(name);
  void client.cancelQueries({ queryKey: key }); // what was asked before this answer would show what was before it
  client.setQueryData<Read<T>>(key, (read) => {
    if (!read) return read;
    const value = change(read.value);
    void keep(name, value);
    return { ...read, value };
  });
}

/** The list as the phone knows it; null: there is none. */
export function usePickList(node: string) {
  const entries = useEntries();
  const query = useRead<PickList | null>(listName(node), async (signal) => {
    const { items } = await ask(http.GET('/v1/nodes/{node}/pick-lists', { params: { path: { node }, query: { mine: true } }, signal }));
    return items[0] ?? null;
  });
  const read = query.data;
  const list = useMemo(() => {
    if (!read?.value) return null;
    const left = entries.some((entry) => entry.verb === 'abandon' && entry.path.includes(read.value!.id));
    return left ? null : listWithWaiting(read.value, entries);
  }, [read, entries]);
  return { query, list };
}

export function putList(client: QueryClient, node: string, list: PickList | null): void {
  client.setQueryData<Read<PickList | null>>(readKey(listName(node)), { value: list, at: Date.now(), stale: false });
  void keep(listName(node), list);
}

/** One order with the steps that wait. */
export function useWaitingOrders(orders: readonly StoreWork[] | undefined): StoreWork[] {
  const entries = useEntries();
  return useMemo(() => (orders ?? []).map((order) => ({ ...order, work: withWaiting(order.work, entries) })), [orders, entries]);
}
