import { Button, FileButton, Progress, Select } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileUp, History } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';
import { useSession } from '@/api/session';
import { bytes, number } from '@/i18n';
import { one, useAddress, useGo, type Search } from '@/ui/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState, ErrorState } from '@/ui/States';
import { DateTime } from '@/ui/Time';
import type { Schemas } from '@/api/client';
import { JobState } from './JobState';
import { importQuery, importsQuery, kindsQuery } from './reads';
import { upload } from './upload';
import { Scroll } from './Scroll';
import { importKindWord, t } from './words';
import './jobs.css';

const ENDINGS = '.csv,.tsv,.txt,.jsonl,.ndjson,.parquet';

const read = (search: Search) => ({ kind: one(search.kind) });

/** A file goes in: what it is of, the file, and what was imported before. */
export default function ImportPage() {
  const go = useGo();
  const history = useQuery(importsQuery());
  return (
    <Page title={t('jobs.import')}>
      <Taking />
      <Panel flush title={t('import.history')} icon={History}>
        <Scroll label={t('import.history')}>
          <DataTable
            label={t('import.history')}
            rows={history.data?.items}
            columns={COLUMNS}
            id={(file) => file.id}
            onOpen={(file) => go(`/jobs/import/${file.id}`)}
            error={history.error}
            retry={() => void history.refetch()}
            skeletonRows={4}
            empty={<EmptyState icon={FileUp} title={t('import.history.none')}>{t('import.history.none.text')}</EmptyState>}
          />
        </Scroll>
      </Panel>
    </Page>
  );
}

interface Sending {
  name: string;
  share: number;
}

function Taking() {
  const [{ kind: chosen }, change] = useAddress(read);
  const go = useGo();
  const client = useQueryClient();
  const session = useSession();
  const kinds = useQuery(kindsQuery());
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const open = kinds.data?.items.filter((each) => session?.scopes.includes(each.scope) || session?.scopes.includes('admin'));
  const kind = open?.find((each) => each.kind === chosen)?.kind ?? open?.[0]?.kind;

  const needed = open?.find((each) => each.kind === kind)?.fields.filter((field) => field.required).map((field) => field.name).join(', ');

  const take = async (file: File | null | undefined) => {
    if (!file || !kind || sending) return;
    setError(null);
    setSending({ name: file.name, share: 0 });
    try {
      const made = await upload(file, kind, (share) => setSending({ name: file.name, share })).done;
      client.setQueryData(importQuery(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: ['jobs'] });
      go(`/jobs/import/${made.id}`);
    } catch (fault) {
      setError(fault as Error);
    } finally {
      setSending(null);
    }
  };

  return (
    <Panel>
      <div className="import-take">
        <div className="col">
        <Select
          label={t('import.what')}
          data={open?.map((each) => ({ value: each.kind, label: importKindWord(each.kind) })) ?? []}
          value={kind ?? null}
          onChange={(next) => change({ kind: next ?? undefined }, { replace: true })}
          allowDeselect={false}
          disabled={!open}
        />
        {needed && <span className="muted small">{t('import.needs', { fields: needed })}</span>}
        </div>
        <DropZone busy={sending} onFile={(file) => void take(file)} />
      </div>
      {error && <ErrorState error={error} title={t('import.wrong')} />}
    </Panel>
  );
}

function DropZone({ busy, onFile }: { busy: Sending | null; onFile: (file: File | null) => void }) {
  const [over, setOver] = useState(0);
  const depth = useRef(0);
  const enter = (event: DragEvent, by: number) => {
    event.preventDefault();
    depth.current += by;
    setOver(depth.current > 0 ? Math.max(event.dataTransfer.items.length, 1) : 0);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    depth.current = 0;
    setOver(0);
    onFile(event.dataTransfer.files[0] ?? null);
  };
  if (busy) {
    const label = t('import.uploading', { file: busy.name });
    return (
      <div className="drop-zone" role="status">
        <b>{label}</b>
        <Progress value={busy.share * 100} size={6} radius="xl" w={260} aria-label={label} />
      </div>
    );
  }
  return (
    <div className="drop-zone" data-over={over ? '' : undefined} onDragEnter={(event) => enter(event, 1)} onDragLeave={(event) => enter(event, -1)} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <FileUp size={26} strokeWidth={1.5} aria-hidden />
      <b>{over ? t('import.dropped', { count: over }) : t('import.drop')}</b>
      <span className="muted small">{t('import.drop.or')}</span>
      <FileButton accept={ENDINGS} onChange={onFile}>
        {(props) => (
          <Button {...props} variant="default" mt={6}>
            {t('import.choose')}
          </Button>
        )}
      </FileButton>
    </div>
  );
}

const COLUMNS: Column<Schemas['FileAnswer']>[] = [
  { key: 'file', title: t('import.file'), render: (file) => <span className="strong truncate">{file.file}</span> },
  { key: 'kind', title: t('jobs.kind'), render: (file) => importKindWord(file.kind) },
  { key: 'state', title: t('jobs.state'), render: (file) => <JobState state={file.state} title={file.progress.fault ?? undefined} /> },
  { key: 'rows', title: t('import.rows'), num: true, render: (file) => number(file.progress.rows) },
  { key: 'rejected', title: t('jobs.errors'), num: true, render: (file) => (file.progress.rejected ? <b>{number(file.progress.rejected)}</b> : <span className="muted">–</span>) },
  { key: 'size', title: t('import.size'), num: true, render: (file) => bytes(file.size) },
  { key: 'by', title: t('import.by'), render: (file) => file.progress.asked_by ?? file.uploaded_by },
  { key: 'at', title: t('import.uploaded'), render: (file) => <DateTime at={file.uploaded_at} /> },
];
