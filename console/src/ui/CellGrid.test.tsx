import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { CellGrid } from './CellGrid';
import type { Spot } from './span';

const rowHead = (row: number) => `row ${row}`;
const columnHead = (column: number) => `column ${column}`;
const cell = (row: number, column: number) => (column === 1 ? undefined : { lines: `${row}.${column}`, tone: 'red' as const });

function Grid({ rows = 1_000, onOpen = vi.fn() }: { rows?: number; onOpen?: (spot: Spot) => void }) {
  const [cursor, setCursor] = useState<Spot>({ row: 0, column: 0 });
  return (
    <CellGrid
      label="Units"
      rows={rows}
      columns={50}
      rowHeight={30}
      columnWidth={80}
      headWidth={200}
      headHeight={40}
      corner="SKU"
      rowHead={rowHead}
      columnHead={columnHead}
      cell={cell}
      cursor={cursor}
      onCursor={setCursor}
      onOpen={onOpen}
      onRows={() => {}}
    />
  );
}

describe('a grid of cells', () => {
  it('has what is in view in the page, and says how large it is', () => {
    render(<Grid />);
    const grid = screen.getByRole('grid', { name: 'Units' });
    expect(grid).toHaveAttribute('aria-rowcount', '1001');
    expect(grid).toHaveAttribute('aria-colcount', '51');
    expect(screen.getAllByRole('gridcell').length).toBeLessThan(100);
    expect(screen.getByText('2.2').closest('[role=row]')).toHaveAttribute('aria-rowindex', '4');
  });

  it('moves its cursor by arrows and opens what it is on', async () => {
    const onOpen = vi.fn();
    render(<Grid onOpen={onOpen} />);
    const grid = screen.getByRole('grid');
    grid.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}{ArrowRight}');
    const at = document.getElementById(grid.getAttribute('aria-activedescendant')!)!;
    expect(at).toHaveTextContent('2.2');
    expect(at).toHaveAttribute('data-cursor');
    await userEvent.keyboard('{Enter}');
    expect(onOpen).toHaveBeenCalledWith({ row: 2, column: 2 });
  });

  it('tells a cell that is empty from one that is none', () => {
    render(<Grid />);
    expect(screen.getByText('0.0')).toHaveAttribute('data-tone', 'red');
    expect(screen.getAllByRole('gridcell')[1]).toHaveAttribute('data-empty');
  });

  it('opens the cell that is clicked', async () => {
    const onOpen = vi.fn();
    render(<Grid onOpen={onOpen} />);
    await userEvent.click(screen.getByText('1.2'));
    expect(onOpen).toHaveBeenCalledWith({ row: 1, column: 2 });
  });
});
