import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { dateTimeText, number } from '@/i18n';
import { useZone } from '@/ui/clock';
import { Loaded } from '@/ui/Loaded';
import { billQuery, channelsQuery } from './reads';
import { deductionWord, t } from './words';

/** Why a channel may sell so many units of a sku at a node: from on hand down, deduction by deduction. */
export function Bill({ sku, node }: { sku: string; node: string }) {
  const channels = useQuery(channelsQuery);
  return (
    <Loaded query={channels}>
      {({ items }) => (items.length ? <OfChannel sku={sku} node={node} channels={items} /> : <p className="muted">{t('bill.none')}</p>)}
    </Loaded>
  );
}

function OfChannel({ sku, node, channels }: { sku: string; node: string; channels: readonly Schemas['ChannelAnswer'][] }) {
  const [channel, setChannel] = useState(channels[0]!.channel);
  const bill = useQuery(billQuery(sku, channel));
  const name = channels.find((each) => each.channel === channel)?.name || channel;
  return (
    <div className="col" style={{ gap: 12 }}>
      <Select
        label={t('bill.channel')}
        data={channels.map(({ channel, name }) => ({ value: channel, label: name || channel }))}
        value={channel}
        onChange={(value) => value && setChannel(value)}
        allowDeselect={false}
        maw={260}
      />
      <Loaded query={bill}>
        {(told) => {
          const here = told.items[0]?.bills?.flatMap((each) => each.nodes).find((each) => each.node === node);
          return here ? <Itemized bill={here} channel={name} /> : <p className="muted">{t('bill.absent')}</p>;
        }}
      </Loaded>
    </div>
  );
}

function Itemized({ bill, channel }: { bill: Schemas['NodeBill']; channel: string }) {
  return (
    <table className="bill">
      <tbody>
        <tr>
          <th scope="row">{t('bill.on_hand')}</th>
          <td>{number(bill.on_hand)}</td>
        </tr>
        {bill.less.map((each, at) => (
          <Less key={`${each.what}${at}`} deduction={each} />
        ))}
        <tr>
          <th scope="row">{t('bill.available', { channel })}</th>
          <td>{number(bill.available)}</td>
        </tr>
      </tbody>
    </table>
  );
}

function Less({ deduction }: { deduction: Schemas['Deduction'] }) {
  const zone = useZone();
  const { what, units, asked, why, rule, note, policy_version: version, until } = deduction;
  const details = [
    why,
    note,
    until && t('bill.until', { time: dateTimeText(until, zone) }),
    asked != null && t('bill.asked', { asked, units }),
    rule && version != null && t('bill.rule', { rule, version }),
  ].filter(Boolean);
  return (
    <tr>
      <th scope="row">
        {deductionWord(what)}
        {details.length > 0 && <small>{details.join(' · ')}</small>}
      </th>
      <td>−{number(units)}</td>
    </tr>
  );
}
