/** What the settings read and write. */
import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { useCommand, type Command } from '@/api/query';

export type User = Schemas['UserAnswer'];
export type UserMade = Schemas['UserMade'];
export type NewUser = Schemas['UserBody'];
export type UserPatch = Partial<Schemas['UserPatch']>;
export type Key = Schemas['KeyAnswer'];
export type KeyMade = Schemas['KeyMade'];
export type NewKey = Schemas['KeyBody'];
export type Scope = Schemas['Scope'];

const PAGE = 100;
const NODES_MAX = 2_000;

export const usersQuery = infiniteQueryOptions({
  queryKey: ['users'],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }) => ask(http.GET('/v1/users', { params: { query: { limit: PAGE, cursor: pageParam || undefined } }, signal })),
  getNextPageParam: (page) => page.next ?? undefined,
});

export const keysQuery = infiniteQueryOptions({
  queryKey: ['keys'],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }) => ask(http.GET('/v1/keys', { params: { query: { limit: PAGE, cursor: pageParam || undefined } }, signal })),
  getNextPageParam: (page) => page.next ?? undefined,
});

/** Every node's id and name: an associate is bound to some. */
export const nodesQuery = queryOptions({
  queryKey: ['nodes', 'names'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => {
    const found: { value: string; label: string }[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await ask(http.GET('/v1/nodes', { params: { query: { limit: 200, cursor: cursor ?? undefined } }, signal }));
      found.push(...page.items.map((node) => ({ value: node.node, label: node.name })));
      cursor = page.next;
    } while (cursor && found.length < NODES_MAX);
    return found;
  },
});

export function useCreateUser(): Command<NewUser, UserMade> {
  const client = useQueryClient();
  return useCommand(
    (body: NewUser, key) => ask(http.POST('/v1/users', { body, params: { header: { 'Idempotency-Key': key } } })),
    () => client.invalidateQueries({ queryKey: usersQuery.queryKey }),
  );
}

export interface Edit {
  user: User;
  patch: UserPatch;
}

/** A change to somebody as they were seen: where they have changed meanwhile it is refused (412). */
export function useChangeUser(): Command<Edit, UserMade> {
  const client = useQueryClient();
  return useCommand(
    ({ user, patch }: Edit, key) =>
      ask(
        http.PATCH('/v1/users/{user}', {
          body: { reset_password: false, ...patch },
          params: { path: { user: user.id }, header: { 'Idempotency-Key': key } },
          headers: { 'if-match': `"${user.version}"` },
        }),
      ),
    () => client.invalidateQueries({ queryKey: usersQuery.queryKey }),
  );
}

export function useCreateKey(): Command<NewKey, KeyMade> {
  const client = useQueryClient();
  return useCommand(
    (body: NewKey, key) => ask(http.POST('/v1/keys', { body, params: { header: { 'Idempotency-Key': key } } })),
    () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  );
}

export function useRevokeKey(): Command<Key, unknown> {
  const client = useQueryClient();
  return useCommand(
    (row: Key, key) => ask(http.DELETE('/v1/keys/{key}', { params: { path: { key: row.id }, header: { 'Idempotency-Key': key } } })),
    () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  );
}
