import { Checkbox, Group, Select, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { dateTimeText } from '@/i18n';
import { ConfirmDialog } from '@/ui/Confirm';
import { toastDone } from '@/ui/toast';
import { endOfDay, momentIn, usePausing, useResuming } from './pausing';
import { serviceWord, t } from './words';

type Node = Pick<Schemas['SeenAnswer'], 'node' | 'name' | 'time_zone' | 'pause'>;

interface Props {
  /** When it was asked for, in ms; 0: it is not. */
  asked: number;
  seen: Node;
  services: readonly Schemas['Method'][];
  onClose: () => void;
}

const HOURS = [2, 4];
const HOUR_MS = 3_600_000;
const REASONS = ['holiday', 'staff', 'inventory', 'outage', 'weather'] as const;

/** Nothing new is planned at a node until a time, and why. */
export function PauseDialog({ asked, seen, services, onClose }: Props) {
  const [choice, setChoice] = useState('day');
  const [typed, setTyped] = useState('');
  const [service, setService] = useState<string>('');
  const [replan, setReplan] = useState(false);
  const zone = seen.time_zone;
  const name = seen.name || seen.node;
  const until = choice === 'day' ? endOfDay(asked, zone) : choice === 'custom' ? momentIn(typed, zone) : new Date(asked + Number(choice) * HOUR_MS);
  const said = until ? dateTimeText(until, zone, true) : '…';
  const command = usePausing(() => {
    toastDone(t('paused.done', { name, time: said }));
    onClose();
  });
  const past = choice === 'custom' && (!until || until.getTime() <= asked);
  return (
    <ConfirmDialog
      open={asked > 0}
      onClose={onClose}
      title={t('pause.title', { name })}
      consequences={t('pause.consequences', { name })}
      action={t('pause.do', { time: said })}
      reason="needed"
      reasons={REASONS.map((each) => t(`pause.reason.${each}`))}
      pending={command.pending}
      error={command.error}
      onConfirm={(reason) => {
        if (past || !until) return;
        void command
          .run({ node: seen.node, reason, until: until.toISOString(), service: (service || null) as Schemas['Method'] | null, replan })
          .catch(() => undefined);
      }}
    >
      <Group gap={10} align="flex-end">
        <SegmentedControl
          aria-label={t('pause.until')}
          value={choice}
          onChange={setChoice}
          data={[
            ...HOURS.map((hours) => ({ value: String(hours), label: t('pause.hours', { hours }) })),
            { value: 'day', label: t('pause.day') },
            { value: 'custom', label: t('pause.custom') },
          ]}
        />
        {choice === 'custom' && (
          <TextInput
            type="datetime-local"
            label={t('pause.until')}
            description={t('pause.until.zone', { zone })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={past && typed ? t('pause.past') : undefined}
          />
        )}
      </Group>
      {services.length > 1 && (
        <Select
          label={t('pause.service')}
          data={[{ value: '', label: t('pause.service.all') }, ...services.map((each) => ({ value: each, label: serviceWord(each) }))]}
          value={service}
          onChange={(value) => setService(value ?? '')}
          allowDeselect={false}
          maw={240}
        />
      )}
      <Checkbox label={t('pause.replan')} checked={replan} onChange={(event) => setReplan(event.currentTarget.checked)} />
    </ConfirmDialog>
  );
}

/** Ends a pause before its time, and says why. */
export function ResumeDialog({ open, seen, onClose }: { open: boolean; seen: Node; onClose: () => void }) {
  const name = seen.name || seen.node;
  const command = useResuming(() => {
    toastDone(t('resumed.done', { name }));
    onClose();
  });
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t('resume.title', { name })}
      consequences={t('resume.consequences', { name })}
      action={t('resume.do')}
      reason="needed"
      pending={command.pending}
      error={command.error}
      onConfirm={(reason) => void (seen.pause && command.run({ node: seen.node, id: seen.pause.id, reason }).catch(() => undefined))}
    />
  );
}
