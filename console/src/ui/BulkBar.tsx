import { ActionIcon, Tooltip } from '@mantine/core';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { say } from '@/i18n';

interface Props {
  count: number;
  /** How many match the filters in all; where that is more than is selected they can all be taken. */
  matching?: number;
  onAll?: () => void;
  onClear: () => void;
  children: ReactNode;
}

/** What can be done with the selected rows; it stands over the foot of the table while some are selected. */
export function BulkBar({ count, matching, onAll, onClear, children }: Props) {
  if (!count) return null;
  return (
    <div className="bulkbar" role="toolbar" aria-label={say('selected', { count })}>
      <span className="strong nowrap" aria-live="polite">
        {say('selected', { count })}
      </span>
      {onAll && matching !== undefined && matching > count && (
        <button type="button" className="reset" style={{ color: 'var(--accent-ink)', fontWeight: 550 }} onClick={onAll}>
          {say('select_all_matching', { count: matching })}
        </button>
      )}
      <span className="row wrap">{children}</span>
      <Tooltip label={say('clear_selection')}>
        <ActionIcon onClick={onClear} aria-label={say('clear_selection')}>
          <X size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
