import { MantineProvider } from '@mantine/core';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { DataTable, type Column } from './DataTable';

interface Row {
  id: string;
  name: string;
}

const ROWS: Row[] = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: `Row ${id}` }));
const COLUMNS: Column<Row>[] = [
  { key: 'name', title: 'Name', render: (row) => row.name, sort: 'name' },
  { key: 'count', title: 'Count', render: () => 7, num: true },
];

const nothing = () => {};

function Table({ rows = ROWS as Row[] | null, onOpen = nothing as (row: Row) => void, onSort = nothing as (sort: string) => void, sort = '', error = null as Error | null, retry = nothing }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return (
    <MantineProvider>
      <DataTable label="Things" rows={rows ?? undefined} columns={COLUMNS} id={(row) => row.id} sort={sort} onSort={onSort} onOpen={onOpen} selected={selected} onSelected={setSelected} error={error} retry={retry} empty="Nothing matches" />
      <output>{[...selected].sort().join(' ')}</output>
    </MantineProvider>
  );
}

const chosen = () => screen.getByRole('status').textContent;

test('a click selects one row, a click with Shift all between', async () => {
  const person = userEvent.setup();
  render(<Table />);
  await person.click(screen.getByLabelText('Select b'));
  expect(chosen()).toBe('b');
  await person.keyboard('{Shift>}');
  await person.click(screen.getByLabelText('Select d'));
  await person.keyboard('{/Shift}');
  expect(chosen()).toBe('b c d');
});

test('j and k move, x selects, Shift x selects up to here, Enter opens, Escape clears', async () => {
  const person = userEvent.setup();
  const onOpen = vi.fn<(row: Row) => void>();
  render(<Table onOpen={onOpen} />);
  await person.keyboard('jjx');
  expect(chosen()).toBe('b');
  await person.keyboard('jj{Shift>}x{/Shift}');
  expect(chosen()).toBe('b c d');
  await person.keyboard('k{Enter}');
  expect(onOpen).toHaveBeenCalledExactlyOnceWith(ROWS[2]);
  await person.keyboard('{Escape}');
  expect(chosen()).toBe('');
});

test('the head selects the page, and clears it again', async () => {
  const person = userEvent.setup();
  render(<Table />);
  const all = screen.getByLabelText('Select every row on this page');
  await person.click(all);
  expect(chosen()).toBe('a b c d e');
  await person.click(all);
  expect(chosen()).toBe('');
});

test('a head that sorts says how it is sorted and asks for the other way', async () => {
  const person = userEvent.setup();
  const onSort = vi.fn<(sort: string) => void>();
  render(<Table sort="-name" onSort={onSort} />);
  expect(screen.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'descending');
  expect(screen.getByRole('columnheader', { name: 'Count' })).not.toHaveAttribute('aria-sort');
  await person.click(screen.getByRole('button', { name: 'Name' }));
  expect(onSort).toHaveBeenCalledExactlyOnceWith('name');
});

test('typing in a field moves nothing', async () => {
  const person = userEvent.setup();
  const onOpen = vi.fn<(row: Row) => void>();
  render(
    <>
      <input aria-label="Search" />
      <Table onOpen={onOpen} />
    </>,
  );
  await person.type(screen.getByLabelText('Search'), 'jx{Enter}');
  expect(chosen()).toBe('');
  expect(onOpen).not.toHaveBeenCalled();
});

test('before the rows come there are bones, without them the reason, after a fault a retry', async () => {
  const person = userEvent.setup();
  const retry = vi.fn<() => void>();
  const { rerender } = render(<Table rows={null} />);
  expect(within(screen.getByRole('table')).queryByText('Nothing matches')).toBeNull();
  expect(document.querySelectorAll('.bone').length).toBeGreaterThan(5);
  rerender(<Table rows={[]} />);
  expect(screen.getByText('Nothing matches')).toBeVisible();
  rerender(<Table rows={null} error={new Error('the database did not answer')} retry={retry} />);
  expect(screen.getByRole('alert')).toHaveTextContent('the database did not answer');
  await person.click(screen.getByRole('button', { name: 'Try again' }));
  expect(retry).toHaveBeenCalledOnce();
});
