import { Button, Checkbox, Group, Popover, ScrollArea, Stack, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, ChevronRight, ListFilter } from 'lucide-react';
import { useState } from 'react';
import { holdWord, methodWord, phaseWord } from '@/domain/words';
import { dateTimeText } from '@/i18n';
import { useZone } from '@/ui/clock';
import { FilterPills, type Pill } from '@/ui/Filters';
import { FLAGS, HOLDS, LISTS, METHODS, PHASES, STAGES, TIMES, withKind, type Filters, type FlagKind, type Kind, type ListKind, type TimeKind } from './model';
import { channelsQuery, nodesQuery } from './reads';
import { stageWord, t } from './words';

const OFFERED: readonly Kind[] = ['phase', 'stage', 'channel', 'node', 'method', 'service', 'sku', 'hold', 'held', 'exceptions', 'late', 'at_risk', 'placed_after', 'placed_before', 'promised_before', 'ended_after'];
const WORDS: Partial<Record<Kind, (value: string) => string>> = { phase: phaseWord, stage: stageWord, method: methodWord, hold: holdWord };
const FIXED: Partial<Record<Kind, readonly string[]>> = { phase: PHASES, stage: STAGES, method: METHODS, hold: HOLDS };

const isFlag = (kind: Kind): kind is FlagKind => FLAGS.includes(kind as FlagKind);
const isTime = (kind: Kind): kind is TimeKind => TIMES.includes(kind as TimeKind);
const word = (kind: Kind, value: string) => WORDS[kind]?.(value) ?? value;

interface Props {
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

/** The filters in force, each a pill that opens its choices again, and the one way to add another. */
export function FilterBar({ filters, onFilters }: Props) {
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind | null>(null);
  const zone = useZone();
  const set = (changed: Kind, values: readonly string[]) => onFilters(withKind(filters, changed, values));
  const edit = (chosen: Kind | null) => {
    setKind(chosen);
    setOpen(true);
  };
  const choose = (chosen: Kind) => {
    if (!isFlag(chosen)) return setKind(chosen);
    set(chosen, ['true']);
    setOpen(false);
  };
  const pills = (Object.keys(filters) as Kind[]).filter((each) => each !== 'q').map(
    (each): Pill => ({
      key: each,
      name: t(`kind.${each}`),
      value: isFlag(each) ? '' : pillText(each, filters[each]!, zone),
      onRemove: () => set(each, []),
      onEdit: isFlag(each) ? undefined : () => edit(each),
    }),
  );
  return (
    <FilterPills pills={pills} onClear={() => onFilters(filters.q ? { q: filters.q } : {})}>
      <Popover opened={open} onChange={setOpen} position="bottom-start" width={290} trapFocus returnFocus>
        <Popover.Target>
          <Button variant="default" leftSection={<ListFilter size={14} aria-hidden />} aria-expanded={open} onClick={() => (open ? setOpen(false) : edit(null))}>
            {t('filter')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={6} aria-label={kind ? t(`kind.${kind}`) : t('filter')}>
          {kind === null ? (
            <Kinds used={filters} onChoose={choose} />
          ) : (
            <Editor key={kind} kind={kind} values={filters[kind] ?? []} onValues={(values) => set(kind, values)} onBack={() => setKind(null)} onDone={() => setOpen(false)} />
          )}
        </Popover.Dropdown>
      </Popover>
    </FilterPills>
  );
}

function pillText(kind: Kind, values: readonly string[], zone: string | undefined): string {
  const first = isTime(kind) ? dateTimeText(values[0]!, zone) : word(kind, values[0]!);
  if (values.length === 1) return first;
  if (values.length === 2) return `${first}, ${word(kind, values[1]!)}`;
  return t('filter.several', { first, count: values.length - 1 });
}

function Kinds({ used, onChoose }: { used: Filters; onChoose: (kind: Kind) => void }) {
  const [text, setText] = useState('');
  const shown = OFFERED.filter((kind) => !(isFlag(kind) && used[kind]) && t(`kind.${kind}`).toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <>
      <TextInput
        placeholder={t('filter.find')}
        aria-label={t('filter.find')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && shown[0]) onChoose(shown[0]);
        }}
        data-autofocus
        mb={6}
      />
      <ScrollArea.Autosize mah={330}>
        {shown.map((kind) => (
          <UnstyledButton key={kind} className="orders-choice" onClick={() => onChoose(kind)}>
            {t(`kind.${kind}`)}
            {!isFlag(kind) && <ChevronRight size={14} aria-hidden className="muted push" />}
          </UnstyledButton>
        ))}
        {!shown.length && <p className="muted small orders-choice">{t('filter.nothing')}</p>}
      </ScrollArea.Autosize>
    </>
  );
}

interface EditorProps {
  kind: Kind;
  values: readonly string[];
  onValues: (values: string[]) => void;
  onBack: () => void;
  onDone: () => void;
}

function Editor(props: EditorProps) {
  return (
    <Stack gap={6}>
      <UnstyledButton className="orders-choice strong" onClick={props.onBack} aria-label={t('filter.back')}>
        <ArrowLeft size={14} aria-hidden />
        {t(`kind.${props.kind}`)}
      </UnstyledButton>
      <Choices {...props} />
    </Stack>
  );
}

function Choices(props: EditorProps) {
  const { kind } = props;
  if (FIXED[kind]) return <Boxes {...props} options={FIXED[kind].map((value) => ({ value, label: word(kind, value) }))} />;
  if (kind === 'channel') return <Channels {...props} />;
  if (kind === 'node') return <Nodes {...props} />;
  if (isTime(kind)) return <Moment {...props} />;
  return <Text {...props} />;
}

function Channels(props: EditorProps) {
  const found = useQuery(channelsQuery).data?.items;
  return <Boxes {...props} options={found?.map((each) => ({ value: each.channel, label: each.name || each.channel }))} />;
}

function Nodes(props: EditorProps) {
  const found = useQuery(nodesQuery).data?.items;
  return <Boxes {...props} options={found?.map((each) => ({ value: each.node, label: each.name ? `${each.name} (${each.node})` : each.node }))} />;
}

function Boxes({ values, onValues, options = [], kind }: EditorProps & { options?: { value: string; label: string }[] }) {
  const [text, setText] = useState('');
  const sought = text.trim().toLowerCase();
  const shown = options.filter((each) => each.label.toLowerCase().includes(sought));
  const flip = (value: string) => onValues(values.includes(value) ? values.filter((each) => each !== value) : [...values, value]);
  return (
    <>
      {options.length > 8 && (
        <TextInput placeholder={t(`kind.${kind}`)} aria-label={t(`kind.${kind}`)} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
      )}
      <ScrollArea.Autosize mah={290}>
        <Stack gap={0}>
          {shown.map((each) => (
            <Checkbox key={each.value} className="orders-check" label={each.label} checked={values.includes(each.value)} onChange={() => flip(each.value)} />
          ))}
          {!shown.length && <p className="muted small orders-choice">{t('filter.nothing')}</p>}
        </Stack>
      </ScrollArea.Autosize>
    </>
  );
}

/** A day and a time of the browser's zone, as the server takes it. */
function Moment({ kind, values, onValues, onDone }: EditorProps) {
  const [text, setText] = useState(() => (values[0] ? local(values[0]) : ''));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onValues(text ? [new Date(text).toISOString()] : []);
        onDone();
      }}
    >
      <Group gap={6} wrap="nowrap" px={4} pb={4}>
        <TextInput type="datetime-local" aria-label={t(`kind.${kind}`)} value={text} onChange={(event) => setText(event.currentTarget.value)} style={{ flex: 1 }} data-autofocus />
        <Button type="submit">{t('filter.apply')}</Button>
      </Group>
    </form>
  );
}

function local(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function Text({ kind, values, onValues, onDone }: EditorProps) {
  const [text, setText] = useState(values.join(', '));
  const several = LISTS.includes(kind as ListKind);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const said = several ? text.split(',') : [text];
        onValues(said.map((each) => each.trim()).filter(Boolean));
        onDone();
      }}
    >
      <Group gap={6} wrap="nowrap" px={4} pb={4}>
        <TextInput aria-label={t(`kind.${kind}`)} placeholder={t('filter.value')} value={text} onChange={(event) => setText(event.currentTarget.value)} style={{ flex: 1 }} data-autofocus />
        <Button type="submit">{t('filter.apply')}</Button>
      </Group>
    </form>
  );
}
