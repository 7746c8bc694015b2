import { Checkbox, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Loaded } from '@/ui/Loaded';
import { one, useAddress, useGo, type Search } from '@/ui/address';
import { useKeys } from '@/ui/keys';
import { Page } from '@/ui/Panel';
import { ErrorState, SkeletonLines } from '@/ui/States';
import { Card } from './Card';
import { Clear } from './Clear';
import { after, current } from './flow';
import { List } from './List';
import { Queues } from './Queues';
import { listQuery, oneQuery, queuesQuery, useExceptionCommands, type State, type Trouble } from './reads';
import { t } from './words';
import './exceptions.css';

const STATES = ['waiting', 'snoozed', 'closed'] as const;

function read(search: Search) {
  const state = one(search.state) as State | undefined;
  return {
    kind: one(search.kind) ?? null,
    id: one(search.id) ?? null,
    state: (state && (STATES as readonly string[]).includes(state) ? state : 'waiting') as (typeof STATES)[number],
    mine: one(search.mine) === 'yes',
  };
}

/** What waits for people: queues, and one card at a time with its cause and what can be done. */
export default function ExceptionsPage() {
  const [address, change] = useAddress(read);
  const go = useGo();
  const commands = useExceptionCommands();
  const queues = useQuery(queuesQuery);
  const list = useQuery(listQuery(address));
  const items = list.data?.items ?? [];
  const place = useRef(0);
  const at = current(items, address.id, place.current);
  const listed = at >= 0 ? items[at] : undefined;
  const elsewhere = useQuery({ ...oneQuery(address.id ?? ''), enabled: list.data !== undefined && address.id !== null && !items.some((each) => each.id === address.id) && place.current === 0 });
  const shown: Trouble | undefined = listed ?? elsewhere.data;

  useEffect(() => {
    if (at >= 0) place.current = at;
  }, [at]);

  const open = (id: string | null) => change({ id: id ?? undefined }, { replace: true });
  const step = (by: 1 | -1) => open(after(items, at, by));
  useKeys(t('title'), [
    { keys: 'e', label: t('key.next'), run: () => step(1) },
    { keys: 'j', label: t('key.next'), run: () => step(1) },
    { keys: 'k', label: t('key.previous'), run: () => step(-1) },
    ...(shown?.order_id ? [{ keys: 'o', label: t('key.open'), run: () => go(`/orders/${shown.order_id}`) }] : []),
  ]);

  return (
    <Page
      title={t('title')}
      fixed
      actions={
        <>
          <Checkbox label={t('mine')} checked={address.mine} onChange={(event) => change({ mine: event.currentTarget.checked ? 'yes' : undefined, id: undefined })} />
          <SegmentedControl
            aria-label={t('show')}
            value={address.state}
            onChange={(state) => change({ state: state === 'waiting' ? undefined : state, id: undefined })}
            data={STATES.map((each) => ({ value: each, label: t(`state.${each}`) }))}
          />
        </>
      }
    >
      <div className="exceptions">
        <nav className="queues" aria-label={t('queues')}>
          <Loaded query={queues}>{({ items: all }) => <Queues queues={all} kind={address.kind} onChoose={(kind) => change({ kind: kind ?? undefined, id: undefined })} />}</Loaded>
        </nav>
        {list.data === undefined ? (
          <div className="panel card-wait">{list.error ? <ErrorState error={list.error} retry={() => void list.refetch()} /> : <SkeletonLines lines={6} />}</div>
        ) : shown ? (
          <>
            <List items={items} chosen={shown.id} onOpen={open} more={list.data.next !== null} />
            <Card
              key={shown.id}
              trouble={shown}
              at={listed ? at : null}
              count={items.length}
              commands={commands}
              onStep={step}
              onDone={() => open(null)}
            />
          </>
        ) : (
          <Clear queues={queues.data?.items ?? []} address={address} onQueue={(kind) => change({ kind, id: undefined })} />
        )}
      </div>
    </Page>
  );
}
