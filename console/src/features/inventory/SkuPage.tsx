import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Layers, LayoutGrid, PackageOpen, Store, TriangleAlert, Truck, Warehouse } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Schemas } from '@/api/client';
import { dateText, number } from '@/i18n';
import { many, one, useAddress, useParam, type Search } from '@/ui/address';
import { Chart } from '@/ui/Chart';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { Page, Panel } from '@/ui/Panel';
import { Bone, SkeletonPage } from '@/ui/States';
import { StatusBadge, ToneText } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { CopyText } from '@/ui/Values';
import { historyQuery, stockQuery } from './reads';
import { bucketWord, kindWord, t } from './words';
import './inventory.css';

type Item = Schemas['ItemStockAnswer'];

const DAYS = ['7', '30', '90'];
const BARS = 12;

const read = (search: Search) => ({ node: one(search.node), days: DAYS.find((each) => each === many(search.days)[0]) ?? '30' });

/** One item: what each channel may sell, where it lies, what comes, and how it went. */
export default function SkuPage() {
  const sku = decodeURIComponent(useParam('sku'));
  const stock = useQuery(stockQuery(sku));
  return (
    <Loaded query={stock} skeleton={<SkeletonPage />}>
      {(item) => (
        <Page
          title={item.name || item.sku}
          aside={
            <>
              <CopyText text={item.sku} />
              {item.category && <span className="muted">{item.category}</span>}
              {item.parts.length > 0 && (
                <StatusBadge tone="violet" icon={Layers}>
                  {t('item.kit')}
                </StatusBadge>
              )}
              {item.waiting > 0 && (
                <ToneText tone="orange" icon={TriangleAlert}>
                  {t('waiting', { units: item.waiting })}
                </ToneText>
              )}
            </>
          }
          actions={
            <Go to="/inventory" search={{ q: item.sku }} className="row">
              <LayoutGrid size={14} aria-hidden /> {t('item.grid')}
            </Go>
          }
        >
          <div className="item-top">
            <div className="col" style={{ gap: 12 }}>
              <Channels item={item} />
              {item.parts.length > 0 ? <Parts item={item} /> : <Coming item={item} />}
            </div>
            {item.parts.length === 0 && <Nodes item={item} />}
          </div>
          {item.parts.length === 0 && <History item={item} />}
        </Page>
      )}
    </Loaded>
  );
}

function Channels({ item }: { item: Item }) {
  return (
    <Panel title={t('item.channels')} icon={Store} flush>
      {item.channels.length ? (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('item.channel')}</th>
              <th scope="col">{t('item.next')}</th>
              <th scope="col" className="num">
                {bucketWord('available')}
              </th>
            </tr>
          </thead>
          <tbody>
            {item.channels.map((each) => (
              <tr key={each.channel}>
                <td>{each.name || each.channel}</td>
                <td>
                  <DateTime at={each.next_inbound} />
                </td>
                <td className="num strong" data-channel={each.channel}>
                  {each.available > 0 ? (
                    number(each.available)
                  ) : (
                    <ToneText tone="red" icon={PackageOpen}>
                      {number(each.available)}
                    </ToneText>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="muted" style={{ padding: 14, margin: 0 }}>
          {t('item.channels.none')}
        </p>
      )}
    </Panel>
  );
}

function Parts({ item }: { item: Item }) {
  return (
    <Panel title={t('item.parts')} icon={Layers}>
      <p className="muted" style={{ marginBlockStart: 0 }}>
        {t('item.kit.text')}
      </p>
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {item.parts.map(({ sku, quantity }) => (
          <li key={sku}>
            <Go to={`/inventory/${encodeURIComponent(sku)}`}>{t('item.part', { quantity, sku })}</Go>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Coming({ item }: { item: Item }) {
  return (
    <Panel title={t('item.inbound')} icon={Truck} flush={item.inbound.length > 0}>
      {item.inbound.length ? (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('item.inbound.what')}</th>
                <th scope="col">{t('item.inbound.to')}</th>
                <th scope="col">{t('item.inbound.when')}</th>
                <th scope="col" className="num">
                  {t('item.units')}
                </th>
              </tr>
            </thead>
            <tbody>
              {item.inbound.map((each) => (
                <tr key={`${each.kind}${each.id}`}>
                  <td>
                    {t(`item.inbound.${each.kind}`, { id: each.id })} {each.from && <span className="muted small">{t('item.inbound.from', { node: each.from })}</span>}
                  </td>
                  <td>
                    <Go to={`/nodes/${encodeURIComponent(each.node)}`}>{each.node}</Go>
                  </td>
                  <td>
                    {each.overdue ? (
                      <ToneText tone="red" icon={TriangleAlert} title={t('item.inbound.overdue')}>
                        <DateTime at={each.expected_at} />
                      </ToneText>
                    ) : (
                      <DateTime at={each.expected_at} />
                    )}
                  </td>
                  <td className="num">{number(each.units)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className="muted" style={{ margin: 0 }}>
          {t('item.inbound.none')}
        </p>
      )}
    </Panel>
  );
}

const PARTS = ['available', 'reserved', 'safety', 'unavailable'] as const;

function Nodes({ item }: { item: Item }) {
  const [all, setAll] = useState(false);
  const nodes = useMemo(() => [...item.nodes].sort((a, b) => b.on_hand - a.on_hand || a.node.localeCompare(b.node)), [item.nodes]);
  const shown = all ? nodes : nodes.slice(0, BARS);
  const most = Math.max(1, ...nodes.map((each) => each.on_hand));
  return (
    <Panel
      title={t('item.nodes')}
      icon={Warehouse}
      aside={nodes.length > BARS && !all ? t('item.shown', { count: BARS }) : undefined}
      actions={
        nodes.length > BARS && !all ? (
          <button type="button" className="tab" onClick={() => setAll(true)}>
            {t('item.show_all', { count: nodes.length })}
          </button>
        ) : undefined
      }
    >
      <ul className="legend" aria-label={t('legend')} style={{ paddingBlockEnd: 12 }}>
        {PARTS.map((part) => (
          <li key={part}>
            <i className={`swatch part-${part}`} aria-hidden /> {bucketWord(part)}
          </li>
        ))}
      </ul>
      {nodes.length === 0 && <p className="muted">{t('item.nodes.none')}</p>}
      <ul className="bars">
        {shown.map((each) => (
          <li key={each.node}>
            <span className="truncate" title={`${each.name} · ${kindWord(each.kind)}`}>
              <Go to={`/nodes/${encodeURIComponent(each.node)}`}>{each.node}</Go> <span className="muted small">{each.name}</span>
            </span>
            <span
              className="bar"
              role="img"
              aria-label={PARTS.map((part) => t('cell.figure', { name: bucketWord(part), units: each[part] })).join(', ')}
              style={{ inlineSize: `${Math.max(2, (100 * each.on_hand) / most)}%` }}
            >
              {PARTS.map((part) => (
                <i key={part} className={`part-${part}`} style={{ inlineSize: `${(100 * Math.max(0, each[part])) / Math.max(1, each.on_hand)}%` }} />
              ))}
            </span>
            <span className="num">
              <Go to="/inventory" search={{ q: item.sku, sku: item.sku, node: each.node }} title={t('item.grid')}>
                <span className="strong">{number(each.available)}</span>
              </Go>{' '}
              <span className="muted small">/ {number(each.on_hand)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function History({ item }: { item: Item }) {
  const [{ node, days }, change] = useAddress(read);
  const history = useQuery(historyQuery(item.sku, node, Number(days)));
  return (
    <Panel
      title={t('item.history')}
      actions={
        <>
          <Select
            aria-label={t('item.history.node')}
            data={item.nodes.map((each) => ({ value: each.node, label: each.node }))}
            value={node ?? null}
            placeholder={t('item.history.all')}
            onChange={(value) => change({ node: value ?? undefined }, { replace: true })}
            clearable
            searchable
            w={150}
          />
          <Select
            aria-label={t('item.history.days')}
            data={DAYS}
            value={days}
            onChange={(value) => change({ days: value === '30' ? undefined : (value ?? undefined) }, { replace: true })}
            allowDeselect={false}
            w={76}
          />
        </>
      }
    >
      <Loaded query={history} skeleton={<Bone height={220} />}>
        {(told) => (
          <Chart
            label={t('item.history.label', { where: told.node ?? t('item.all') })}
            axis={t('item.day')}
            categories={told.days.map(({ day }) => dateText(`${day}T12:00:00Z`, 'UTC'))}
            series={[
              { name: bucketWord('on_hand'), kind: 'line', values: told.days.map((each) => each.on_hand) },
              { name: bucketWord('reserved'), kind: 'line', values: told.days.map((each) => each.reserved) },
              { name: bucketWord('unavailable'), kind: 'line', values: told.days.map((each) => each.unavailable) },
            ]}
            format={number}
          />
        )}
      </Loaded>
    </Panel>
  );
}
