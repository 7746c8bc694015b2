import { ActionIcon, Button, Select, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ban, ChevronLeft, ChevronRight, ListChecks, Upload } from 'lucide-react';
import { useState } from 'react';
import { useAllowed } from '@/api/session';
import { number } from '@/i18n';
import { one, useAddress, useGo, type Search } from '@/ui/address';
import { ConfirmDialog } from '@/ui/Confirm';
import { DataTable, type Column } from '@/ui/DataTable';
import { Drawer } from '@/ui/Drawer';
import { SavedViewTabs } from '@/ui/Filters';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { DateTime } from '@/ui/Time';
import { toastDone } from '@/ui/toast';
import { Facts } from '@/ui/Values';
import { JobProgress } from './JobProgress';
import { JobState } from './JobState';
import { rateText, type Job } from './logic';
import { jobsQuery, useCancelJob, type JobsAsked } from './reads';
import { Scroll } from './Scroll';
import { bulkWord, figureWord, kindWord, t } from './words';

const KINDS = ['import', 'replay', 'wave', 'look_ahead', 'training', 'bulk'] as const;

interface Address extends JobsAsked {
  job?: string;
}

const read = (search: Search): Address => {
  const kind = KINDS.find((each) => each === one(search.kind));
  const view = one(search.view);
  return { kind, open: view === 'open' ? true : view === 'ended' ? false : undefined, cursor: one(search.cursor), job: one(search.job) };
};

const viewOf = (open: boolean | undefined) => (open === undefined ? 'all' : open ? 'open' : 'ended');

/** What a job is about, in words. */
export function titleOf(job: Job): string {
  if (job.kind === 'wave') return t('title.wave');
  if (job.kind === 'bulk') return bulkWord(job.title);
  if (job.kind === 'import') return job.title.slice(job.title.indexOf(': ') + 2);
  return t(`title.${job.kind}`, { title: job.title });
}

/** Long work of every kind: what runs, how far it has come, what came of it. */
export default function JobsPage() {
  const [address, change] = useAddress(read);
  const go = useGo();
  const { job: opened, ...asked } = address;
  const query = useQuery(jobsQuery(asked));
  const may = useAllowed('jobs:write');
  const [ending, setEnding] = useState<Job | null>(null);
  const cancel = useCancelJob();
  const shown = query.data?.items.find((job) => `${job.kind}/${job.id}` === opened) ?? null;
  const open = (job: Job) => (job.kind === 'import' ? go(`/jobs/import/${job.id}`) : change({ job: `${job.kind}/${job.id}` }));

  const end = async () => {
    if (!ending) return;
    await cancel.run(ending);
    toastDone(t('jobs.canceled', { title: titleOf(ending) }));
    setEnding(null);
  };

  return (
    <Page
      fixed
      title={t('jobs')}
      actions={
        may && (
          <Button leftSection={<Upload size={14} aria-hidden />} onClick={() => go('/jobs/import')}>
            {t('jobs.import')}
          </Button>
        )
      }
    >
      <div className="row wrap no-print">
        <SavedViewTabs
          views={(['all', 'open', 'ended'] as const).map((id) => ({ id, name: t(`jobs.${id}`) }))}
          current={viewOf(asked.open)}
          onView={(view) => change({ view: view === 'all' ? undefined : view, cursor: undefined })}
        />
        <Select
          className="push"
          w={170}
          aria-label={t('jobs.kind')}
          placeholder={t('jobs.kind.any')}
          clearable
          data={KINDS.map((kind) => ({ value: kind, label: kindWord(kind) }))}
          value={asked.kind ?? null}
          onChange={(kind) => change({ kind: kind ?? undefined, cursor: undefined })}
        />
      </div>
      <Panel flush className="fills">
        <Scroll label={t('jobs')}>
          <DataTable
            label={t('jobs')}
            rows={query.data?.items}
            columns={columns(may ? setEnding : null)}
            id={(job) => `${job.kind}/${job.id}`}
            onOpen={open}
            openId={opened}
            error={query.error}
            retry={() => void query.refetch()}
            empty={<EmptyState icon={ListChecks} title={asked.open ? t('jobs.none.open') : t('jobs.none')}>{t('jobs.none.text')}</EmptyState>}
          />
        </Scroll>
        {(asked.cursor || query.data?.next) && <div className="table-foot">
          {asked.cursor && (
            <Button variant="default" leftSection={<ChevronLeft size={14} aria-hidden />} onClick={() => change({ cursor: undefined })}>
              {t('jobs.first')}
            </Button>
          )}
          {query.data?.next && (
            <Button variant="default" className="push" rightSection={<ChevronRight size={14} aria-hidden />} onClick={() => change({ cursor: query.data.next! })}>
              {t('jobs.next')}
            </Button>
          )}
        </div>}
      </Panel>
      <JobDrawer job={shown} onClose={() => change({ job: undefined })} />
      <ConfirmDialog
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={t('jobs.cancel.title')}
        consequences={ending?.kind === 'replay' ? t('jobs.cancel.replay') : t('jobs.cancel.import')}
        action={t('jobs.cancel')}
        danger
        pending={cancel.pending}
        error={cancel.error}
        onConfirm={() => void end().catch(() => undefined)}
      />
    </Page>
  );
}

function columns(end: ((job: Job) => void) | null): Column<Job>[] {
  return [
    {
      key: 'job',
      title: t('jobs.job'),
      render: (job) => (
        <span className="row">
          <span className="muted small" style={{ inlineSize: 78, flex: 'none' }}>
            {kindWord(job.kind)}
          </span>
          <span className="strong truncate">{titleOf(job)}</span>
        </span>
      ),
    },
    { key: 'state', title: t('jobs.state'), render: (job) => <JobState state={job.state} title={job.fault ?? undefined} /> },
    { key: 'progress', title: t('jobs.progress'), render: (job) => <JobProgress job={job} /> },
    { key: 'rate', title: t('jobs.rate'), num: true, render: (job) => (job.rows_per_s === null ? <Dash /> : t('per_s', { rate: rateText(job.rows_per_s) })) },
    { key: 'errors', title: t('jobs.errors'), num: true, render: (job) => (job.errors ? <b>{number(job.errors)}</b> : <Dash />) },
    { key: 'by', title: t('jobs.by'), render: (job) => job.started_by },
    { key: 'at', title: t('jobs.at'), render: (job) => <DateTime at={job.started_at} /> },
    {
      key: 'actions',
      title: t('jobs.actions'),
      width: 76,
      render: (job) =>
        job.cancelable && end ? (
          <Tooltip label={t('jobs.cancel')}>
            <ActionIcon size={26} aria-label={`${t('jobs.cancel')}: ${titleOf(job)}`} onClick={() => end(job)}>
              <Ban size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ) : null,
    },
  ];
}

const Dash = () => <span className="muted">–</span>;

function JobDrawer({ job, onClose }: { job: Job | null; onClose: () => void }) {
  return (
    <Drawer open={job !== null} onClose={onClose} title={job ? `${kindWord(job.kind)} · ${titleOf(job)}` : ''}>
      {job && (
        <Facts
          items={[
            [t('jobs.state'), <JobState key="s" state={job.state} />],
            [t('jobs.progress'), <JobProgress key="p" job={job} />],
            [t('jobs.by'), job.started_by],
            [t('jobs.at'), <DateTime key="a" at={job.started_at} />],
            [t('jobs.ended_at'), <DateTime key="e" at={job.ended_at} />],
            ...Object.entries(job.figures).map(([name, value]): [string, string] => [figureWord(name), number(value)]),
            ...(job.fault ? [[t('state.failed'), job.fault] as [string, string]] : []),
          ]}
        />
      )}
    </Drawer>
  );
}
