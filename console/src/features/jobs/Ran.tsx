import { Button, Progress } from '@mantine/core';
import { Ban, CircleCheck, LoaderCircle, Play } from 'lucide-react';
import { number, percent } from '@/i18n';
import { Panel } from '@/ui/Panel';
import { ErrorState } from '@/ui/States';
import { DateTime } from '@/ui/Time';
import { rateText, timeLeft, type FileDetail } from './logic';
import type { useImport } from './reads';
import { Rejects } from './Rejects';
import { Tiles } from './Tiles';
import { t } from './words';

interface Props {
  file: FileDetail;
  doing: ReturnType<typeof useImport>;
  may: boolean;
}

/** A rehearsal or a run going on: how far, how fast, how long still. */
export function Working({ file, doing, may }: Props) {
  const { progress, dry_run: found } = file;
  const title = progress.rehearsal ? t('check.running') : t('run.running');
  const waits = progress.began_at === null;
  const rows = found && !progress.rehearsal ? t('done_of', { done: number(progress.rows), total: number(found.rows), unit: t('unit.rows') }) : t('done_only', { done: number(progress.rows), unit: t('unit.rows') });
  return (
    <Panel
      title={title}
      icon={LoaderCircle}
      actions={
        may && (
          <Button variant="default" leftSection={<Ban size={14} aria-hidden />} loading={doing.cancel.pending} onClick={() => void doing.cancel.run().catch(() => undefined)}>
            {progress.rehearsal ? t('run.cancel_check') : t('run.cancel')}
          </Button>
        )
      }
    >
      <div className="col" role="status">
        <Progress value={progress.share * 100} size={8} radius="xl" animated={!waits} aria-label={`${title}: ${percent(progress.share, 0)}`} />
        <span className="row wrap tabular">
          <b>{waits ? t('run.waiting') : percent(progress.share, 0)}</b>
          <span className="muted">{rows}</span>
          {progress.rows_per_s !== null && <span className="muted">{t('per_s', { rate: rateText(progress.rows_per_s) })}</span>}
          {progress.eta_s !== null && (
            <span className="muted">
              {t('jobs.eta')}: {timeLeft(progress.eta_s)}
            </span>
          )}
          {progress.rejected > 0 && (
            <span style={{ color: 'var(--tone-red)' }}>
              {t('became.rejected')}: {number(progress.rejected)}
            </span>
          )}
        </span>
        <span className="muted small">{t('run.leave')}</span>
      </div>
      {doing.cancel.error && <ErrorState error={doing.cancel.error} />}
    </Panel>
  );
}

/** What an import has brought; where it was broken off it can go on. */
export function Ran({ file, doing, may }: Props) {
  const { progress } = file;
  const done = file.state === 'done';
  return (
    <>
      <Panel
        title={done ? t('run.done') : t('run.canceled', { count: progress.rows })}
        icon={done ? CircleCheck : Ban}
        aside={
          <>
            {progress.asked_by} · <DateTime at={progress.ended_at} />
          </>
        }
        actions={
          !done &&
          may &&
          file.kept && (
            <Button leftSection={<Play size={14} aria-hidden />} loading={doing.run.pending} onClick={() => void doing.run.run().catch(() => undefined)}>
              {t('run.go_on')}
            </Button>
          )
        }
      >
        <Tiles counts={progress.counts} rejected={progress.rejected} />
        {!done && <p className="muted">{t('run.canceled.text')}</p>}
        {doing.run.error && <ErrorState error={doing.run.error} />}
      </Panel>
      {(done || progress.rejected > 0) && <Rejects file={file} of="run" count={progress.rejected} settled={progress.ended_at ?? ''} />}
    </>
  );
}
