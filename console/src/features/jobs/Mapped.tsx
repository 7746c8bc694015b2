import { Columns3 } from 'lucide-react';
import { DataTable } from '@/ui/DataTable';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { mappingOf, type FileDetail } from './logic';
import { Scroll } from './Scroll';
import { t } from './words';

/** Which column was which field: to be looked at. */
export function Mapped({ file }: { file: FileDetail }) {
  const mapping = mappingOf(file);
  const used = Object.values(mapping).filter((field) => field !== null).length;
  const rows = file.preview.columns.map((column, at) => ({ column, at }));
  return (
    <Panel flush title={t('map')} icon={Columns3} aside={t('map.aside', { mapped: used, count: rows.length })}>
      <Scroll label={t('map')}>
        <DataTable
          label={t('map')}
          rows={rows}
          id={(row) => row.column}
          columns={[
            { key: 'column', title: t('map.column'), render: (row) => <span className="mono">{row.column}</span> },
            { key: 'sample', title: t('map.sample'), render: (row) => <Samples file={file} at={row.at} /> },
            { key: 'field', title: t('map.field'), render: (row) => mapping[row.column] ?? <span className="muted">{t('map.skip')}</span> },
          ]}
          empty={<EmptyState />}
        />
      </Scroll>
    </Panel>
  );
}

export function Samples({ file, at }: { file: FileDetail; at: number }) {
  const values = file.preview.cells.map((row) => row[at]).filter((cell): cell is string => Boolean(cell));
  const some = [...new Set(values)].slice(0, 3).join(' · ');
  return (
    <span className="samples truncate" style={{ display: 'block' }} title={some}>
      {some || '–'}
    </span>
  );
}
