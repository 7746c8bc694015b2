import { Button, Menu, Tooltip } from '@mantine/core';
import { ArrowLeft, Ban, CirclePause, Hand } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { useAllowed } from '@/api/session';
import { PHASES } from '@/domain/looks';
import { PhaseBadge } from '@/domain/PhaseBadge';
import { holdWord } from '@/domain/words';
import { Go } from '@/ui/Go';
import { useKeys } from '@/ui/keys';
import { Panel } from '@/ui/Panel';
import { StageStrip, type Stage } from '@/ui/Stages';
import { StatusBadge } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { toastFailed, toastUndo } from '@/ui/toast';
import { CopyText } from '@/ui/Values';
import { CancelDialog } from './CancelDialog';
import { ConflictDialog, useConflict } from './Conflict';
import { HoldDialog } from './HoldDialog';
import { History } from './History';
import { CustomerPanel, MoneyPanel, PromisePanel } from './Facts';
import { useOrderCommands, type HoldInput } from './reads';
import type { Order } from './story';
import { Troubles } from './Troubles';
import { Why } from './Why';
import { Works } from './Works';
import { stageWord, t } from './words';
import './order.css';

export function OrderView({ order }: { order: Order }) {
  const commands = useOrderCommands(order.id);
  const conflict = useConflict(order);
  const mayWrite = useAllowed('orders:write');
  const [dialog, setDialog] = useState<'hold' | 'cancel' | null>(null);

  const holdOf = (seen: Order, input: Omit<HoldInput, 'version'>) =>
    conflict.attempt(seen, async (version) => {
      await commands.hold.run({ ...input, version });
      setDialog(null);
      toastUndo(t('held.done'), () => commands.unhold.run({ kind: input.kind, reason: t('hold.undo_reason'), until: null, version: null }));
    });
  const lift = (kind: Schemas['HoldKind']) =>
    conflict
      .attempt(order, async (version) => {
        await commands.unhold.run({ kind, reason: t('unhold.reason'), until: null, version });
        toastUndo(t('unheld.done'), () => commands.hold.run({ kind, reason: t('hold.again_reason'), until: null, version: null }));
      })
      .catch((fault: Error) => toastFailed(fault.message));

  const canHold = mayWrite && order.can.hold.length > 0;
  const canLift = mayWrite && order.can.unhold.length > 0;
  const canCancel = mayWrite && order.can.cancel;
  useKeys(t('title'), [
    ...(canHold || canLift ? [{ keys: 'h', label: canLift ? t('release') : t('hold'), run: () => (canLift ? void lift(order.can.unhold[0]!) : setDialog('hold')) }] : []),
    ...(canCancel ? [{ keys: 'c', label: t('cancel'), run: () => setDialog('cancel') }] : []),
  ]);

  const open = order.exceptions.filter((each) => each.closed_at === null).length;
  return (
    <div className="page order">
      <div className="order-top">
        <Go to="/orders" className="order-back">
          <ArrowLeft size={14} aria-hidden /> {t('back')}
        </Go>
        <div className="page-head">
          <h1 className="mono">{order.number}</h1>
          <PhaseBadge phase={order.phase} />
          {order.can.unhold.map((kind) => (
            <StatusBadge key={kind} tone="orange" icon={CirclePause} title={reasonOfHold(order, kind)}>
              {t('on_hold', { kind: holdWord(kind) })}
            </StatusBadge>
          ))}
          {open > 0 && (
            <StatusBadge tone="red" icon={PHASES.pending.icon}>
              {t('open_exceptions', { count: open })}
            </StatusBadge>
          )}
          <span className="muted small">
            <DateTime at={order.placed_at} /> · {t('via', { channel: order.channel })}
          </span>
          <span className="muted small hide-narrow">
            <CopyText text={order.external_id} />
          </span>
          {mayWrite && (
            <div className="page-actions no-print">
              {canLift && <LiftButton order={order} onLift={(kind) => void lift(kind)} />}
              {canHold && (
                <Button variant="default" leftSection={<CirclePause size={14} aria-hidden />} onClick={() => setDialog('hold')}>
                  {t('hold')}
                </Button>
              )}
              {canCancel && (
                <Button variant="default" leftSection={<Ban size={14} aria-hidden />} onClick={() => setDialog('cancel')}>
                  {t('cancel')}
                </Button>
              )}
            </div>
          )}
        </div>
      </div>
      <Panel>
        <StageStrip label={t('stages')} stages={stagesOf(order)} />
      </Panel>
      <div className="order-grid">
        <div className="order-main">
          <Troubles order={order} commands={commands} />
          <Works order={order} />
          <Why order={order} />
          <MoneyPanel order={order} />
        </div>
        <div className="order-side">
          <PromisePanel order={order} />
          <CustomerPanel order={order} />
          <History order={order} commands={commands} />
        </div>
      </div>
      {dialog === 'hold' && <HoldDialog order={order} pending={commands.hold.pending} onClose={() => setDialog(null)} onHold={holdOf} />}
      {dialog === 'cancel' && (
        <CancelDialog order={order} commands={commands} onClose={() => setDialog(null)} attempt={conflict.attempt} />
      )}
      <ConflictDialog conflict={conflict} order={order} />
    </div>
  );
}

function reasonOfHold(order: Order, kind: Schemas['HoldKind']): string | undefined {
  return order.holds.find((hold) => hold.kind === kind && hold.lifted_at === null)?.reason;
}

function LiftButton({ order, onLift }: { order: Order; onLift: (kind: Schemas['HoldKind']) => void }) {
  const kinds = order.can.unhold;
  const icon = <Hand size={14} aria-hidden />;
  if (kinds.length === 1) {
    return (
      <Tooltip label={reasonOfHold(order, kinds[0]!)}>
        <Button leftSection={icon} onClick={() => onLift(kinds[0]!)}>
          {t('release')}
        </Button>
      </Tooltip>
    );
  }
  return (
    <Menu>
      <Menu.Target>
        <Button leftSection={icon}>{t('release')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => onLift(kind)}>
            {holdWord(kind)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function stagesOf(order: Order): Stage[] {
  const canceled = order.phase === 'canceled';
  const stages: Stage[] = order.stages
    .filter((stage) => !canceled || stage.state === 'done')
    .map((stage) => ({
      key: stage.id,
      label: stageWord(stage.id),
      state: stage.state === 'done' ? 'done' : stage.state === 'current' ? 'now' : 'ahead',
      note:
        stage.units > 0 && stage.units < stage.of ? (
          t('stage.units', { units: stage.units, of: stage.of })
        ) : stage.at ? (
          <DateTime at={stage.at} />
        ) : undefined,
    }));
  if (canceled) stages.push({ key: 'canceled', label: stageWord('canceled'), state: 'failed' });
  return stages;
}
