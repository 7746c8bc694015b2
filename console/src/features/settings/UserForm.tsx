import { Alert, Button, Group, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import type { ApiError } from '@/api/problem';
import { roleWord } from '@/domain/words';
import { say } from '@/i18n';
import { nodesQuery, type NewUser, type User } from './reads';
import { roleAbout, t } from './words';

const ROLES: NewUser['role'][] = ['administrator', 'operations', 'agent', 'associate', 'viewer'];

interface Props {
  /** Absent: somebody new. */
  user?: User;
  action: string;
  pending: boolean;
  error: ApiError | null;
  onSubmit: (form: NewUser) => void;
  onCancel: () => void;
}

/** Who somebody is and what is theirs to do. Only an associate has nodes. */
export function UserForm({ user, action, pending, error, onSubmit, onCancel }: Props) {
  const [login, setLogin] = useState(user?.login ?? '');
  const [name, setName] = useState(user?.name ?? '');
  const [role, setRole] = useState<NewUser['role']>(user?.role ?? 'agent');
  const [nodes, setNodes] = useState<string[]>(user?.nodes ?? []);
  const [tried, setTried] = useState(false);
  const bound = role === 'associate';
  const lacking = bound && nodes.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!lacking) onSubmit({ login: login.trim().toLowerCase(), name: name.trim(), role, nodes: bound ? nodes : null });
  };
  const told = error && !error.fields.length ? (error.status === 412 ? t('users.changed') : error.message) : null;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {told && (
          <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} role="alert">
            {told}
          </Alert>
        )}
        {!user && (
          <TextInput
            label={t('login')}
            description={t('login.hint')}
            required
            autoComplete="off"
            autoCapitalize="none"
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
            error={error?.field('/login')}
            data-autofocus
          />
        )}
        <TextInput
          label={t('name')}
          description={t('name.hint')}
          required
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={error?.field('/name')}
        />
        <Select
          label={t('role')}
          description={roleAbout(role)}
          data={ROLES.map((value) => ({ value, label: roleWord(value) }))}
          value={role}
          onChange={(value) => value && setRole(value as NewUser['role'])}
          allowDeselect={false}
          error={error?.field('/role')}
        />
        {bound && <NodesPicker value={nodes} onChange={setNodes} error={error?.field('/nodes') ?? (tried && lacking ? t('nodes.needed') : undefined)} />}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onCancel}>
            {say('cancel')}
          </Button>
          <Button type="submit" loading={pending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const SHOWN_MAX = 60;

function NodesPicker({ value, onChange, error }: { value: string[]; onChange: (nodes: string[]) => void; error?: string }) {
  const { data = [] } = useQuery(nodesQuery);
  const known = new Set(data.map((node) => node.value));
  const unnamed = value.filter((each) => !known.has(each)).map((each) => ({ value: each, label: each }));
  return (
    <MultiSelect
      label={t('nodes')}
      description={t('nodes.hint')}
      data={[...data, ...unnamed]}
      value={value}
      onChange={onChange}
      searchable
      limit={SHOWN_MAX}
      nothingFoundMessage={t('nodes.none')}
      error={error}
      required
    />
  );
}
