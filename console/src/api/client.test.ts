import { renderHook, waitFor } from '@testing-library/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { createElement, type ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { ask, http } from './client';
import { ApiError } from './problem';
import { newQueryClient, useCommand } from './query';
import { keepCsrf, whenSignedOut } from './signed';

const answers = (...all: (() => Response | Promise<Response>)[]) => {
  const fetch = vi.fn<(request: Request) => Promise<Response>>();
  all.forEach((answer) => fetch.mockImplementationOnce(async () => answer()));
  vi.stubGlobal('fetch', fetch);
  return fetch;
};
const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers } });
const problem = (status: number, more: object = {}) =>
  json(status, { type: `https://e.example/problems/too-late`, title: 'It is too late', status, detail: 'it has left', errors: [], retryable: false, ...more });

afterEach(() => {
  vi.unstubAllGlobals();
  keepCsrf(null);
  whenSignedOut(() => {});
});

test('a refusal is an error that knows its code and its fields', async () => {
  answers(() => problem(422, { errors: [{ pointer: '/lines/0/quantity', detail: 'is less than 1' }] }));
  const fault = await ask(http.GET('/v1/nodes')).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ApiError);
  expect(fault).toMatchObject({ status: 422, code: 'too-late', detail: 'it has left', retryable: false });
  expect((fault as ApiError).field('/lines/0/quantity')).toBe('is less than 1');
});

test('which permission is missing is known', async () => {
  answers(() => problem(403, { detail: "'Vic Stone' lacks orders:write" }));
  const fault = (await ask(http.GET('/v1/nodes')).catch((error: unknown) => error)) as ApiError;
  expect(fault.forbidden).toBe(true);
  expect(fault.missingScope).toBe('orders:write');
});

test('what does not arrive may be sent again', async () => {
  answers(() => Promise.reject(new TypeError('failed to fetch')));
  const fault = await ask(http.GET('/v1/nodes')).catch((error: unknown) => error);
  expect(fault).toMatchObject({ offline: true, retryable: true });
});

test('only writes carry the token against forgery', async () => {
  keepCsrf('token-1');
  const fetch = answers(
    () => json(200, {}),
    () => json(200, {}),
  );
  await http.GET('/v1/nodes');
  await http.POST('/v1/orders/{order_id}/cancel', { params: { path: { order_id: '1' } }, body: { reason: 'x' } as never });
  expect(fetch.mock.calls[0]![0].headers.get('x-csrf-token')).toBeNull();
  expect(fetch.mock.calls[1]![0].headers.get('x-csrf-token')).toBe('token-1');
});

test('a 401 anywhere means signed out', async () => {
  const out = vi.fn<() => void>();
  whenSignedOut(out);
  answers(() => problem(401));
  await http.GET('/v1/nodes');
  expect(out).toHaveBeenCalledOnce();
});

test('an intent keeps its key over retries, and the next has another', async () => {
  const client = newQueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => createElement(QueryClientProvider, { client }, children);
  const keys: string[] = [];
  const send = vi
    .fn<(input: string, key: string) => Promise<string>>()
    .mockImplementationOnce(async (_, key) => {
      keys.push(key);
      throw new ApiError(503, 'overloaded', 'Too much at once', '', true, [], 1);
    })
    .mockImplementation(async (_, key) => {
      keys.push(key);
      return 'done';
    });
  const { result } = renderHook(() => useCommand(send), { wrapper });
  await expect(result.current.run('hold')).resolves.toBe('done');
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
  await waitFor(() => expect(result.current.pending).toBe(false));
  await result.current.again();
  expect(keys[2]).toBe(keys[0]);
  await result.current.run('hold');
  expect(keys[3]).not.toBe(keys[0]);
});

test('a refusal that will not change is not sent again', async () => {
  const client = newQueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => createElement(QueryClientProvider, { client }, children);
  const send = vi.fn<(input: string, key: string) => Promise<string>>().mockRejectedValue(new ApiError(409, 'too-late', 'It is too late', '', false));
  const { result } = renderHook(() => useCommand(send), { wrapper });
  await expect(result.current.run('cancel')).rejects.toThrow('It is too late');
  expect(send).toHaveBeenCalledOnce();
});
