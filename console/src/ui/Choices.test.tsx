import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { Choices, type ChoiceItem } from './Choices';

const again: ChoiceItem = { id: 'again', label: 'Plan again', says: 'Looks once more.', fields: [] };
const cancel: ChoiceItem = {
  id: 'cancel', label: 'Cancel units', says: 'They are gone.', final: true,
  fields: [{ name: 'reason', kind: 'text', label: 'Reason', value: 'sold out' }],
};
const count: ChoiceItem = { id: 'count', label: 'Count', says: 'Books it.', fields: [{ name: 'quantity', kind: 'number', label: 'Units', value: '' }] };
const locked: ChoiceItem = { id: 'pause', label: 'Pause', says: 'Nothing new.', lacks: 'network:write', fields: [] };

function shown(choices: ChoiceItem[]) {
  const onChoose = vi.fn<(id: string, values: Record<string, string | number>) => void>();
  render(
    <MantineProvider>
      <Choices label="What can be done" choices={choices} keys onChoose={onChoose} />
    </MantineProvider>,
  );
  return { onChoose, user: userEvent.setup() };
}

describe('choices', { timeout: 20_000 }, () => {
  it('does at once what asks for nothing, by its key', async () => {
    const { onChoose, user } = shown([again, cancel]);
    await user.keyboard('1');
    expect(onChoose).toHaveBeenCalledWith('again', {});
  });
  it('asks first for what must be told, with what stands there unless told', async () => {
    const { onChoose, user } = shown([again, cancel]);
    await user.keyboard('2');
    expect(onChoose).not.toHaveBeenCalled();
    expect(await screen.findByLabelText('Reason')).toHaveValue('sold out');
    await user.click(screen.getAllByText('Cancel units').at(-1)!);
    expect(onChoose).toHaveBeenCalledWith('cancel', { reason: 'sold out' });
  });
  it('does nothing while something is not told', async () => {
    const { onChoose, user } = shown([count]);
    await user.keyboard('1');
    const done = screen.getAllByText('Count').at(-1)!.closest('button')!;
    expect(done).toBeDisabled();
    await user.type(screen.getByLabelText('Units'), '0');
    await user.click(done);
    expect(onChoose).toHaveBeenCalledWith('count', { quantity: 0 });
  });
  it('says which permission is missing, and does nothing', async () => {
    const { onChoose, user } = shown([locked]);
    await user.keyboard('1');
    expect(onChoose).not.toHaveBeenCalled();
    expect(screen.getByRole('button')).toBeDisabled();
    expect(screen.getByText(/network:write/)).toBeInTheDocument();
  });
  it('closes its form with Escape', async () => {
    const { user } = shown([cancel]);
    await user.keyboard('1');
    await screen.findByLabelText('Reason');
    await user.keyboard('{Escape}');
    expect(screen.queryByLabelText('Reason')).not.toBeInTheDocument();
  });
});
