import './sign-in.css';
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { useSigning } from '@/api/session';
import { t } from './words';

/** What went wrong, in words that tell a guesser nothing: which of the two was wrong is not said. */
export function refusal(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 401) return t('sign_in.wrong');
  if (error.status === 429) return t('sign_in.often', { seconds: Math.ceil((error.retryAfterMs ?? 30_000) / 1000) });
  return error.offline ? t('sign_in.offline') : error.message;
}

/** Shown in place of any page of any face while nobody is signed in; after it, that page. */
export function SignIn() {
  const { signIn } = useSigning();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const secret = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (fault) secret.current?.select();
  }, [fault]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFault(null);
    try {
      await signIn(login.trim(), password);
    } catch (error) {
      setFault(refusal(error));
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
          <TextInput
            size="sm"
            label={t('sign_in.login')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
            autoFocus
          />
          <PasswordInput
            ref={secret}
            size="sm"
            label={t('sign_in.password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" loading={pending} fullWidth>
            {t('sign_in')}
          </Button>
        </Stack>
      </form>
    </main>
  );
}
