import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { csrfToken } from '@/api/signed';
import { sessionQuery } from '@/api/session';
import { SignIn } from './SignIn';

vi.setConfig({ testTimeout: 20_000 }); // a busy machine types slowly

const SESSION = { user: { id: '1', login: 'mia', name: 'Mia', role: 'agent', nodes: null }, market: 'default', scopes: ['orders:read'], csrf: 'c-1', expires_at: '2026-11-29T10:00:00Z' };
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers } });

let client: QueryClient;
const sent = vi.fn<typeof fetch>();

beforeEach(() => {
  client = new QueryClient();
  sent.mockReset();
  vi.stubGlobal('fetch', sent);
  render(
    <QueryClientProvider client={client}>
      <MantineProvider>
        <SignIn />
      </MantineProvider>
    </QueryClientProvider>,
  );
});

async function signIn(login: string, password: string) {
  const user = userEvent.setup({ delay: null });
  await user.type(screen.getByLabelText(/^Login/), login);
  await user.type(screen.getByLabelText(/^Password/), password);
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
}

it('sends what was typed and keeps the session with its CSRF token', async () => {
  client.setQueryData(['orders'], ['somebody else’s']);
  sent.mockResolvedValue(answer(201, SESSION));
  await signIn(' mia ', ' spaces count ');
  const [path, options] = sent.mock.calls[0]!;
  expect(path).toBe('/v1/session');
  expect(JSON.parse(options!.body as string)).toEqual({ login: 'mia', password: ' spaces count ' });
  expect(client.getQueryData(sessionQuery.queryKey)).toEqual(SESSION);
  expect(csrfToken()).toBe('c-1');
  expect(client.getQueryData(['orders'])).toBeUndefined();
});

it('does not say which of the two was wrong', async () => {
  sent.mockResolvedValue(answer(401, { type: 'x/problems/invalid-credentials', title: 'no' }));
  await signIn('mia', 'wrong');
  expect(await screen.findByRole('alert')).toHaveTextContent('Login and password do not match.');
  expect(screen.getByRole('button', { name: 'Sign in' })).toBeEnabled();
});

it('says when to come again', async () => {
  sent.mockResolvedValue(answer(429, { type: 'x/problems/too-many-attempts', title: 'no' }, { 'retry-after': '17' }));
  await signIn('mia', 'wrong');
  expect(await screen.findByRole('alert')).toHaveTextContent('Try again in 17 seconds.');
});

it('says that the server does not answer', async () => {
  sent.mockRejectedValue(new TypeError('failed'));
  await signIn('mia', 'right');
  expect(await screen.findByRole('alert')).toHaveTextContent('The server does not answer.');
});
