import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { BookmarkPlus, MoreHorizontal, X, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { number, say } from '@/i18n';

export interface SavedView {
  id: string;
  name: string;
  /** A text where it is a bound: `99+`. */
  count?: number | string;
  /** What can be done with it (rename, duplicate, delete): none for the ones that come with the house. */
  actions?: { label: string; icon: LucideIcon; run: () => void; danger?: boolean }[];
}

interface TabsProps {
  views: readonly SavedView[];
  current: string;
  /** Whether filters differ from the current view's. */
  unsaved?: boolean;
  onView: (id: string) => void;
  onSave?: () => void;
}

/** Saved views as tabs. A dot says that the filters are no longer the view's own. */
export function SavedViewTabs({ views, current, unsaved, onView, onSave }: TabsProps) {
  return (
    <nav className="tabs no-print" aria-label={say('views.label')}>
      {views.map((view) => {
        const on = view.id === current;
        return (
          <span key={view.id} className="row" style={{ gap: 0 }}>
            <button type="button" className="tab" aria-current={on ? 'page' : undefined} onClick={() => onView(view.id)}>
              {view.name}
              {view.count !== undefined && <span className="count">{typeof view.count === 'number' ? number(view.count) : view.count}</span>}
              {on && unsaved && <span className="dot" title={say('views.unsaved')} role="img" aria-label={say('views.unsaved')} />}
            </button>
            {on && view.actions?.length ? <ViewMenu view={view} /> : null}
          </span>
        );
      })}
      {onSave && (
        <Tooltip label={say('views.save')}>
          <ActionIcon size={28} onClick={onSave} aria-label={say('views.save')}>
            <BookmarkPlus size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </nav>
  );
}

function ViewMenu({ view }: { view: SavedView }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <ActionIcon size={24} aria-label={`${say('more')}: ${view.name}`}>
          <MoreHorizontal size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {view.actions?.map(({ label, icon: Icon, run, danger }) => (
          <Menu.Item key={label} leftSection={<Icon size={14} aria-hidden />} color={danger ? 'red' : undefined} onClick={run}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export interface Pill {
  key: string;
  /** What it filters by, and the values: `Status` · `held, open`. */
  name: string;
  value: ReactNode;
  onRemove: () => void;
  /** Opens the choices again. */
  onEdit?: () => void;
}

/** The filters in force: AND across pills, OR within one. `children` is the control that adds one. */
export function FilterPills({ pills, onClear, children }: { pills: readonly Pill[]; onClear?: () => void; children?: ReactNode }) {
  return (
    <div className="row wrap no-print">
      {pills.map((pill) => (
        <span key={pill.key} className="pill">
          {pill.onEdit ? (
            <button type="button" className="truncate" style={{ inlineSize: 'auto', display: 'block' }} onClick={pill.onEdit}>
              <PillText pill={pill} />
            </button>
          ) : (
            <span className="truncate">
              <PillText pill={pill} />
            </span>
          )}
          <button type="button" onClick={pill.onRemove} aria-label={say('filter.remove', { name: pill.name })}>
            <X size={13} aria-hidden />
          </button>
        </span>
      ))}
      {children}
      {onClear && pills.length > 1 && (
        <button type="button" className="tab" onClick={onClear}>
          {say('clear_all')}
        </button>
      )}
    </div>
  );
}

function PillText({ pill }: { pill: Pill }) {
  return (
    <>
      <span className="muted">{pill.name} </span>
      <b>{pill.value}</b>
    </>
  );
}
