/** The session: who is signed in, what they may do; signing in and out. */
import { queryOptions, useQueryClient, useSuspenseQuery, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { mintKey } from './keys';
import { ApiError, problemOf, unreachable } from './problem';
import { csrfToken, keepCsrf, whenSignedOut } from './signed';

export type Role = 'administrator' | 'operations' | 'agent' | 'associate' | 'viewer';

export interface Session {
  user: { id: string; login: string; name: string; role: Role; nodes: string[] | null };
  market: string;
  scopes: string[];
  csrf: string;
  expires_at: string;
}

const PATH = '/v1/session';

/** A call to a path by hand; the client's types are for all others. */
export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal, key = mintKey()): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const token = csrfToken();
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && token) headers['x-csrf-token'] = token;
  if (method !== 'GET') headers['idempotency-key'] = key;
  const answer = await fetch(path, { method, headers, signal, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body) }).catch(
    (cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
      throw unreachable(cause);
    },
  );
  const text = await answer.text();
  const told: unknown = text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  if (!answer.ok) throw problemOf(answer, told);
  return told as T;
}

/** `null`: nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return kept(await send<Session>('GET', PATH, undefined, signal));
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 401) return kept(null);
      throw fault;
    }
  },
  staleTime: 5 * 60_000,
  gcTime: Infinity,
});

function kept(session: Session | null): Session | null {
  keepCsrf(session?.csrf ?? null);
  return session;
}

/** From now on a 401 anywhere means: signed out, show the sign-in page and come back after it. */
export function watchSession(client: QueryClient): void {
  whenSignedOut(() => {
    if (client.getQueryData(sessionQuery.queryKey) !== null) client.setQueryData(sessionQuery.queryKey, kept(null));
  });
}

export function useSession(): Session | null {
  return useSuspenseQuery(sessionQuery).data;
}

export interface Signing {
  signIn: (login: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** Ends every other session; this one goes on as a new one. */
  changePassword: (current: string, next: string) => Promise<void>;
}

/** Signing in and out; either forgets everything that was read for somebody else. */
export function useSigning(): Signing {
  const client = useQueryClient();
  return useMemo(() => {
    const become = (session: Session | null) => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
      client.setQueryData(sessionQuery.queryKey, kept(session));
    };
    return {
      signIn: async (login, password) => become(await send<Session>('POST', PATH, { login, password })),
      signOut: async () => {
        await send('DELETE', PATH);
        become(null);
      },
      changePassword: async (current, next) => {
        client.setQueryData(sessionQuery.queryKey, kept(await send<Session>('PUT', `${PATH}/password`, { current, new: next })));
      },
    };
  }, [client]);
}

/** Whether the session may do this. The server enforces it; the faces only leave out what it would refuse. */
export function allows(session: Session | null, scope: string | undefined): boolean {
  if (!session) return false;
  return !scope || session.scopes.includes(scope) || session.scopes.includes('admin');
}

export function useAllowed(scope: string | undefined): boolean {
  return allows(useSession(), scope);
}
