import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { expect, it, vi } from 'vitest';
import { sessionQuery, type Session } from '@/api/session';
import { KeyForm } from './KeyForm';
import { ShownOnce } from './ShownOnce';
import { UserForm } from './UserForm';
import { nodesQuery, type User } from './reads';
import { areas } from './scopes';

vi.setConfig({ testTimeout: 20_000 }); // a busy machine types slowly

const USER: User = {
  id: '1', login: 'mia', name: 'Mia', role: 'associate', nodes: ['store-1'], enabled: true, made_at: '2026-11-01T10:00:00Z', made_by: 'Ada', signed_in_at: null, version: 3,
};

function shown(children: ReactNode, scopes: string[] = ['admin']) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(sessionQuery.queryKey, { scopes } as Session);
  client.setQueryData(nodesQuery.queryKey, [
    { value: 'store-1', label: 'First store' },
    { value: 'store-2', label: 'Second store' },
  ]);
  return render(
    <QueryClientProvider client={client}>
      <MantineProvider env="test">{children}</MantineProvider>
    </QueryClientProvider>,
  );
}

it('asks an associate for a node, and sends none without', async () => {
  const submit = vi.fn();
  shown(<UserForm action="Add user" pending={false} error={null} onSubmit={submit} onCancel={() => {}} />);
  const user = userEvent.setup({ delay: null });
  await user.type(screen.getByLabelText(/^Login/), ' Mia@Example.com ');
  await user.type(screen.getByLabelText(/^Name/), 'Mia');
  await user.click(screen.getByRole('button', { name: 'Add user' }));
  expect(submit).toHaveBeenLastCalledWith({ login: 'mia@example.com', name: 'Mia', role: 'agent', nodes: null });

  await user.click(screen.getByRole('combobox', { name: /^Role/ }));
  await user.click(screen.getByRole('option', { name: 'Store associate' }));
  submit.mockClear();
  await user.click(screen.getByRole('combobox', { name: /^Nodes/ }));
  await user.click(screen.getByRole('option', { name: 'Second store' }));
  await user.click(screen.getByRole('button', { name: 'Add user' }));
  expect(submit).toHaveBeenCalledWith(expect.objectContaining({ role: 'associate', nodes: ['store-2'] }));
});

it('takes the nodes from whoever is no associate any more', async () => {
  const submit = vi.fn();
  shown(<UserForm user={USER} action="Save" pending={false} error={null} onSubmit={submit} onCancel={() => {}} />);
  const user = userEvent.setup({ delay: null });
  expect(screen.queryByLabelText(/^Login/)).toBeNull();
  await user.click(screen.getByRole('combobox', { name: /^Role/ }));
  await user.click(screen.getByRole('option', { name: 'Viewer' }));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(submit).toHaveBeenCalledWith({ login: 'mia', name: 'Mia', role: 'viewer', nodes: null });
});

it('chooses a key’s permissions area by area', async () => {
  const submit = vi.fn();
  shown(<KeyForm pending={false} error={null} onSubmit={submit} onCancel={() => {}} />);
  const user = userEvent.setup({ delay: null });
  await user.type(screen.getByLabelText(/^Name/), 'printer');
  await user.click(screen.getByRole('button', { name: 'Create key' }));
  expect(submit).not.toHaveBeenCalled();
  expect(screen.getByRole('alert')).toHaveTextContent('at least one permission');
  await user.click(screen.getByRole('checkbox', { name: 'Orders: Write' }));
  await user.click(screen.getByRole('checkbox', { name: 'Orders: Read' }));
  await user.click(screen.getByRole('button', { name: 'Create key' }));
  expect(submit).toHaveBeenLastCalledWith({ name: 'printer', scopes: ['orders:read', 'orders:write'] });
  await user.click(screen.getByRole('checkbox', { name: /^Everything/ }));
  await user.click(screen.getByRole('button', { name: 'Create key' }));
  expect(submit).toHaveBeenLastCalledWith({ name: 'printer', scopes: ['admin'] });
});

it('offers no permission that whoever asks does not have', () => {
  shown(<KeyForm pending={false} error={null} onSubmit={() => {}} onCancel={() => {}} />, ['keys:write', 'orders:read']);
  const boxes = within(screen.getByRole('group', { name: 'Permissions' })).getAllByRole('checkbox');
  expect(boxes.map((box) => box.getAttribute('aria-label'))).toEqual(['Orders: Read', 'Keys: Write']);
  expect(areas([])).toEqual([]);
});

it('says so where a secret was lost on the way', () => {
  const { rerender } = shown(<ShownOnce label="Key" secret="ent_x" once="Shown once." lost="Lost." onDone={() => {}} />);
  expect(screen.getByText('ent_x')).toBeInTheDocument();
  rerender(
    <MantineProvider>
      <ShownOnce label="Key" secret={null} once="Shown once." lost="Lost." onDone={() => {}} />
    </MantineProvider>,
  );
  expect(screen.queryByText('ent_x')).toBeNull();
  expect(screen.getByRole('alert')).toHaveTextContent('Lost.');
});
