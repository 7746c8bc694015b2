import { Button, Divider, Stack } from '@mantine/core';
import { Ban, CircleCheck, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { roleWord } from '@/domain/words';
import { dateText } from '@/i18n';
import { ConfirmDialog } from '@/ui/Confirm';
import { Drawer } from '@/ui/Drawer';
import { useZone } from '@/ui/clock';
import { Age } from '@/ui/Time';
import { Facts } from '@/ui/Values';
import { toastDone } from '@/ui/toast';
import { ShownOnce } from './ShownOnce';
import { UserForm } from './UserForm';
import { useChangeUser, type User, type UserPatch } from './reads';
import { t } from './words';

interface Props {
  user: User;
  open: boolean;
  writes: boolean;
  onClose: () => void;
}

/** One person: who they are, and what can be done about it. */
export function UserDrawer({ user, open, writes, onClose }: Props) {
  const zone = useZone();
  const [asks, setAsks] = useState<'reset' | 'disable' | null>(null);
  const [password, setPassword] = useState<string | null | undefined>(undefined);
  const change = useChangeUser();
  const send = (patch: UserPatch, done: string, after?: (password: string | null) => void) =>
    void change.run({ user, patch }).then(
      (changed) => {
        setAsks(null);
        toastDone(done);
        after?.(changed.password);
      },
      () => undefined, // the form, or the dialog, shows it
    );
  const close = () => {
    onClose();
    setPassword(undefined);
    change.reset();
  };
  const facts: [string, React.ReactNode][] = [
    [t('login'), user.login],
    [t('signed_in'), <Age key="age" at={user.signed_in_at} absent={t('signed_in.never')} />],
    [t('made'), t('made_by', { when: dateText(user.made_at, zone), who: user.made_by })],
  ];
  if (!writes) facts.push([t('role'), roleWord(user.role)], [t('nodes'), user.nodes?.join(', ') ?? t('nodes.everywhere')]);
  return (
    <Drawer open={open} onClose={close} title={user.name}>
      {password !== undefined ? (
        <ShownOnce label={t('password.first')} secret={password} once={t('password.once')} lost={t('password.again')} onDone={close} />
      ) : (
        <Stack gap="md">
          <Facts items={facts} />
          {writes && (
            <>
              <Divider />
              <UserForm
                key={user.version}
                user={user}
                action={t('save')}
                pending={change.pending && asks === null}
                error={asks === null ? change.error : null}
                onCancel={close}
                onSubmit={({ name, role, nodes }) => send({ name, role, ...(nodes ? { nodes } : {}) }, t('users.saved', { name }), close)}
              />
              <Divider />
              <div className="row wrap">
                <Button variant="default" leftSection={<KeyRound size={14} aria-hidden />} onClick={() => setAsks('reset')}>
                  {t('password.reset')}
                </Button>
                {user.enabled ? (
                  <Button variant="default" color="red" leftSection={<Ban size={14} aria-hidden />} onClick={() => setAsks('disable')}>
                    {t('disable')}
                  </Button>
                ) : (
                  <Button variant="default" leftSection={<CircleCheck size={14} aria-hidden />} onClick={() => send({ enabled: true }, t('enabled', { name: user.name }))}>
                    {t('enable')}
                  </Button>
                )}
              </div>
            </>
          )}
        </Stack>
      )}
      <ConfirmDialog
        open={asks !== null}
        onClose={() => setAsks(null)}
        title={t(asks === 'disable' ? 'disable.title' : 'password.reset.title', { name: user.name })}
        consequences={t(asks === 'disable' ? 'disable.text' : 'password.reset.text')}
        action={t(asks === 'disable' ? 'disable' : 'password.reset')}
        danger
        pending={change.pending}
        error={change.error}
        onConfirm={() =>
          asks === 'disable'
            ? send({ enabled: false }, t('disabled', { name: user.name }))
            : send({ reset_password: true }, t('users.saved', { name: user.name }), setPassword)
        }
      />
    </Drawer>
  );
}
