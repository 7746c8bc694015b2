import { renderHook, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { parseSearch, stringifySearch } from './address';
import { keyCaps, useKeys, useShortcuts, type Shortcut } from './keys';

const shortcut = (keys: string, typing = false): Shortcut & { run: ReturnType<typeof vi.fn> } => ({ keys, label: keys, typing, run: vi.fn<() => void>() });

function Part({ group, shortcuts }: { group: string; shortcuts: Shortcut[] }) {
  useKeys(group, shortcuts);
  return (
    <>
      <input aria-label={`field of ${group}`} />
      <button type="button">press</button>
    </>
  );
}

test('one key, a sequence, and a chord each run their own', async () => {
  const person = userEvent.setup();
  const [j, go, palette] = [shortcut('j'), shortcut('g o'), shortcut('mod+k', true)];
  render(<Part group="a" shortcuts={[j, go, palette]} />);
  await person.keyboard('j');
  expect(j.run).toHaveBeenCalledOnce();
  await person.keyboard('g');
  await person.keyboard('o');
  expect(go.run).toHaveBeenCalledOnce();
  await person.keyboard('{Control>}k{/Control}');
  expect(palette.run).toHaveBeenCalledOnce();
});

test('a shifted sign is the sign; a shifted letter is another key', async () => {
  const person = userEvent.setup();
  const [help, x, range] = [shortcut('?'), shortcut('x'), shortcut('Shift+x')];
  render(<Part group="a" shortcuts={[help, x, range]} />);
  await person.keyboard('{Shift>}?{/Shift}');
  expect(help.run).toHaveBeenCalledOnce();
  await person.keyboard('{Shift>}x{/Shift}');
  expect(range.run).toHaveBeenCalledOnce();
  expect(x.run).not.toHaveBeenCalled();
});

test('while typing only what says so acts, and Enter on a button is the button’s', async () => {
  const person = userEvent.setup();
  const [j, palette, enter] = [shortcut('j'), shortcut('mod+k', true), shortcut('Enter')];
  render(<Part group="a" shortcuts={[j, palette, enter]} />);
  await person.type(screen.getByLabelText('field of a'), 'j{Control>}k{/Control}');
  expect(j.run).not.toHaveBeenCalled();
  expect(palette.run).toHaveBeenCalledOnce();
  screen.getByRole('button').focus();
  await person.keyboard('{Enter}');
  expect(enter.run).not.toHaveBeenCalled();
});

test('the later part wins, and gives way when it goes', async () => {
  const person = userEvent.setup();
  const [outer, inner] = [shortcut('Escape'), shortcut('Escape')];
  render(<Part group="page" shortcuts={[outer]} />);
  const over = render(<Part group="drawer" shortcuts={[inner]} />);
  await person.keyboard('{Escape}');
  expect(inner.run).toHaveBeenCalledOnce();
  over.unmount();
  await person.keyboard('{Escape}');
  expect(inner.run).toHaveBeenCalledOnce();
  expect(outer.run).toHaveBeenCalledOnce();
});

test('the help sheet lists what is there now', () => {
  render(<Part group="orders" shortcuts={[shortcut('j')]} />);
  const { result } = renderHook(() => useShortcuts());
  expect(result.current.map((layer) => layer.group)).toEqual(['orders']);
  expect(keyCaps('mod+k')).toEqual(['Ctrl', 'K']);
  expect(keyCaps('g o')).toEqual(['G', 'O']);
});

test('an address says its filters plainly, and is read as it was written', () => {
  const search = { status: ['held', 'open'], q: 'ana & co', page: undefined, open: '' };
  expect(stringifySearch(search)).toBe('?status=held&status=open&q=ana+%26+co');
  expect(parseSearch('?status=held&status=open&q=ana+%26+co')).toEqual({ status: ['held', 'open'], q: 'ana & co' });
  expect(stringifySearch({})).toBe('');
});
