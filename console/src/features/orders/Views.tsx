import { Alert, Button, Group, Menu, Stack, Switch, TextInput } from '@mantine/core';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { BookmarkPlus, Copy, Pencil, RotateCcw, Save, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ask, http, type Schemas } from '@/api/client';
import { useCommand } from '@/api/query';
import { useAllowed } from '@/api/session';
import { say } from '@/i18n';
import { ConfirmDialog } from '@/ui/Confirm';
import { Dialog } from '@/ui/Drawer';
import { SavedViewTabs, type SavedView } from '@/ui/Filters';
import { toastDone } from '@/ui/toast';
import { addressOf, savedView, signature, type Filters, type Sort, type View } from './model';
import { countQuery, viewsQuery } from './reads';
import { t } from './words';

const TAB_COUNT_MAX = 99;

/** The views that come with the house. */
export const HOUSE_VIEWS: readonly View[] = [
  { id: 'all', name: t('view.all'), filters: {}, sort: 'newest' },
  { id: 'open', name: t('view.open'), filters: { stage: ['captured', 'planned', 'released', 'accepted', 'picked', 'packed', 'ready', 'shipped'] }, sort: 'promise' },
  { id: 'late', name: t('view.late'), filters: { late: ['true'] }, sort: 'promise' },
  { id: 'held', name: t('view.held'), filters: { held: ['true'] }, sort: 'oldest' },
  { id: 'exceptions', name: t('view.exceptions'), filters: { exceptions: ['true'] }, sort: 'oldest' },
  { id: 'waiting', name: t('view.waiting'), filters: { phase: ['backordered', 'pending'] }, sort: 'oldest' },
];

/** All views a person sees, and the one they begin with. */
export function useViews(): { views: readonly View[]; first: View; ready: boolean } {
  const query = useQuery(viewsQuery);
  return useMemo(() => {
    const saved = query.data?.items.map(savedView) ?? [];
    const own = saved.find((view) => view.saved?.default && !view.saved.team) ?? saved.find((view) => view.saved?.default);
    return { views: [...HOUSE_VIEWS, ...saved], first: own ?? HOUSE_VIEWS[0]!, ready: !query.isPending };
  }, [query.data, query.isPending]);
}

interface Props {
  views: readonly View[];
  current: View;
  filters: Filters;
  sort: Sort;
  onView: (view: View) => void;
}

type Editing = { kind: 'new' | 'rename'; view?: View } | { kind: 'delete'; view: View } | null;

/** Views as tabs with how many are in each; what differs from the current one can be saved or taken back. */
export function Views({ views, current, filters, sort, onView }: Props) {
  const [editing, setEditing] = useState<Editing>(null);
  const unsaved = signature(filters, sort) !== signature(current.filters, current.sort);
  const counts = useQueries({ queries: views.map((view) => ({ ...countQuery(view.filters, TAB_COUNT_MAX), enabled: view.id !== 'all' })) });
  const writes = useViewWrites(onView);
  const tabs = views.map((view, at): SavedView => {
    const count = view.id === 'all' ? undefined : counts[at]?.data;
    return { id: view.id, name: view.name, count: count?.more ? t('count.bound', { count: count.orders }) : count?.orders, actions: view.saved?.mine ? actionsOf(view, setEditing, writes) : undefined };
  });
  const mine = current.saved?.mine ? current : null;
  return (
    <div className="row wrap">
      <SavedViewTabs views={tabs} current={current.id} unsaved={unsaved} onView={(id) => onView(views.find((view) => view.id === id)!)} />
      {unsaved && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="subtle" size="compact-sm" leftSection={<Save size={14} aria-hidden />}>
              {t('view.save')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {mine && (
              <Menu.Item leftSection={<Save size={14} aria-hidden />} onClick={() => void writes.change.run({ view: mine, filters, sort }).catch(() => undefined)}>
                {t('view.update', { name: mine.name })}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<BookmarkPlus size={14} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>
              {t('view.save.as')}
            </Menu.Item>
            <Menu.Item leftSection={<RotateCcw size={14} aria-hidden />} onClick={() => onView(current)}>
              {t('view.revert')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {editing && editing.kind !== 'delete' && <ViewDialog editing={editing} filters={filters} sort={sort} writes={writes} onClose={() => setEditing(null)} />}
      {editing?.kind === 'delete' && (
        <ConfirmDialog
          open
          danger
          title={t('view.delete.sure', { name: editing.view.name })}
          consequences={editing.view.saved?.team ? t('view.delete.team') : t('view.delete.own')}
          action={t('view.delete')}
          pending={writes.remove.pending}
          error={writes.remove.error}
          onClose={() => setEditing(null)}
          onConfirm={() => void writes.remove.run(editing.view).then(() => setEditing(null), () => undefined)}
        />
      )}
    </div>
  );
}

function actionsOf(view: View, edit: (editing: Editing) => void, writes: Writes): SavedView['actions'] {
  return [
    { label: t('view.rename'), icon: Pencil, run: () => edit({ kind: 'rename', view }) },
    { label: t('view.duplicate'), icon: Copy, run: () => void writes.create.run({ name: `${view.name} 2`, team: false, default: false, filters: view.filters, sort: view.sort }).catch(() => undefined) },
    { label: t('view.delete'), icon: Trash2, danger: true, run: () => edit({ kind: 'delete', view }) },
  ];
}

interface Draft {
  name: string;
  team: boolean;
  default: boolean;
  filters: Filters;
  sort: Sort;
}

type Writes = ReturnType<typeof useViewWrites>;

function useViewWrites(onView: (view: View) => void) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: viewsQuery.queryKey });
  const kept = async (saved: Schemas['ViewAnswer']) => {
    await refresh();
    onView(savedView(saved));
    toastDone(t('view.saved', { name: saved.name }));
  };
  const create = useCommand(
    (draft: Draft, key) =>
      ask(http.POST('/v1/views', { params: { header: { 'Idempotency-Key': key } }, body: { screen: 'orders', name: draft.name, team: draft.team, default: draft.default, query: queryDocument(draft) } })),
    kept,
  );
  const change = useCommand(
    ({ view, ...draft }: { view: View } & Partial<Draft>, key) =>
      ask(
        http.PUT('/v1/views/{view}', {
          params: { path: { view: view.id }, header: { 'Idempotency-Key': key, 'If-Match': `"${view.saved!.version}"` } as never },
          body: {
            name: draft.name ?? view.name,
            team: draft.team ?? view.saved!.team,
            default: draft.default ?? view.saved!.default,
            query: queryDocument({ filters: draft.filters ?? view.filters, sort: draft.sort ?? view.sort }),
          },
        }),
      ),
    kept,
  );
  const remove = useCommand(
    (view: View, key) => ask(http.DELETE('/v1/views/{view}', { params: { path: { view: view.id }, header: { 'Idempotency-Key': key } } })),
    async (_, view) => {
      await refresh();
      onView(HOUSE_VIEWS[0]!);
      toastDone(t('view.deleted', { name: view.name }));
    },
  );
  return { create, change, remove };
}

const queryDocument = ({ filters, sort }: { filters: Filters; sort: Sort }) =>
  JSON.parse(JSON.stringify(addressOf(filters, sort))) as Record<string, never>; // without what it does not say

interface DialogProps {
  editing: { kind: 'new' | 'rename'; view?: View };
  filters: Filters;
  sort: Sort;
  writes: Writes;
  onClose: () => void;
}

function ViewDialog({ editing, filters, sort, writes, onClose }: DialogProps) {
  const known = editing.kind === 'rename' ? editing.view : undefined;
  const [name, setName] = useState(known?.name ?? '');
  const [team, setTeam] = useState(known?.saved?.team ?? false);
  const [first, setFirst] = useState(known?.saved?.default ?? false);
  const mayShare = useAllowed('orders:write');
  const command = known ? writes.change : writes.create;
  const save = () => {
    const said = { name: name.trim(), team, default: first };
    const done = known ? writes.change.run({ view: known, ...said }) : writes.create.run({ ...said, filters, sort });
    void done.then(onClose, () => undefined);
  };
  const conflict = command.error?.status === 412;
  return (
    <Dialog open onClose={onClose} title={known ? t('view.rename') : t('view.save.as')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) save();
        }}
      >
        <Stack gap="sm">
          <TextInput label={t('view.name')} required maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
          {mayShare && <Switch label={t('view.team')} checked={team} onChange={(event) => setTeam(event.currentTarget.checked)} />}
          <Switch label={t('view.default')} checked={first} onChange={(event) => setFirst(event.currentTarget.checked)} />
          {command.error && (
            <Alert color="red" role="alert">
              {conflict ? t('view.conflict') : command.error.message}
            </Alert>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {say('back')}
            </Button>
            <Button type="submit" loading={command.pending}>
              {say('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
