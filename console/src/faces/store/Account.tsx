import { Button } from '@mantine/core';
import { LogOut, Store } from 'lucide-react';
import { useState } from 'react';
import { useSigning } from '@/api/session';
import { toastFailed } from '@/ui/toast';
import { Choice } from './Choice';
import { forgetRead } from './keep';
import { outbox, useHere } from './store';
import { t } from './words';

/** Who is signed in, at which store; the way out, which waits until everything is sent. */
export function Account({ leave, onClose }: { leave: () => void; onClose: () => void }) {
  const { session, name } = useHere();
  const { signOut } = useSigning();
  const [pending, setPending] = useState(false);
  const out = async () => {
    if (outbox.waiting) return toastFailed(t('account.waiting', { count: outbox.waiting }));
    setPending(true);
    try {
      await signOut();
      await forgetRead();
    } catch (fault) {
      toastFailed((fault as Error).message);
      setPending(false);
    }
  };
  return (
    <Choice opened onClose={onClose} title={session.user.name} text={name}>
      {session.user.nodes?.length !== 1 && (
        <Button size="xl" variant="default" fullWidth leftSection={<Store size={20} aria-hidden />} onClick={leave}>
          {t('store.change')}
        </Button>
      )}
      <Button size="xl" variant="default" fullWidth loading={pending} leftSection={<LogOut size={20} aria-hidden />} onClick={() => void out()}>
        {t('account.sign_out')}
      </Button>
    </Choice>
  );
}
