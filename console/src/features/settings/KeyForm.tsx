import { Alert, Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import type { ApiError } from '@/api/problem';
import { useSession } from '@/api/session';
import { humanize, say } from '@/i18n';
import { areas, type Area } from './scopes';
import type { NewKey, Scope } from './reads';
import { t } from './words';

interface Props {
  pending: boolean;
  error: ApiError | null;
  onSubmit: (form: NewKey) => void;
  onCancel: () => void;
}

/** A key's name and what it may do: reading and writing, area by area; nobody gives more than they may. */
export function KeyForm({ pending, error, onSubmit, onCancel }: Props) {
  const session = useSession();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<Scope>>(new Set());
  const [tried, setTried] = useState(false);
  const all = session?.scopes.includes('admin') ?? false;
  const whole = chosen.has('admin');
  const flip = (scope: Scope) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(scope)) next.add(scope);
      return next;
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (chosen.size) onSubmit({ name: name.trim(), scopes: whole ? ['admin'] : [...chosen].sort() });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {error && !error.fields.length && (
          <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} role="alert">
            {error.message}
          </Alert>
        )}
        <TextInput
          label={t('keys.name')}
          description={t('keys.name.hint')}
          required
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={error?.field('/name')}
          data-autofocus
        />
        <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
          <legend className="strong small" style={{ paddingBlockEnd: 6 }}>
            {t('keys.scopes')}
          </legend>
          {all && <Checkbox size="xs" label={t('keys.admin')} checked={whole} onChange={() => flip('admin')} mb={8} />}
          {areas(session?.scopes ?? []).map((area) => (
            <AreaRow key={area.name} area={area} chosen={chosen} whole={whole} onFlip={flip} />
          ))}
          {tried && !chosen.size && (
            <p role="alert" className="small" style={{ color: 'var(--mantine-color-error)', marginBlock: '6px 0' }}>
              {t('keys.scopes.needed')}
            </p>
          )}
        </fieldset>
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onCancel}>
            {say('cancel')}
          </Button>
          <Button type="submit" loading={pending}>
            {t('keys.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AreaRow({ area, chosen, whole, onFlip }: { area: Area; chosen: ReadonlySet<Scope>; whole: boolean; onFlip: (scope: Scope) => void }) {
  const name = humanize(area.name);
  const box = (scope: Scope | undefined, word: string) =>
    scope ? (
      <Checkbox size="xs" label={word} aria-label={`${name}: ${word}`} checked={whole || chosen.has(scope)} disabled={whole} onChange={() => onFlip(scope)} />
    ) : (
      <span />
    );
  return (
    <div style={{ display: 'grid', gridTemplateColumns: '1fr 80px 80px', gap: 8, alignItems: 'center', minBlockSize: 30 }}>
      <span>{name}</span>
      {box(area.read, t('keys.read'))}
      {box(area.write, t('keys.write'))}
    </div>
  );
}
