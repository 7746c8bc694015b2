import { Alert, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FileUp, TriangleAlert } from 'lucide-react';
import { useAllowed } from '@/api/session';
import { bytes } from '@/i18n';
import { useGo, useParam } from '@/ui/address';
import { Page, Panel } from '@/ui/Panel';
import { StageStrip } from '@/ui/Stages';
import { ErrorState, SkeletonPage } from '@/ui/States';
import { Checked } from './Checked';
import { JobState } from './JobState';
import { stagesOf } from './stages';
import type { FileDetail } from './logic';
import { Mapped } from './Mapped';
import { MapColumns } from './MapColumns';
import { importQuery, useImport } from './reads';
import { Ran, Working } from './Ran';
import { importKindWord, t } from './words';
import './jobs.css';

const MAPS = new Set(['uploaded', 'checked', 'failed']);

/** One file on its way in: its columns, what it would do, how far it is, what it did. */
export default function FilePage() {
  const id = useParam('id');
  const query = useQuery(importQuery(id));
  if (query.data) return <File key={id} file={query.data} />;
  if (query.error) {
    return (
      <Page title={t('import')}>
        <Panel>
          <ErrorState error={query.error} retry={() => void query.refetch()} />
        </Panel>
      </Page>
    );
  }
  return <SkeletonPage />;
}

function File({ file }: { file: FileDetail }) {
  const go = useGo();
  const may = useAllowed('jobs:write');
  const { state, progress } = file;
  const working = state === 'checking' || state === 'running';
  const doing = useImport(file.id);
  return (
    <Page
      title={file.file}
      aside={
        <>
          <JobState state={state} />
          <span className="muted small">
            {importKindWord(file.kind)} · {bytes(file.size)}
          </span>
        </>
      }
      actions={
        may && (
          <Button variant="default" leftSection={<FileUp size={14} aria-hidden />} onClick={() => go('/jobs/import', { kind: file.kind })}>
            {t('import.new')}
          </Button>
        )
      }
    >
      <Panel>
        <StageStrip label={t('jobs.progress')} stages={stagesOf(file)} />
      </Panel>
      {state === 'failed' && (
        <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} title={t('run.failed')} role="alert">
          {progress.fault}
        </Alert>
      )}
      {!file.kept && state !== 'done' && (
        <Alert color="orange" icon={<TriangleAlert size={16} aria-hidden />}>
          {t('run.gone')}
        </Alert>
      )}
      {working && <Working file={file} doing={doing} may={may} />}
      {(state === 'done' || state === 'canceled') && <Ran file={file} doing={doing} may={may} />}
      {state === 'checked' && <Checked file={file} doing={doing} may={may} />}
      {may && MAPS.has(state) ? <MapColumns key={file.mapping_name ?? ''} file={file} doing={doing} /> : <Mapped file={file} />}
    </Page>
  );
}
