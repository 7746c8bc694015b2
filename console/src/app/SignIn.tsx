import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { useSigning } from '@/api/session';
import { t } from './words';

/** Shown in place of any page while nobody is signed in; after it, that page. */
export function SignIn() {
  const { signIn } = useSigning();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFault(null);
    try {
      await signIn(login.trim(), password);
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401;
      setFault(refused ? t('sign_in.wrong') : (error as Error).message);
      setPending(false);
    }
  };
  return (
    <main className="sign-in">
      <form className="panel" onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <div className="row">
            <img src="/icon.svg" width={28} height={28} alt="" />
            <h1 style={{ fontSize: 17, margin: 0, fontWeight: 650 }}>{t('sign_in.title')}</h1>
          </div>
          {fault && (
            <Alert color="red" role="alert">
              {fault}
            </Alert>
          )}
          <TextInput size="sm" label={t('sign_in.login')} autoComplete="username" autoCapitalize="none" required value={login} onChange={(event) => setLogin(event.currentTarget.value)} autoFocus />
          <PasswordInput label={t('sign_in.password')} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          <Button type="submit" size="sm" loading={pending} fullWidth>
            {t('sign_in')}
          </Button>
        </Stack>
      </form>
    </main>
  );
}
