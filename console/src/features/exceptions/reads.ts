import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { carryOut } from '@/api/commands';
import { useCommand } from '@/api/query';

export type Trouble = Schemas['ExceptionAnswer'];
export type Queue = Schemas['QueueAnswer'];
export type State = Schemas['Attention'];

export const LIST_MAX = 100;

export const queuesQuery = queryOptions({
  queryKey: ['exceptions', 'queues'],
  queryFn: ({ signal }) => ask(http.GET('/v1/exceptions/queues', { signal })),
  refetchInterval: 60_000, // what is late becomes so without an event
});

export interface Wanted {
  kind: string | null;
  state: State;
  mine: boolean;
}

export const listQuery = ({ kind, state, mine }: Wanted) =>
  queryOptions({
    queryKey: ['exceptions', 'list', kind, state, mine],
    queryFn: ({ signal }) =>
      ask(
        http.GET('/v1/exceptions', {
          params: { query: { state, limit: LIST_MAX, ...(kind ? { kind } : {}), ...(mine ? { assignee: 'me' } : {}) } as never },
          signal,
        }),
      ),
  });

export const oneQuery = (id: string) =>
  queryOptions({
    queryKey: ['exceptions', 'one', id],
    queryFn: ({ signal }) => ask(http.GET('/v1/exceptions/{exception_id}', { params: { path: { exception_id: id } }, signal })),
  });

export function useExceptionCommands() {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: ['exceptions'] });
  /** The next card is there at once: what is dealt with need not be read again to be gone. */
  const gone = (id: string) =>
    client.setQueriesData<Schemas['ExceptionsAnswer']>({ queryKey: ['exceptions', 'list'] }, (list) => list && { ...list, items: list.items.filter((each) => each.id !== id) });
  return {
    choose: useCommand(
      ({ choice, values }: { choice: Schemas['ChoiceShown']; values: Record<string, unknown> }, key) => carryOut<Schemas['ResolvedAnswer']>(choice, values, key),
      (done) => {
        if (!done.open) gone(done.id);
        return again();
      },
    ),
    assign: useCommand(
      ({ id, to }: { id: string; to?: string | null }, key) =>
        ask(
          http.POST('/v1/exceptions/{exception_id}/assign', {
            params: { path: { exception_id: id }, header: { 'Idempotency-Key': key } },
            body: (to === undefined ? {} : { to }) as never,
          }),
        ),
      again,
    ),
    snooze: useCommand(
      ({ id, until }: { id: string; until: string | null }, key) =>
        ask(http.POST('/v1/exceptions/{exception_id}/snooze', { params: { path: { exception_id: id }, header: { 'Idempotency-Key': key } }, body: { until } })),
      (_, { id }) => {
        gone(id);
        return again();
      },
    ),
  };
}

export type ExceptionCommands = ReturnType<typeof useExceptionCommands>;
