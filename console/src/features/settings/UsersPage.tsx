import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Ban, CircleCheck, UserPlus, Users } from 'lucide-react';
import { useState } from 'react';
import { useAllowed } from '@/api/session';
import { roleWord } from '@/domain/words';
import { one, useAddress, type Search } from '@/ui/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { Drawer } from '@/ui/Drawer';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge } from '@/ui/Status';
import { Age, DateOnly } from '@/ui/Time';
import { toastDone } from '@/ui/toast';
import { SettingsPage } from './SettingsPage';
import { ShownOnce } from './ShownOnce';
import { UserDrawer } from './UserDrawer';
import { UserForm } from './UserForm';
import { useCreateUser, usersQuery, type User, type UserMade } from './reads';
import { t } from './words';

const address = (search: Search) => ({ user: one(search.user), adding: one(search.new) === 'yes' });

const COLUMNS: Column<User>[] = [
  {
    key: 'name',
    title: t('name'),
    render: (user) => (
      <>
        <span className="strong">{user.name}</span> <span className="muted small">{user.login}</span>
      </>
    ),
  },
  { key: 'role', title: t('role'), render: (user) => roleWord(user.role) },
  { key: 'nodes', title: t('nodes'), render: (user) => user.nodes?.join(', ') ?? <span className="muted">{t('nodes.everywhere')}</span> },
  { key: 'state', title: t('state'), render: (user) => <UserState enabled={user.enabled} /> },
  { key: 'signed_in', title: t('signed_in'), render: (user) => <Age at={user.signed_in_at} absent={t('signed_in.never')} /> },
  { key: 'made', title: t('made'), render: (user) => <DateOnly at={user.made_at} /> },
];

function UserState({ enabled }: { enabled: boolean }) {
  return enabled ? (
    <StatusBadge tone="teal" icon={CircleCheck}>
      {t('state.active')}
    </StatusBadge>
  ) : (
    <StatusBadge tone="gray" icon={Ban}>
      {t('state.disabled')}
    </StatusBadge>
  );
}

/** Who may sign in: list, add, change, disable. */
export default function UsersPage() {
  const [{ user, adding }, change] = useAddress(address);
  const query = useInfiniteQuery(usersQuery);
  const writes = useAllowed('users:write');
  const rows = query.data?.pages.flatMap((page) => page.items);
  const open = rows?.find((row) => row.id === user);
  const [last, setLast] = useState(open); // it stays in its drawer while that closes
  if (open && open !== last) setLast(open);
  const add = writes && (
    <Button leftSection={<UserPlus size={15} aria-hidden />} onClick={() => change({ new: 'yes' })}>
      {t('users.add')}
    </Button>
  );
  return (
    <SettingsPage actions={add}>
      <Panel flush>
        <div className="table-scroll">
          <DataTable
            label={t('users.label')}
            rows={rows}
            columns={COLUMNS}
            id={(row) => row.id}
            name={(row) => row.name}
            onOpen={(row) => change({ user: row.id })}
            openId={user}
            loading={query.isPending}
            error={query.error}
            retry={() => void query.refetch()}
            empty={<EmptyState icon={Users} title={t('users.empty')} actions={add} />}
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
      <NewUserDrawer open={adding} onClose={() => change({ new: undefined })} />
      {last && <UserDrawer key={last.id} user={last} open={open !== undefined} writes={writes} onClose={() => change({ user: undefined })} />}
    </SettingsPage>
  );
}

function NewUserDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const create = useCreateUser();
  const [made, setMade] = useState<UserMade | null>(null);
  const close = () => {
    onClose();
    setMade(null);
    create.reset();
  };
  return (
    <Drawer open={open} onClose={close} title={made ? made.name : t('users.new')}>
      {made ? (
        <ShownOnce label={t('password.first')} secret={made.password} once={t('password.once')} lost={t('password.again')} onDone={close} />
      ) : (
        <UserForm
          action={t('users.create')}
          pending={create.pending}
          error={create.error}
          onCancel={close}
          onSubmit={(form) =>
            void create.run(form).then(
              (user) => {
                setMade(user);
                toastDone(t('users.created', { name: user.name }));
              },
              () => undefined, // the form shows it
            )
          }
        />
      )}
    </Drawer>
  );
}
