/** What the order's page reads and what it writes. */
import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { carryOut } from '@/api/commands';
import { useCommand } from '@/api/query';

export type Trouble = Schemas['ExceptionAnswer'];

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) => ask(http.GET('/v1/orders/{order_id}', { params: { path: { order_id: id } }, signal })),
  });

/** Decisions are never changed, but each costs some milliseconds to run again: read once, and with a new plan. */
export const decisionsQuery = (id: string, made: string) =>
  queryOptions({
    queryKey: ['decisions', id, made],
    queryFn: ({ signal }) => ask(http.GET('/v1/orders/{order_id}/decisions', { params: { path: { order_id: id } }, signal })),
    staleTime: Infinity,
    placeholderData: (before) => before,
  });

export const troublesQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'exceptions'],
    queryFn: ({ signal }) => ask(http.GET('/v1/exceptions', { params: { query: { order: id, state: 'open' } as never }, signal })),
  });

const headers = (version: number | null) => (version === null ? {} : { 'If-Match': `"${version}"` });

export interface HoldInput {
  kind: Schemas['HoldKind'];
  reason: string;
  until: string | null;
  /** The version that was looked at; null: whatever it is. */
  version: number | null;
}

export interface CancelInput {
  lines: { line: number; quantity: number }[];
  reason: string;
  version: number | null;
}

/** Everything that can be done to an order from its page. */
export function useOrderCommands(id: string) {
  const client = useQueryClient();
  const path = { order_id: id };
  const keep = (order: Schemas['OrderAnswer']) => client.setQueryData(['order', id], order);
  const again = () => client.invalidateQueries({ queryKey: ['order', id] });
  return {
    hold: useCommand(
      ({ version, ...body }: HoldInput, key) =>
        ask(http.POST('/v1/orders/{order_id}/hold', { params: { path, header: { 'Idempotency-Key': key } }, body, headers: headers(version) })),
      keep,
    ),
    unhold: useCommand(
      ({ version, kind, reason }: HoldInput, key) =>
        ask(http.POST('/v1/orders/{order_id}/unhold', { params: { path, header: { 'Idempotency-Key': key } }, body: { kind, reason }, headers: headers(version) })),
      keep,
    ),
    cancel: useCommand(
      ({ version, lines, reason }: CancelInput, key) =>
        ask(http.POST('/v1/orders/{order_id}/cancel', { params: { path, header: { 'Idempotency-Key': key } }, body: { lines, reason }, headers: headers(version) })),
      keep,
    ),
    note: useCommand(
      (body: { text: string; mentions: string[] }, key) =>
        ask(http.POST('/v1/orders/{order_id}/notes', { params: { path, header: { 'Idempotency-Key': key } }, body })),
      again,
    ),
    changeNote: useCommand(
      ({ note, ...body }: { note: string; text: string; mentions: string[] }, key) =>
        ask(http.PUT('/v1/orders/{order_id}/notes/{note}', { params: { path: { ...path, note }, header: { 'Idempotency-Key': key } }, body })),
      again,
    ),
    takeBack: useCommand(
      (note: string, key) =>
        ask(http.DELETE('/v1/orders/{order_id}/notes/{note}', { params: { path: { ...path, note }, header: { 'Idempotency-Key': key } } })),
      again,
    ),
    choose: useCommand(
      ({ choice, values }: { choice: Schemas['ChoiceShown']; values: Record<string, unknown> }, key) =>
        carryOut<Schemas['ResolvedAnswer']>(choice, values, key),
      () => Promise.all([again(), client.invalidateQueries({ queryKey: ['exceptions'] })]),
    ),
  };
}

export type OrderCommands = ReturnType<typeof useOrderCommands>;

export const previewQuery = (id: string, version: number, lines: CancelInput['lines']) =>
  queryOptions({
    queryKey: ['order', id, 'cancel', version, lines],
    queryFn: ({ signal }) =>
      ask(http.POST('/v1/orders/{order_id}/cancel/preview', { params: { path: { order_id: id } }, body: { lines: lines.length ? lines : null }, signal })),
    placeholderData: (before) => before,
    staleTime: 0,
  });
