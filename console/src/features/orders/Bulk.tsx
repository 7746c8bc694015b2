import { Button, Group, Progress, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Ban, Download, Hand, Play, RotateCcw, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { holdWord } from '@/domain/words';
import { duration, number, say } from '@/i18n';
import { ConfirmDialog } from '@/ui/Confirm';
import { Loaded } from '@/ui/Loaded';
import { toastDone, toastFailed, toastUndo } from '@/ui/toast';
import { doneOf, ended, paceOf, useJob, useJobCommands, usePreview, type Action, type Job, type Target } from './jobs';
import { HOLDS } from './model';
import { skipWord, t } from './words';

export const ACTIONS = [
  { action: 'hold', icon: Hand },
  { action: 'unhold', icon: Play },
  { action: 'cancel', icon: Ban },
] as const;

interface DialogProps {
  action: Action;
  target: Target;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** Asks once: what would change and what not, the kind of hold, and why. */
export function BulkDialog({ action, target, onClose, onStarted }: DialogProps) {
  const [kind, setKind] = useState<Schemas['HoldKind']>('manual');
  const preview = usePreview(action, target, kind);
  const { start } = useJobCommands();
  const changes = preview.data?.changes ?? 0;
  const confirm = (reason: string) => {
    if (!preview.data || (!changes && !preview.data.more)) return onClose();
    void start.run({ action, target, reason, kind }).then(onStarted, () => undefined);
  };
  return (
    <ConfirmDialog
      open
      danger={action === 'cancel'}
      title={t(`bulk.${action}.title`)}
      consequences={t(`bulk.${action}.text`)}
      action={preview.data && !changes ? say('close') : t(`bulk.go.${action}`, { count: changes })}
      reason="needed"
      pending={start.pending || preview.isPending}
      error={start.error}
      onClose={onClose}
      onConfirm={confirm}
    >
      <div className="orders-preview" aria-live="polite">
        <Loaded query={preview}>{(seen) => <Preview seen={seen} />}</Loaded>
      </div>
      {action !== 'cancel' && (
        <Select
          label={t('bulk.kind')}
          data={HOLDS.map((value) => ({ value, label: holdWord(value) }))}
          value={kind}
          onChange={(value) => value && setKind(value as Schemas['HoldKind'])}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
        />
      )}
    </ConfirmDialog>
  );
}

function Preview({ seen }: { seen: Schemas['PreviewAnswer'] }) {
  const skipped = Object.entries(seen.skipped);
  const none = !seen.changes && !seen.more;
  return (
    <>
      <p className="strong">{none ? t('bulk.nothing') : t(seen.more ? 'bulk.change.more' : 'bulk.change', { count: seen.changes })}</p>
      {skipped.map(([why, count]) => (
        <p key={why} className="muted">
          {t('bulk.skip', { count, why: skipWord(why) })}
        </p>
      ))}
    </>
  );
}

/** A job under way, over the foot of the page: how far, how fast, and a way to stop it. It says how it ended. */
export function JobBar({ id, onEnded, onFollow }: { id: string; onEnded: (job: Job) => void; onFollow: (id: string) => void }) {
  const client = useQueryClient();
  const { data: job, dataUpdatedAt } = useJob(id);
  const { stop, undo } = useJobCommands();
  const told = useRef(false);
  useEffect(() => {
    if (!job || !ended(job) || told.current) return;
    told.current = true;
    tellEnd(job, () => undo.run(job.id).then((made) => onFollow(made.id), (fault: Error) => toastFailed(fault.message)));
    void client.invalidateQueries({ queryKey: ['jobs'] });
    void client.invalidateQueries({ queryKey: ['orders', 'count'] });
    onEnded(job);
  }, [job, client, undo, onEnded, onFollow]);
  if (!job || ended(job)) return null;
  const pace = paceOf(job, dataUpdatedAt);
  return (
    <div className="bulkbar orders-job" role="status" aria-label={t('job.progress')}>
      <span className="strong nowrap">{t(`job.${job.action}`)}</span>
      <Progress value={job.expected ? (100 * doneOf(job)) / job.expected : 100} w={180} aria-label={t('job.progress')} />
      <span className="tabular nowrap">{t('job.running', { done: doneOf(job), expected: job.expected })}</span>
      {pace && <span className="muted small tabular nowrap">{t('job.rate', { rate: number(pace.rate, pace.rate < 10 ? 1 : 0), left: duration(pace.leftS) })}</span>}
      <Button variant="default" leftSection={<Square size={12} aria-hidden />} loading={stop.pending || job.state === 'stopping'} onClick={() => void stop.run(job.id).catch(() => undefined)}>
        {t('job.stop')}
      </Button>
    </div>
  );
}

function tellEnd(job: Job, undo: () => unknown): void {
  const left = job.skipped + job.failed;
  const text = [t(`job.done.${job.action}`, { count: job.changed }), ...(left ? [t('job.left', { count: left })] : [])].join(' · ');
  if (job.state === 'fault') toastFailed(job.fault ?? text);
  else if (job.undoable) toastUndo(text, undo);
  else toastDone(text);
}

/** What was done before: every job with how it ended, its rows that were left, and a way to take it back. */
export function JobList({ jobs, onFollow }: { jobs: readonly Job[]; onFollow: (id: string) => void }) {
  const { undo } = useJobCommands();
  if (!jobs.length) return <p className="muted small orders-choice">{t('jobs.none')}</p>;
  return (
    <ul className="orders-jobs">
      {jobs.map((job) => (
        <li key={job.id}>
          <div className="row">
            <span className="strong">{job.ended_at ? t(`job.done.${job.action}`, { count: job.changed }) : t('job.running', { done: doneOf(job), expected: job.expected })}</span>
            <span className="count push">{job.undone_by ? t('job.undone') : t(`job.state.${job.state}`)}</span>
          </div>
          <div className="muted small truncate">
            {job.actor} · {job.undoes ? t('job.undo.of') : job.reason}
          </div>
          <Group gap={4}>
            {job.skipped + job.failed > 0 && (
              <Button component="a" href={`/v1/orders/bulk/${job.id}/errors.csv`} download variant="subtle" size="compact-xs" leftSection={<Download size={12} aria-hidden />} title={t('jobs.errors')}>
                {t('job.left', { count: job.skipped + job.failed })}
              </Button>
            )}
            {job.undoable && (
              <Button variant="subtle" size="compact-xs" leftSection={<RotateCcw size={12} aria-hidden />} onClick={() => void undo.run(job.id).then((made) => onFollow(made.id), (fault: Error) => toastFailed(fault.message))}>
                {say('undo')}
              </Button>
            )}
          </Group>
        </li>
      ))}
    </ul>
  );
}
