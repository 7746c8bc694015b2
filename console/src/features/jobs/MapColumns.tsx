import { ActionIcon, Alert, Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleHelp, Columns3, Plus, Sparkles, TriangleAlert, UserCheck, X } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { DataTable, type Column } from '@/ui/DataTable';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge, type Tone } from '@/ui/Status';
import { guessedOf, mappingOf, missing, savedFor, sureness, twice, type FileDetail, type Mapping, type Sureness } from './logic';
import { Samples } from './Mapped';
import { kindsQuery, type useImport } from './reads';
import { Scroll } from './Scroll';
import { t } from './words';

type Fixed = { field: string; value: string }[];

const fixedOf = (file: FileDetail): Fixed => Object.entries(file.mapping.fixed ?? {}).map(([field, value]) => ({ field, value: String(value) }));

/** Which column is which field: guessed, saved, or chosen; then the dry run. */
export function MapColumns({ file, doing }: { file: FileDetail; doing: ReturnType<typeof useImport> }) {
  const [mapping, setMapping] = useState<Mapping>(() => mappingOf(file));
  const [fixed, setFixed] = useState<Fixed>(() => fixedOf(file));
  const [name, setName] = useState('');
  const lacking = missing(mapping, fixed.map((each) => each.field), file.fields);
  const doubled = twice(mapping);
  const used = Object.values(mapping).filter((field) => field !== null).length;
  const wrong = lacking.length > 0 || doubled.length > 0;

  const start = async (then: 'check' | 'run') => {
    const values = Object.fromEntries(fixed.filter((each) => each.field && each.value).map((each) => [each.field, typed(each, file.fields)]));
    await doing.map.run({ columns: mapping, fixed: values, name: name.trim() || null });
    await doing[then].run();
  };
  const error = doing.map.error ?? doing.check.error ?? doing.run.error;
  const pending = doing.map.pending || doing.check.pending || doing.run.pending;
  const go = (then: 'check' | 'run') => void start(then).catch(() => undefined);

  return (
    <Panel
      flush
      title={t('map')}
      icon={Columns3}
      aside={t('map.aside', { mapped: used, count: file.preview.columns.length })}
      actions={
        <>
          <SavedPicker file={file} onPick={(saved) => setMapping(savedFor(file.preview.columns, saved, mapping))} />
          <Button variant="default" leftSection={<Sparkles size={14} aria-hidden />} onClick={() => setMapping(guessedOf(file))}>
            {t('map.guess')}
          </Button>
        </>
      }
    >
      <Scroll label={t('map')} className="map-table">
        <DataTable label={t('map')} rows={file.preview.columns.map((column, at) => ({ column, at }))} id={(row) => row.column} columns={columns(file, mapping, doubled, setMapping)} empty={<EmptyState />} />
      </Scroll>
      <FixedValues file={file} fixed={fixed} taken={mapping} onFixed={setFixed} />
      {lacking.length > 0 && (
        <Alert color="orange" radius={0} icon={<TriangleAlert size={16} aria-hidden />}>
          {t('map.missing', { count: lacking.length, fields: lacking.join(', ') })}
        </Alert>
      )}
      {error && (
        <Alert color="red" radius={0} icon={<TriangleAlert size={16} aria-hidden />} role="alert">
          {error.message}
        </Alert>
      )}
      <div className="map-foot">
        <TextInput label={t('map.save_as')} placeholder={t('map.save_as.hint')} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={80} w={260} />
        <span className="row push">
          <Button variant="default" disabled={wrong || !file.kept} loading={pending} onClick={() => go('run')}>
            {t('run.unchecked')}
          </Button>
          <Button disabled={wrong || !file.kept} loading={pending} onClick={() => go('check')}>
            {file.dry_run ? t('check.again') : t('check.run')}
          </Button>
        </span>
      </div>
    </Panel>
  );
}

function typed({ field, value }: Fixed[number], fields: readonly Schemas['Field'][]): string | number | boolean {
  const sort = fields.find((each) => each.name === field)?.sort;
  if ((sort === 'whole' || sort === 'number') && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  if (sort === 'yes_no' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return value;
}

interface Row {
  column: string;
  at: number;
}

function columns(file: FileDetail, mapping: Mapping, doubled: readonly string[], onMapping: (mapping: Mapping) => void): Column<Row>[] {
  const options = file.fields.map((field) => ({ value: field.name, label: field.required ? `${field.name} (${t('map.required')})` : field.name }));
  return [
    { key: 'column', title: t('map.column'), render: ({ column }) => <span className="mono strong">{column}</span> },
    { key: 'sample', title: t('map.sample'), render: ({ at }) => <Samples file={file} at={at} /> },
    {
      key: 'field',
      title: t('map.field'),
      width: 280,
      render: ({ column }) => {
        const field = mapping[column] ?? null;
        const own = field !== null && !options.some((each) => each.value === field) ? [{ value: field, label: field }] : [];
        return (
          <Select
            aria-label={t('map.field_of', { column })}
            data={[...options, ...own]}
            value={field}
            placeholder={t('map.skip')}
            clearable
            searchable
            error={field !== null && doubled.includes(field) ? t('map.twice', { field }) : undefined}
            onChange={(next) => onMapping({ ...mapping, [column]: next })}
          />
        );
      },
    },
    { key: 'sure', title: t('map.sure'), width: 150, render: ({ column }) => <Sure column={column} field={mapping[column] ?? null} file={file} /> },
  ];
}

const TONES: Record<Sureness, [Tone, typeof CircleCheck]> = {
  exact: ['teal', CircleCheck],
  high: ['blue', Sparkles],
  low: ['orange', CircleHelp],
  chosen: ['teal', UserCheck],
  none: ['gray', X],
};

function Sure({ column, field, file }: { column: string; field: string | null; file: FileDetail }) {
  const [sure, percent] = sureness(column, field, file.guesses);
  const [tone, icon] = TONES[sure];
  return (
    <StatusBadge tone={tone} icon={icon}>
      {t(`sure.${sure}`, { percent })}
    </StatusBadge>
  );
}

function SavedPicker({ file, onPick }: { file: FileDetail; onPick: (saved: Mapping) => void }) {
  const { data } = useQuery(kindsQuery());
  const saved = data?.items.find((each) => each.kind === file.kind)?.mappings ?? [];
  if (!saved.length) return null;
  return (
    <Select
      aria-label={t('map.saved')}
      placeholder={t('map.saved.pick')}
      data={saved.map((each) => each.name)}
      value={null}
      onChange={(name) => {
        const found = saved.find((each) => each.name === name);
        if (found) onPick(found.mapping.columns ?? {});
      }}
    />
  );
}

interface FixedProps {
  file: FileDetail;
  fixed: Fixed;
  taken: Mapping;
  onFixed: (fixed: Fixed) => void;
}

function FixedValues({ file, fixed, taken, onFixed }: FixedProps) {
  const used = new Set([...Object.values(taken), ...fixed.map((each) => each.field)]);
  const change = (at: number, part: Partial<Fixed[number]>) => onFixed(fixed.map((each, place) => (place === at ? { ...each, ...part } : each)));
  return (
    <div className="map-foot">
      <div className="col">
        <span className="small muted">{t('map.fixed')}</span>
        {fixed.map(({ field, value }, at) => (
          <div className="fixed-row" key={at}>
            <Select
              aria-label={t('map.fixed.field', { number: at + 1 })}
              placeholder={t('map.field')}
              searchable
              data={file.fields.filter((each) => each.name === field || !used.has(each.name)).map((each) => each.name)}
              value={field || null}
              onChange={(next) => change(at, { field: next ?? '' })}
            />
            <TextInput aria-label={t('map.fixed.value', { field: field || String(at + 1) })} value={value} onChange={(event) => change(at, { value: event.currentTarget.value })} />
            <ActionIcon size={28} aria-label={t('map.fixed.remove', { field: field || String(at + 1) })} onClick={() => onFixed(fixed.filter((_, place) => place !== at))}>
              <X size={14} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button variant="subtle" size="compact-sm" leftSection={<Plus size={13} aria-hidden />} onClick={() => onFixed([...fixed, { field: '', value: '' }])}>
            {t('map.fixed.add')}
          </Button>
        </div>
      </div>
    </div>
  );
}
