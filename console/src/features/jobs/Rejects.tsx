import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, Download } from 'lucide-react';
import { number } from '@/i18n';
import { DataTable, type Column } from '@/ui/DataTable';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import type { Schemas } from '@/api/client';
import type { FileDetail } from './logic';
import { rejectsFile, rejectsQuery } from './reads';
import { Scroll } from './Scroll';
import { reasonText, t } from './words';

type Row = Schemas['RejectAnswer'];

interface Props {
  file: FileDetail;
  of: 'run' | 'dry-run';
  count: number;
  /** Read again when this is another. */
  settled: string;
}

/** Rows that were not taken, each with its field and reason; all of them as a file. */
export function Rejects({ file, of, count, settled }: Props) {
  const query = useQuery(rejectsQuery(file.id, of, settled));
  if (!count) {
    return (
      <Panel>
        <span className="row">
          <CircleCheck size={16} aria-hidden style={{ color: 'var(--tone-teal)' }} />
          {t('rejects.none')}
        </span>
      </Panel>
    );
  }
  return (
    <Panel
      flush
      title={t('rejects')}
      icon={CircleX}
      actions={
        <Button component="a" href={rejectsFile(file.id, of)} download variant="default" leftSection={<Download size={14} aria-hidden />}>
          {t('rejects.download', { count })}
        </Button>
      }
    >
      <Scroll label={t('rejects')}>
        <DataTable label={t('rejects')} rows={query.data?.items} columns={COLUMNS} id={(row) => String(row.row)} error={query.error} retry={() => void query.refetch()} skeletonRows={3} empty={<EmptyState />} />
      </Scroll>
      {query.data?.next && (
        <div className="table-foot">{t('rejects.first', { shown: number(query.data.items.length), count: number(count) })}</div>
      )}
    </Panel>
  );
}

const COLUMNS: Column<Row>[] = [
  { key: 'row', title: t('rejects.row'), num: true, width: 70, render: (row) => number(row.row) },
  { key: 'field', title: t('rejects.field'), width: 150, render: (row) => (row.field ? <span className="mono">{row.field}</span> : <span className="muted">{t('rejects.whole')}</span>) },
  { key: 'reason', title: t('rejects.reason'), render: (row) => <span style={{ whiteSpace: 'normal' }}>{reasonText(row.reason)}</span> },
  { key: 'data', title: t('rejects.data'), render: (row) => <Said data={row.data} /> },
];

function Said({ data }: { data: unknown }) {
  const text = JSON.stringify(data);
  return (
    <span className="mono reject-data truncate" style={{ display: 'block' }} title={text}>
      {text}
    </span>
  );
}
