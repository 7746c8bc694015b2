/** What this feature reads and asks for. */
import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { useCommand } from '@/api/query';

export const WORKING_MS = 700;
const RUNNING = new Set(['checking', 'running']);

export interface JobsAsked {
  kind?: Schemas['JobKind'];
  open?: boolean;
  cursor?: string;
}

export const jobsQuery = (asked: JobsAsked) =>
  queryOptions({
    queryKey: ['jobs', 'list', asked],
    queryFn: ({ signal }) => ask(http.GET('/v1/jobs', { params: { query: { kind: asked.kind ? [asked.kind] : undefined, open: asked.open, cursor: asked.cursor, limit: 50 } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some((job) => job.state === 'running' || job.state === 'waiting') ? 1_500 : false),
  });

export const importsQuery = () =>
  queryOptions({
    queryKey: ['jobs', 'imports'],
    queryFn: ({ signal }) => ask(http.GET('/v1/imports', { params: { query: { limit: 50 } }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.some((file) => RUNNING.has(file.state)) ? 1_500 : false),
  });

export const kindsQuery = () =>
  queryOptions({
    queryKey: ['jobs', 'kinds'],
    queryFn: ({ signal }) => ask(http.GET('/v1/imports/kinds', { signal })),
    staleTime: 60_000,
  });

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['jobs', 'import', id],
    queryFn: ({ signal }) => ask(http.GET('/v1/imports/{import}', { params: { path: { import: id } }, signal })),
    refetchInterval: ({ state }) => (state.data && RUNNING.has(state.data.state) ? WORKING_MS : false),
  });

export const rejectsQuery = (id: string, of: 'run' | 'dry-run', settled: string) =>
  queryOptions({
    queryKey: ['jobs', 'rejects', id, of, settled],
    queryFn: ({ signal }) => ask(http.GET('/v1/imports/{import}/rejects', { params: { path: { import: id }, query: { of, limit: 50 } }, signal })),
    placeholderData: keepPreviousData,
  });

export const rejectsFile = (id: string, of: 'run' | 'dry-run') => `/v1/imports/${id}/rejects.csv?of=${of}`;

const header = (key: string) => ({ 'Idempotency-Key': key });

/** What can be asked of an import: mapped, rehearsed, run, canceled. */
export function useImport(id: string) {
  const client = useQueryClient();
  const params = { path: { import: id } };
  const after = () => client.invalidateQueries({ queryKey: ['jobs'] });
  const map = useCommand<Schemas['MappingBody'], Schemas['FileDetail']>(
    (body, key) => ask(http.PUT('/v1/imports/{import}/mapping', { params: { ...params, header: header(key) }, body })),
    after,
  );
  const check = useCommand<void, Schemas['FileAnswer']>((_, key) => ask(http.POST('/v1/imports/{import}/dry-run', { params: { ...params, header: header(key) } })), after);
  const run = useCommand<void, Schemas['FileAnswer']>((_, key) => ask(http.POST('/v1/imports/{import}/run', { params: { ...params, header: header(key) } })), after);
  const cancel = useCommand<void, Schemas['FileAnswer']>((_, key) => ask(http.POST('/v1/imports/{import}/cancel', { params: { ...params, header: header(key) } })), after);
  return { map, check, run, cancel };
}

export function useCancelJob() {
  const client = useQueryClient();
  return useCommand<Schemas['Job'], Schemas['Job']>(
    (job, key) => ask(http.POST('/v1/jobs/{kind}/{job}/cancel', { params: { path: { kind: job.kind, job: job.id }, header: { 'Idempotency-Key': key } } })),
    () => client.invalidateQueries({ queryKey: ['jobs'] }),
  );
}

export interface FeedsAsked {
  source?: string;
  node?: string;
}

export const feedsQuery = (asked: FeedsAsked, stale: boolean) =>
  infiniteQueryOptions({
    queryKey: ['feeds', asked, stale],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => ask(http.GET('/v1/inventory/feeds', { params: { query: { ...asked, stale, limit: 200, cursor: pageParam || undefined } }, signal })),
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 5_000,
  });

export interface EventsAsked {
  types: string[];
  order?: string;
  subject?: string;
  text?: string;
  from?: string;
}

const NEWEST = 2 ** 53 - 1;

export const eventsQuery = (asked: EventsAsked) =>
  infiniteQueryOptions({
    queryKey: ['events', asked],
    initialPageParam: NEWEST,
    queryFn: ({ pageParam, signal }) => ask(http.GET('/v1/events', { params: { query: { ...asked, types: asked.types.length ? [asked.types.join(',')] : undefined, before: pageParam, limit: 100 } }, signal })),
    getNextPageParam: (page) => page.cursor ?? undefined,
    staleTime: Infinity,
  });

export const eventTypesQuery = () =>
  queryOptions({
    queryKey: ['event-types'],
    queryFn: ({ signal }) => ask(http.GET('/v1/events/types', { signal })),
    staleTime: Infinity,
  });

export const eventQuery = (sequence: number) =>
  queryOptions({
    queryKey: ['event', sequence],
    queryFn: async ({ signal }) => (await ask(http.GET('/v1/events', { params: { query: { before: sequence + 1, limit: 1 } }, signal }))).events[0] ?? null,
    staleTime: Infinity,
  });

export const webhooksQuery = () =>
  queryOptions({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => ask(http.GET('/v1/webhooks', { params: { query: { limit: 200 } }, signal })),
    refetchInterval: 10_000,
  });

export const deliveriesQuery = (webhook: string, state: Schemas['DeliveryState'] | undefined, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['webhooks', webhook, 'deliveries', state ?? '', cursor ?? ''],
    queryFn: ({ signal }) => ask(http.GET('/v1/webhooks/{webhook}/deliveries', { params: { path: { webhook }, query: { state, cursor, limit: 50 } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
  });

/** What can be done about deliveries: one tried again, or all that were given up; the endpoint turned on. */
export function useWebhook(webhook: string) {
  const client = useQueryClient();
  const after = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  const retry = useCommand<number | null, Schemas['RetryAnswer']>((sequence, key) => {
    const header = { 'Idempotency-Key': key };
    if (sequence === null) return ask(http.POST('/v1/webhooks/{webhook}/retry', { params: { path: { webhook }, header } }));
    return ask(http.POST('/v1/webhooks/{webhook}/deliveries/{sequence}/retry', { params: { path: { webhook, sequence: String(sequence) }, header } }));
  }, after);
  const enable = useCommand<Schemas['WebhookAnswer'], Schemas['WebhookAnswer']>((row, key) => {
    const body = { url: row.url, types: row.types, channels: row.channels, enabled: true, secret: null };
    return ask(http.PUT('/v1/webhooks/{webhook}', { params: { path: { webhook }, header: { 'Idempotency-Key': key } }, body }));
  }, after);
  return { retry, enable };
}
