import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Ban, CircleCheck, KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useAllowed } from '@/api/session';
import { dateText } from '@/i18n';
import { one, useAddress, type Search } from '@/ui/address';
import { useZone } from '@/ui/clock';
import { ConfirmDialog } from '@/ui/Confirm';
import { DataTable, type Column } from '@/ui/DataTable';
import { Drawer } from '@/ui/Drawer';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge } from '@/ui/Status';
import { DateOnly } from '@/ui/Time';
import { toastDone } from '@/ui/toast';
import { KeyForm } from './KeyForm';
import { SettingsPage } from './SettingsPage';
import { ShownOnce } from './ShownOnce';
import { keysQuery, useCreateKey, useRevokeKey, type Key, type KeyMade } from './reads';
import { t } from './words';

const address = (search: Search) => ({ adding: one(search.new) === 'yes' });

/** Which programs may ask: list, create, revoke. */
export default function KeysPage() {
  const [{ adding }, change] = useAddress(address);
  const query = useInfiniteQuery(keysQuery);
  const writes = useAllowed('keys:write');
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [asks, setAsks] = useState(false);
  const ask = (row: Key) => {
    setRevoking(row);
    setAsks(true);
  };
  const rows = query.data?.pages.flatMap((page) => page.items);
  const add = writes && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={() => change({ new: 'yes' })}>
      {t('keys.add')}
    </Button>
  );
  return (
    <SettingsPage actions={add}>
      <Panel flush>
        <div className="table-scroll">
          <DataTable
            label={t('keys.label')}
            rows={rows}
            columns={columns(writes ? ask : undefined)}
            id={(row) => row.id}
            name={(row) => row.name}
            loading={query.isPending}
            error={query.error}
            retry={() => void query.refetch()}
            empty={
              <EmptyState icon={KeyRound} title={t('keys.empty')} actions={add}>
                {t('keys.empty.text')}
              </EmptyState>
            }
          />
        </div>
        {query.hasNextPage && (
          <div className="table-foot">
            <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('more')}
            </Button>
          </div>
        )}
      </Panel>
      <NewKeyDrawer open={adding} onClose={() => change({ new: undefined })} />
      {revoking && <Revoke key={revoking.id} row={revoking} open={asks} onClose={() => setAsks(false)} />}
    </SettingsPage>
  );
}

function columns(onRevoke: ((row: Key) => void) | undefined): Column<Key>[] {
  const shown: Column<Key>[] = [
    { key: 'name', title: t('keys.name'), render: (row) => <span className="strong">{row.name}</span> },
    { key: 'id', title: t('keys.id'), render: (row) => <span className="mono muted">{row.id}</span> },
    { key: 'scopes', title: t('keys.scopes'), render: (row) => <Scopes scopes={row.scopes} /> },
    { key: 'state', title: t('state'), render: (row) => <KeyState row={row} /> },
    { key: 'used', title: t('keys.used'), render: (row) => <DateOnly at={row.used_on} absent={t('keys.used.never')} /> },
    { key: 'made', title: t('made'), render: (row) => <Made row={row} /> },
  ];
  if (onRevoke) {
    shown.push({
      key: 'revoke',
      title: t('actions'),
      num: true,
      render: (row) =>
        row.revoked_at ? null : (
          <Button variant="subtle" color="red" size="compact-sm" onClick={() => onRevoke(row)} aria-label={`${t('keys.revoke')} ${row.name}`}>
            {t('keys.revoke')}
          </Button>
        ),
    });
  }
  return shown;
}

function Scopes({ scopes }: { scopes: string[] }) {
  const text = scopes.includes('admin') ? t('keys.scopes.all') : scopes.length > 2 ? t('keys.scopes.count', { count: scopes.length }) : scopes.join(', ');
  return <span title={scopes.join(', ')}>{text}</span>;
}

function KeyState({ row }: { row: Key }) {
  const zone = useZone();
  return row.revoked_at ? (
    <StatusBadge tone="gray" icon={Ban} title={t('keys.revoked_at', { when: dateText(row.revoked_at, zone) })}>
      {t('keys.revoked')}
    </StatusBadge>
  ) : (
    <StatusBadge tone="teal" icon={CircleCheck}>
      {t('keys.live')}
    </StatusBadge>
  );
}

function Made({ row }: { row: Key }) {
  const zone = useZone();
  const when = dateText(row.made_at, zone);
  return <span className="nowrap">{row.made_by ? t('made_by', { when, who: row.made_by }) : when}</span>;
}

function NewKeyDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const create = useCreateKey();
  const [made, setMade] = useState<KeyMade | null>(null);
  const close = () => {
    onClose();
    setMade(null);
    create.reset();
  };
  return (
    <Drawer open={open} onClose={close} title={made ? made.name : t('keys.new')}>
      {made ? (
        <ShownOnce label={t('keys.made', { name: made.name })} secret={made.key} once={t('keys.once')} lost={t('keys.again')} onDone={close} />
      ) : (
        <KeyForm pending={create.pending} error={create.error} onCancel={close} onSubmit={(form) => void create.run(form).then(setMade, () => undefined)} />
      )}
    </Drawer>
  );
}

function Revoke({ row, open, onClose }: { row: Key; open: boolean; onClose: () => void }) {
  const revoke = useRevokeKey();
  const used = row.used_on ? t('keys.revoke.last', { day: dateText(`${row.used_on}T12:00:00Z`, 'UTC') }) : t('keys.revoke.never');
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t('keys.revoke.title', { name: row.name })}
      consequences={`${t('keys.revoke.text')} ${used}`}
      action={t('keys.revoke')}
      danger
      pending={revoke.pending}
      error={revoke.error}
      onConfirm={() =>
        void revoke.run(row).then(
          () => {
            toastDone(t('keys.was_revoked', { name: row.name }));
            onClose();
          },
          () => undefined, // the dialog shows it
        )
      }
    />
  );
}
