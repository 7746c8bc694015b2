/** Jobs over many orders: previewed, started, followed to their end, taken back. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { useCommand } from '@/api/query';
import { bodyOf, type Filters } from './model';

export type Job = Schemas['JobAnswer'];
export type Action = Schemas['Action'];
/** Orders picked by hand, or all that filters find. */
export type Target = { ids: string[] } | { filters: Filters };

export interface Asked {
  action: Action;
  target: Target;
  reason: string;
  kind: Schemas['HoldKind'];
}

const FOLLOWED_EVERY_MS = 400;

const body = ({ action, target, reason, kind }: Asked): Schemas['BulkBody'] =>
  ({ action, reason, kind, ...('ids' in target ? { ids: target.ids } : { filter: bodyOf(target.filters) }) }) as Schemas['BulkBody'];

export function usePreview(action: Action, target: Target, kind: Schemas['HoldKind']) {
  return useQuery({
    queryKey: ['orders', 'preview', action, target, kind],
    queryFn: ({ signal }) => ask(http.POST('/v1/orders/bulk/preview', { body: body({ action, target, kind, reason: 'preview' }), signal })),
    gcTime: 0,
    staleTime: 0,
  });
}

export function useJobCommands() {
  const client = useQueryClient();
  const known = (job: Job) => {
    client.setQueryData(['job', job.id], job);
    return client.invalidateQueries({ queryKey: ['jobs'] });
  };
  const start = useCommand((asked: Asked, key) => ask(http.POST('/v1/orders/bulk', { params: { header: { 'Idempotency-Key': key } }, body: body(asked) })), known);
  const undo = useCommand((job: string, key) => ask(http.POST('/v1/orders/bulk/{job}/undo', { params: { path: { job }, header: { 'Idempotency-Key': key } }, body: { reason: 'taken back' } })), known);
  const stop = useCommand((job: string, key) => ask(http.POST('/v1/orders/bulk/{job}/stop', { params: { path: { job }, header: { 'Idempotency-Key': key } } })), known);
  return { start, undo, stop };
}

export const ended = (job: Job | undefined): boolean => !!job?.ended_at;

/** A job, read again and again until it has ended. */
export function useJob(id: string) {
  return useQuery({
    queryKey: ['job', id],
    queryFn: ({ signal }) => ask(http.GET('/v1/orders/bulk/{job}', { params: { path: { job: id } }, signal })),
    refetchInterval: (query) => (ended(query.state.data) ? false : FOLLOWED_EVERY_MS),
  });
}

export const doneOf = (job: Job): number => job.changed + job.skipped + job.failed;

/** Orders per second, and seconds that are left at that pace; null before there is a pace. */
export function paceOf(job: Job, now: number): { rate: number; leftS: number } | null {
  const seconds = (now - Date.parse(job.made_at)) / 1000;
  const done = doneOf(job);
  if (seconds < 1 || !done) return null;
  const rate = done / seconds;
  return { rate, leftS: Math.max(0, job.expected - done) / rate };
}
