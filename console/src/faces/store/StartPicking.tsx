import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ask, http } from '@/api/client';
import { useCommand } from '@/api/query';
import { toastFailed } from '@/ui/toast';
import { putList } from './lists';
import { readKey, useHere, useReachable } from './store';
import type { PickList } from './types';
import { go } from './way';
import { t } from './words';

const SIZES = [1, 5, 10] as const;

/** One, five or ten orders in one walk. This alone needs the network: nobody else may get the same. */
export function StartPicking({ toPick }: { toPick: number }) {
  const { node } = useHere();
  const client = useQueryClient();
  const reachable = useReachable();
  const start = useCommand<number, PickList>(
    (size, key) => ask(http.POST('/v1/nodes/{node}/pick-lists', { params: { path: { node }, header: { 'Idempotency-Key': key } }, body: { size } })),
    (list) => {
      putList(client, node, list);
      void client.invalidateQueries({ queryKey: readKey(`home:${node}`) });
      go('/pick');
    },
  );
  const begin = (size: number) =>
    void start.run(size).catch((fault: Error) => {
      toastFailed(fault.message);
      void client.invalidateQueries({ queryKey: ['store'] });
    });
  return (
    <section className="card start" aria-label={t('home.start')}>
      <h2>{t('home.start')}</h2>
      <div className="sizes">
        {SIZES.map((size, at) => (
          <Button key={size} size="xl" variant={at === 1 ? 'filled' : 'default'} loading={start.pending && start.mutation.variables?.input === size} disabled={!reachable || (at > 0 && toPick < 2)} onClick={() => begin(size)} aria-label={t('home.start.label', { count: size })}>
            {size}
          </Button>
        ))}
      </div>
    </section>
  );
}
