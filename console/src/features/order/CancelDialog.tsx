import { Alert, Button, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Clock, Hourglass, Store, TriangleAlert, Wallet } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { stateWord } from '@/domain/words';
import { money, say } from '@/i18n';
import { Dialog } from '@/ui/Drawer';
import { Loaded } from '@/ui/Loaded';
import { toastDone } from '@/ui/toast';
import type { Conflict } from './Conflict';
import { previewQuery, type CancelInput, type OrderCommands } from './reads';
import type { Order } from './story';
import { t } from './words';

interface Props {
  order: Order;
  commands: OrderCommands;
  onClose: () => void;
  attempt: Conflict['attempt'];
}

const REASONS = ['customer', 'stock', 'fraud', 'double'] as const;

/** Chooses units, shows what canceling them does before it is done, and asks why. */
export function CancelDialog({ order, commands, onClose, attempt }: Props) {
  const [seen] = useState(order); // what was looked at when it was opened: what changes meanwhile is told
  const lines = seen.lines.filter((line) => line.quantities.ordered > line.quantities.canceled);
  const [chosen, setChosen] = useState<Record<number, number>>(() => Object.fromEntries(lines.map((line) => [line.line, line.cancelable])));
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<Error | null>(null);
  const units = Object.entries(chosen).flatMap(([line, quantity]) => (quantity > 0 ? [{ line: Number(line), quantity }] : []));
  const count = units.reduce((sum, each) => sum + each.quantity, 0);
  const cancel = (event: FormEvent) => {
    event.preventDefault();
    attempt(seen, async (version) => {
      await commands.cancel.run({ lines: units, reason: reason.trim(), version });
      onClose();
      toastDone(t('cancel.done', { count }));
    }).then(undefined, setFault);
  };
  const all = (most: boolean) => setChosen(Object.fromEntries(lines.map((line) => [line.line, most ? line.cancelable : 0])));
  return (
    <Dialog open onClose={onClose} title={t('cancel.title')} size="lg">
      <form onSubmit={cancel}>
        <Stack gap="sm">
          <div className="cancel-lines">
            {lines.map((line) => (
              <div key={line.line} className="cancel-line">
                <div className="truncate">
                  <div className="strong truncate">{line.name ?? line.sku}</div>
                  <div className="small muted mono truncate">{line.sku}</div>
                </div>
                <NumberInput
                  aria-label={t('cancel.units', { sku: line.sku })}
                  value={chosen[line.line] ?? 0}
                  onChange={(value) => setChosen((before) => ({ ...before, [line.line]: Number(value) || 0 }))}
                  min={0}
                  max={line.cancelable}
                  clampBehavior="strict"
                  allowDecimal={false}
                  disabled={!line.cancelable}
                  w={84}
                />
                <span className="small muted nowrap">{t('cancel.of', { count: line.cancelable })}</span>
              </div>
            ))}
          </div>
          {lines.length > 1 && (
            <Group gap={8}>
              <Button variant="subtle" size="compact-xs" onClick={() => all(true)}>
                {t('cancel.all')}
              </Button>
              <Button variant="subtle" size="compact-xs" onClick={() => all(false)}>
                {t('cancel.none')}
              </Button>
            </Group>
          )}
          <section className="preview" aria-label={t('cancel.preview')} aria-live="polite">
            <h3>{t('cancel.preview')}</h3>
            {count ? <Preview order={seen} lines={units} /> : <div className="muted">{t('cancel.nothing')}</div>}
          </section>
          <Group gap={6}>
            {REASONS.map((each) => {
              const words = t(`cancel.reasons.${each}`);
              return (
                <Button key={each} variant={reason === words ? 'light' : 'default'} aria-pressed={reason === words} size="compact-xs" onClick={() => setReason(words)}>
                  {words}
                </Button>
              );
            })}
          </Group>
          <TextInput label={t('cancel.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} required />
          {fault && (
            <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} role="alert">
              {fault.message}
            </Alert>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {say('back')}
            </Button>
            <Button type="submit" color="red" loading={commands.cancel.pending} disabled={!count || !reason.trim()}>
              {t('cancel.action', { count })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Preview({ order, lines }: { order: Order; lines: CancelInput['lines'] }) {
  const query = useQuery(previewQuery(order.id, order.version, lines));
  return <Loaded query={query}>{(told) => <Told told={told} />}</Loaded>;
}

function Told({ told }: { told: Schemas['CancelPreview'] }) {
  if (!told.possible) {
    return (
      <Alert color="orange" icon={<Clock size={16} aria-hidden />}>
        {told.refusal}
      </Alert>
    );
  }
  const waited = told.unclaimed.reduce((sum, each) => sum + each.quantity, 0);
  return (
    <ul className="effects">
      {told.all && <Effect icon={<TriangleAlert size={14} aria-hidden />}>{t('cancel.whole')}</Effect>}
      <Effect icon={<Wallet size={14} aria-hidden />}>{t('cancel.money', { money: money(told.money, told.currency) })}</Effect>
      {told.work.map((work) => (
        <Effect key={work.fulfillment_order} icon={<Store size={14} aria-hidden />}>
          {t(work.ends ? 'cancel.work.ends' : 'cancel.work.less', {
            node: work.node_name,
            state: stateWord(work.state).toLowerCase(),
            count: work.lines.reduce((sum, each) => sum + each.quantity, 0),
          })}
        </Effect>
      ))}
      {waited > 0 && <Effect icon={<Hourglass size={14} aria-hidden />}>{t('cancel.unclaimed', { count: waited })}</Effect>}
      {told.lines.map((line) =>
        line.why ? (
          <Effect key={line.line} icon={<Clock size={14} aria-hidden />}>
            {t('cancel.late', { sku: line.sku, why: line.why })}
          </Effect>
        ) : null,
      )}
    </ul>
  );
}

function Effect({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li>
      {icon}
      <span>{children}</span>
    </li>
  );
}
