import { Progress } from '@mantine/core';
import { number, percent } from '@/i18n';
import { timeLeft, type Job } from './logic';
import { t } from './words';

/** How far a job has come: a bar while it goes on, then how much it was. */
export function JobProgress({ job }: { job: Job }) {
  const unit = t(`unit.${job.unit}` as 'unit.rows');
  const told = job.total === null ? t('done_only', { done: number(job.done), unit }) : t('done_of', { done: number(job.done), total: number(job.total), unit });
  const left = timeLeft(job.eta_s);
  const going = job.state === 'running' || job.state === 'waiting';
  if (!going && job.state !== 'canceled') return <span className="tabular">{job.total === job.done ? t('done_only', { done: number(job.done), unit }) : told}</span>;
  return (
    <span className="row" style={{ gap: 10 }}>
      {job.share !== null && <Bar share={job.share} label={told} />}
      <span className="tabular muted small">{left ? t('jobs.left', { told, left }) : told}</span>
    </span>
  );
}

export function Bar({ share, label, width = 90 }: { share: number; label: string; width?: number | string }) {
  return <Progress value={share * 100} size={6} radius="xl" style={{ inlineSize: width, flex: 'none' }} aria-label={`${label}: ${percent(share, 0)}`} />;
}
