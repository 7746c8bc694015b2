import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { Check, Columns3 } from 'lucide-react';
import { say } from '@/i18n';
import type { Column } from './DataTable';

/** The chosen columns, in the table's own order; `chosen` undefined: all but those that are off by default. */
export function shownColumns<T>(columns: readonly Column<T>[], chosen: readonly string[] | undefined): Column<T>[] {
  if (!chosen) return [...columns];
  const shown = columns.filter((column) => chosen.includes(column.key));
  return shown.length ? shown : [...columns];
}

interface Props<T> {
  columns: readonly Column<T>[];
  chosen: readonly string[] | undefined;
  onChosen: (keys: string[] | undefined) => void;
  density: 'cozy' | 'compact';
  onDensity: (density: 'cozy' | 'compact') => void;
}

/** How a table is shown: which columns, how high its rows. The person's own; remembered by who asks. */
export function ColumnChooser<T>({ columns, chosen, onChosen, density, onDensity }: Props<T>) {
  const keys = chosen ?? columns.map((column) => column.key);
  const flip = (key: string) => {
    const next = keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key];
    if (next.length) onChosen(next);
  };
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Tooltip label={say('table.columns')}>
          <ActionIcon size={30} variant="default" aria-label={say('table.columns')}>
            <Columns3 size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflow: 'auto' }}>
        <Menu.Label>{say('table.density')}</Menu.Label>
        {(['cozy', 'compact'] as const).map((each) => (
          <Item key={each} on={density === each} radio onClick={() => onDensity(each)}>
            {say(`table.${each}`)}
          </Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{say('table.columns')}</Menu.Label>
        {columns.map((column) => (
          <Item key={column.key} on={keys.includes(column.key)} onClick={() => flip(column.key)}>
            {column.title}
          </Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onChosen(undefined)}>{say('table.reset')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Item({ on, radio, onClick, children }: { on: boolean; radio?: boolean; onClick: () => void; children: string }) {
  return (
    <Menu.Item role={radio ? 'menuitemradio' : 'menuitemcheckbox'} aria-checked={on} onClick={onClick} leftSection={<Check size={14} aria-hidden style={{ visibility: on ? 'visible' : 'hidden' }} />}>
      {children}
    </Menu.Item>
  );
}
