/** The one way to the server: typed by its OpenAPI document, signed in by cookie, refusals as `ApiError`. */
import createClient, { type Middleware } from 'openapi-fetch';
import { problemOf, unreachable } from './problem';
import type { components, paths } from './schema';
import { csrfToken, signedOut } from './signed';

export type Schemas = components['schemas'];

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Adds to a request what every one needs; where it is answered 401, the person is asked to sign in. */
const everyRequest: Middleware = {
  onRequest({ request }) {
    const token = csrfToken();
    if (token && !SAFE.has(request.method)) request.headers.set('x-csrf-token', token);
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401 && !new URL(request.url).pathname.endsWith('/v1/session')) signedOut();
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return unreachable(error);
  },
};

export const http = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  credentials: 'same-origin',
  fetch: (request) => globalThis.fetch(request),
});
http.use(everyRequest);

interface Told<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer of a call, or throws what the server refused: `await ask(http.GET('/v1/nodes', { signal }))`. */
export async function ask<T>(call: Promise<Told<T>>): Promise<NonNullable<T>> {
  const told = await call;
  if (!told.response.ok) throw problemOf(told.response, told.error);
  return told.data as NonNullable<T>;
}

/** The same with the answer's headers beside it, for an ETag or `Idempotency-Replayed`. */
export async function askWithHeaders<T>(call: Promise<Told<T>>): Promise<{ data: NonNullable<T>; headers: Headers }> {
  const told = await call;
  if (!told.response.ok) throw problemOf(told.response, told.error);
  return { data: told.data as NonNullable<T>, headers: told.response.headers };
}
