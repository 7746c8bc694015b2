import { MultiSelect, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Search as Lens } from 'lucide-react';
import { useState } from 'react';
import type { Search } from '@/ui/address';
import { FIGURES, flipped, KINDS, LOW, ONLIES, ORDERS, type Looked } from './grid';
import { groupsQuery } from './reads';
import { bucketWord, kindWord, t } from './words';

interface Props {
  looked: Looked;
  change: (part: Search, options?: { replace?: boolean }) => void;
  categories: readonly string[];
}

const TYPED_MS = 250;

/** What narrows and orders the grid, and what its cells show. All of it stands in the address. */
export function GridBar({ looked, change, categories }: Props) {
  const groups = useQuery(groupsQuery);
  const named = groups.data?.items ?? [];
  return (
    <div className="grid-bar no-print">
      <div className="row wrap">
        <SearchField q={looked.q} onQ={(q) => change({ q: q || undefined }, { replace: true })} />
        {categories.length > 0 && (
          <Select
            aria-label={t('category')}
            placeholder={t('category.all')}
            data={[...categories]}
            value={looked.category ?? null}
            onChange={(value) => change({ category: value ?? undefined })}
            clearable
            searchable
            w={150}
          />
        )}
        {named.length > 0 && (
          <Select
            aria-label={t('group')}
            placeholder={t('group.all')}
            data={named.map(({ group, name }) => ({ value: group, label: name || group }))}
            value={looked.groups[0] ?? null}
            onChange={(value) => change({ group: value ?? undefined })}
            clearable
            w={140}
          />
        )}
        <MultiSelect
          aria-label={t('kind')}
          placeholder={looked.kinds.length ? undefined : t('kinds.all')}
          data={KINDS.map((kind) => ({ value: kind, label: kindWord(kind) }))}
          value={looked.kinds}
          onChange={(kind) => change({ kind })}
          w={looked.kinds.length ? 230 : 130}
        />
        <SegmentedControl
          aria-label={t('only')}
          value={looked.only ?? ''}
          onChange={(only) => change({ only: only || undefined })}
          data={[{ value: '', label: t('only.all') }, ...ONLIES.map((only) => ({ value: only, label: t(`only.${only}`) }))]}
        />
        <NumberInput
          aria-label={t('low')}
          prefix={looked.only === 'low' ? '≤ ' : `${t('only.low')} ≤ `}
          value={looked.low}
          onChange={(low) => typeof low === 'number' && change({ low: low === LOW ? undefined : String(low) }, { replace: true })}
          min={0}
          max={100_000}
          w={92}
        />
        <Select
          aria-label={t('order')}
          data={ORDERS.map((order) => ({ value: order, label: t(`order.${order}`) }))}
          value={looked.order}
          onChange={(order) => change({ order: order === 'sku' ? undefined : (order ?? undefined) })}
          allowDeselect={false}
          w={164}
        />
      </div>
      <div className="row wrap" role="group" aria-label={t('buckets')}>
        {FIGURES.map((figure) => (
          <button
            key={figure}
            type="button"
            className="toggle"
            aria-pressed={looked.figures.includes(figure)}
            onClick={() => {
              const next = flipped(looked.figures, figure);
              change({ show: next.length === 1 && next[0] === 'available' ? undefined : next });
            }}
          >
            {looked.figures.length > 1 && <b aria-hidden>{t(`short.${figure}`)}</b>}
            {bucketWord(figure)}
          </button>
        ))}
        <Legend low={looked.low} />
      </div>
    </div>
  );
}

function SearchField({ q, onQ }: { q: string; onQ: (q: string) => void }) {
  const [text, setText] = useState(q);
  const [known, setKnown] = useState(q);
  if (q !== known) {
    setKnown(q); // the address was changed by another hand
    if (q !== text.trim()) setText(q);
  }
  const later = useDebouncedCallback(onQ, TYPED_MS);
  return (
    <TextInput
      type="search"
      aria-label={t('search')}
      placeholder={t('search')}
      leftSection={<Lens size={14} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value.trim());
      }}
      data-page-search
      w={210}
    />
  );
}

function Legend({ low }: { low: number }) {
  return (
    <ul className="legend push" aria-label={t('legend')}>
      <li>
        <i className="swatch" data-tone="red" aria-hidden /> {t('legend.none')}
      </li>
      <li>
        <i className="swatch" data-tone="orange" aria-hidden /> {t('legend.low', { low })}
      </li>
      <li>
        <i className="swatch" data-tone="warm" aria-hidden /> {t('legend.more')}
      </li>
    </ul>
  );
}
