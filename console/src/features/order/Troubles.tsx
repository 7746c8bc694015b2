import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Choices, type ChoiceField, type ChoiceItem } from '@/ui/Choices';
import { Go } from '@/ui/Go';
import { Panel } from '@/ui/Panel';
import { Age } from '@/ui/Time';
import { toastDone, toastFailed } from '@/ui/toast';
import { troublesQuery, type OrderCommands, type Trouble } from './reads';
import type { Order } from './story';
import { kindWord, t } from './words';

/** What waits for a person at this order, with what can be done about it, the suggestion first. */
export function Troubles({ order, commands }: { order: Order; commands: OrderCommands }) {
  const stands = order.exceptions.some((each) => each.closed_at === null);
  const query = useQuery({ ...troublesQuery(order.id), enabled: stands });
  if (!stands || !query.data) return null;
  return query.data.items.map((each, at) => <Trouble key={each.id} trouble={each} commands={commands} keys={at === 0} />);
}

function Trouble({ trouble, commands, keys }: { trouble: Trouble; commands: OrderCommands; keys: boolean }) {
  const choose = (id: string, values: Record<string, string | number>) => {
    const choice = trouble.choices.find((each) => each.id === id)!;
    commands.choose.run({ choice, values }).then(
      (done) => toastDone(t('trouble.done', { words: done.words })),
      (fault: Error) => toastFailed(fault.message),
    );
  };
  return (
    <Panel
      tone="red"
      icon={TriangleAlert}
      title={kindWord(trouble.kind)}
      aside={<Age at={trouble.opened_at} />}
      actions={<Go to="/exceptions" search={{ kind: trouble.kind, id: trouble.id }}>{t('trouble.open')}</Go>}
      className="trouble"
    >
      <div className="trouble-cause">
        {trouble.cause.map((said) => (
          <p key={said}>{said}</p>
        ))}
      </div>
      <Choices label={t('trouble.choices')} choices={trouble.choices.map(itemOf)} keys={keys} pending={commands.choose.pending ? '…' : null} onChoose={choose} />
    </Panel>
  );
}

const KINDS: Record<Schemas['Input'], ChoiceField['kind']> = { reason: 'text', quantity: 'number', until: 'time' };
const LABELS = { reason: 'reason', quantity: 'quantity.there', until: 'until' } as const;

function itemOf(choice: Schemas['ChoiceShown']): ChoiceItem {
  return {
    id: choice.id,
    label: choice.label,
    says: choice.says,
    final: choice.final,
    lacks: choice.allowed ? undefined : (choice.scope ?? undefined),
    fields: choice.fields.map((field) => ({ name: field.name, kind: KINDS[field.name], label: t(LABELS[field.name]), value: field.value ?? '' })),
  };
}
