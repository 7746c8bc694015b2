import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { useSigning } from '@/api/session';
import { toastDone } from '@/ui/toast';
import { t } from './words';

const LENGTH_MIN = 12;

interface Faults {
  current?: string;
  next?: string;
  again?: string;
  all?: string;
}

/** Changes one's own password. Whoever knows it elsewhere is signed out. */
export function PasswordForm({ login }: { login: string }) {
  const { changePassword } = useSigning();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [faults, setFaults] = useState<Faults>({});
  const [pending, setPending] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const own = flaws(next, again);
    setFaults(own);
    if (own.next || own.again) return;
    setPending(true);
    try {
      await changePassword(current, next);
      for (const clear of [setCurrent, setNext, setAgain]) clear('');
      toastDone(t('password.changed'));
    } catch (error) {
      setFaults(told(error));
    } finally {
      setPending(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md" maw={360}>
        {faults.all && (
          <Alert color="red" role="alert">
            {faults.all}
          </Alert>
        )}
        <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
        <PasswordInput label={t('password.current')} autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.currentTarget.value)} error={faults.current} />
        <PasswordInput
          label={t('password.new')}
          description={t('password.new.hint')}
          autoComplete="new-password"
          required
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={faults.next}
        />
        <PasswordInput label={t('password.again')} autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.currentTarget.value)} error={faults.again} />
        <Group justify="flex-end">
          <Button type="submit" loading={pending}>
            {t('password.change')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function flaws(next: string, again: string): Faults {
  if ([...next].length < LENGTH_MIN) return { next: t('password.short') };
  return next === again ? {} : { again: t('password.differs') };
}

function told(error: unknown): Faults {
  if (!(error instanceof ApiError)) return { all: String(error) };
  if (error.status === 429) return { all: t('password.often') };
  const faults = { current: error.field('/current'), next: error.field('/new') };
  return faults.current || faults.next ? faults : { all: error.message };
}
