import { Alert, Button, Group, NumberInput, Select, TextInput } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { number, say } from '@/i18n';
import { REASONS, refusal, useAdjusting, type Reason } from './adjusting';
import { reasonWord, t } from './words';

interface Props {
  sku: string;
  node: string;
  onHand: number;
  onDone: () => void;
}

/** So many units more or fewer, and why. */
export function Adjust({ sku, node, onHand, onDone }: Props) {
  const [change, setChange] = useState(0);
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const command = useAdjusting(onDone);
  const refused = command.mutation.data ? refusal(command.mutation.data) : null;
  const wrong = command.error?.message ?? refused;
  const submit = () => {
    setTried(true);
    if (change && reason) void command.run({ sku, node, change, reason, note: note.trim() }).catch(() => undefined);
  };
  return (
    <form
      className="adjust"
      aria-label={t('adjust.title')}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Group gap={10} align="flex-start" wrap="nowrap">
        <NumberInput
          label={t('adjust.change')}
          description={t('adjust.change.help')}
          value={change}
          onChange={(value) => setChange(typeof value === 'number' ? value : 0)}
          allowDecimal={false}
          min={-1_000_000}
          max={1_000_000}
          error={tried && !change ? t('adjust.zero') : undefined}
          w={190}
          data-autofocus
        />
        <Select
          label={t('adjust.reason')}
          description={t('adjust.now', { units: onHand })}
          data={REASONS.map((each) => ({ value: each, label: reasonWord(each) }))}
          value={reason}
          onChange={(value) => setReason(value as Reason | null)}
          error={tried && !reason ? t('adjust.reason.needed') : undefined}
          style={{ flex: 1 }}
        />
      </Group>
      <TextInput label={t('adjust.note')} value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={160} />
      {wrong && (
        <Alert color="red" role="alert" icon={<TriangleAlert size={16} aria-hidden />}>
          {wrong}
        </Alert>
      )}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onDone}>
          {say('cancel')}
        </Button>
        <Button type="submit" loading={command.pending}>
          {t('adjust.do', { units: number(onHand + change) })}
        </Button>
      </Group>
    </form>
  );
}
