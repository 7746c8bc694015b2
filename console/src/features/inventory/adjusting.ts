/** Adjusting what is on hand, and taking it back. */
import { useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { useCommand } from '@/api/query';
import { toastDone, toastFailed, toastUndo } from '@/ui/toast';
import { t } from './words';

export type Reason = Schemas['AdjustReason'];

export const REASONS: readonly Exclude<Reason, 'undo'>[] = ['found', 'miscount', 'lost', 'stolen', 'sample'];

export interface Adjustment {
  sku: string;
  node: string;
  change: number;
  reason: Reason;
  note: string;
}

export type Outcome = Schemas['RowAnswer'];

export const signed = (units: number): string => (units > 0 ? `+${units}` : `−${Math.abs(units)}`);

/** The adjustment that takes another one back. */
export function counter(made: Adjustment): Adjustment {
  return { ...made, change: -made.change, reason: 'undo', note: t('adjust.undo.note', { change: signed(made.change) }) };
}

/** Why it was not applied, in words; null where it was. */
export function refusal(outcome: Outcome): string | null {
  if (outcome.status === 'applied') return null;
  if (outcome.status === 'insufficient_stock') return t('adjust.refused.insufficient_stock', { units: outcome.on_hand ?? 0 });
  if (outcome.status === 'claimed') return t('adjust.refused.claimed');
  return t('adjust.refused', { status: outcome.status.replaceAll('_', ' ') });
}

async function send({ sku, node, change, reason, note }: Adjustment, key: string): Promise<Outcome> {
  const movement = { kind: 'adjustment', sku, node, quantity: change, reason, reference: note || null } as const;
  const told = await ask(
    http.POST('/v1/inventory/movements', { params: { header: { 'Idempotency-Key': key } }, body: { movements: [movement as Schemas['MovementRow']] } }),
  );
  return told.results[0]!;
}

/** Adjusts, and offers for a while to undo it. */
export function useAdjusting(onApplied: () => void) {
  const client = useQueryClient();
  const changed = () => void client.invalidateQueries({ queryKey: ['inventory'] });
  const undo = useCommand(send, (outcome) => {
    changed();
    const why = refusal(outcome);
    if (why) toastFailed(why);
    else toastDone(t('adjust.undone', { units: outcome.on_hand ?? 0 }));
  });
  const command = useCommand(send, (outcome, made: Adjustment) => {
    changed();
    if (refusal(outcome)) return;
    const { sku, node, change } = made;
    toastUndo(t('adjust.done', { sku, node, change: signed(change), units: outcome.on_hand ?? 0 }), () => undo.run(counter(made)));
    onApplied();
  });
  return command;
}
