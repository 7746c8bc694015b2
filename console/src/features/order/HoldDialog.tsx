import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import type { Schemas } from '@/api/client';
import { holdWord } from '@/domain/words';
import { say } from '@/i18n';
import { Dialog } from '@/ui/Drawer';
import type { Order } from './story';
import { t } from './words';

interface Props {
  order: Order;
  pending: boolean;
  onClose: () => void;
  /** `seen` is the order as it was when the dialog was opened: what changes meanwhile is told. */
  onHold: (seen: Order, input: { kind: Schemas['HoldKind']; reason: string; until: string | null }) => Promise<void>;
}

export function HoldDialog({ order: now, pending, onClose, onHold }: Props) {
  const [order] = useState(now);
  const [kind, setKind] = useState<Schemas['HoldKind']>(order.can.hold.includes('manual') ? 'manual' : order.can.hold[0]!);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [fault, setFault] = useState<Error | null>(null);
  const hold = (event: FormEvent) => {
    event.preventDefault();
    onHold(order, { kind, reason: reason.trim(), until: until ? new Date(until).toISOString() : null }).catch(setFault);
  };
  return (
    <Dialog open onClose={onClose} title={t('hold.title')}>
      <form onSubmit={hold}>
        <Stack gap="sm">
          <div className="muted">{t('hold.text')}</div>
          <TextInput label={t('hold.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} required data-autofocus />
          <Group gap="sm" grow align="start">
            <Select
              label={t('hold.kind')}
              data={order.can.hold.map((each) => ({ value: each, label: holdWord(each) }))}
              value={kind}
              allowDeselect={false}
              onChange={(value) => value && setKind(value as Schemas['HoldKind'])}
            />
            <TextInput label={t('hold.until')} description={t('hold.until.note')} inputWrapperOrder={['label', 'input', 'description']} type="datetime-local" value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
          </Group>
          {fault && (
            <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} role="alert">
              {fault.message}
            </Alert>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {say('back')}
            </Button>
            <Button type="submit" loading={pending} disabled={!reason.trim()}>
              {t('hold.action')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
