import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { choiceItem } from '@/domain/choices';
import { troubleWord } from '@/domain/words';
import { Choices } from '@/ui/Choices';
import { Go } from '@/ui/Go';
import { Panel } from '@/ui/Panel';
import { Age } from '@/ui/Time';
import { toastDone, toastFailed } from '@/ui/toast';
import { troublesQuery, type OrderCommands, type Trouble } from './reads';
import type { Order } from './story';
import { t } from './words';

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
      title={troubleWord(trouble.kind)}
      aside={<Age at={trouble.opened_at} />}
      actions={<Go to="/exceptions" search={{ kind: trouble.kind, id: trouble.id }}>{t('trouble.open')}</Go>}
      className="trouble"
    >
      <div className="trouble-cause">
        {trouble.cause.map((said) => (
          <p key={said}>{said}</p>
        ))}
      </div>
      <Choices label={t('trouble.choices')} choices={trouble.choices.map(choiceItem)} keys={keys} pending={commands.choose.pending ? '…' : null} onChoose={choose} />
    </Panel>
  );
}
