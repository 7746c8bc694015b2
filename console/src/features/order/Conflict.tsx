import { Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { duration } from '@/i18n';
import { Dialog } from '@/ui/Drawer';
import { Timeline } from '@/ui/Timeline';
import { toastFailed } from '@/ui/toast';
import { momentOf } from './moments';
import { orderQuery } from './reads';
import { newsOf, whoOf, type Entry, type Order } from './story';
import { t } from './words';

type Act = (version: number) => Promise<unknown>;

export interface Conflict {
  /** Acts on the order as it was looked at; where it has changed meanwhile, shows by whom and what instead. */
  attempt: (seen: Order, act: Act) => Promise<void>;
  found: { news: Entry[]; seconds: number; version: number; act: Act } | null;
  leave: () => void;
}

const CHANGED = 412;

export function useConflict(order: Order): Conflict {
  const client = useQueryClient();
  const [found, setFound] = useState<Conflict['found']>(null);
  const attempt: Conflict['attempt'] = async (seen, act) => {
    try {
      await act(seen.version);
      setFound(null);
    } catch (fault) {
      if (!(fault instanceof ApiError) || fault.status !== CHANGED) throw fault;
      const now = await client.fetchQuery({ ...orderQuery(order.id), staleTime: 0 });
      const news = newsOf(seen.timeline, now.timeline);
      const seconds = news[0] ? (Date.now() - new Date(news[0].at).getTime()) / 1000 : 0;
      setFound({ news, seconds, version: now.version, act });
    }
  };
  return { attempt, found, leave: () => setFound(null) };
}

/** Somebody else was first: who, when and what; then one's own act again, or not. */
export function ConflictDialog({ conflict, order }: { conflict: Conflict; order: Order }) {
  const { found } = conflict;
  if (!found) return null;
  const last = found.news[0];
  const title = last ? t('conflict.title', { who: whoOf(last, order), age: duration(found.seconds) }) : t('conflict.nothing');
  const again = () => {
    const { act, version } = found;
    conflict.leave();
    act(version).catch((fault: Error) => toastFailed(fault.message));
  };
  return (
    <Dialog open onClose={conflict.leave} title={title}>
      <Stack gap="sm">
        <div>{t('conflict.text')}</div>
        <Timeline moments={found.news.slice(0, 6).map((entry) => momentOf(entry, order))} />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={again}>
            {t('conflict.again')}
          </Button>
          <Button onClick={conflict.leave} data-autofocus>
            {t('conflict.leave')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
