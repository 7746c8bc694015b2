import { Button } from '@mantine/core';
import { CircleCheckBig, Coffee, Inbox } from 'lucide-react';
import { troubleWord } from '@/domain/words';
import { percent } from '@/i18n';
import { useNow } from '@/ui/clock';
import { EmptyState } from '@/ui/States';
import { ranked, share } from './flow';
import type { Queue, Wanted } from './reads';
import { t } from './words';

/** Nothing waits here: that is good news, and where to go from it. */
export function Clear({ queues, address, onQueue }: { queues: readonly Queue[]; address: Wanted; onQueue: (kind: string) => void }) {
  const { busy } = ranked(queues, useNow());
  const next = busy.find((queue) => queue.kind !== address.kind);
  const go = next && (
    <Button variant="default" onClick={() => onQueue(next.kind)}>
      {t('empty.other', { kind: troubleWord(next.kind) })}
    </Button>
  );
  if (address.mine) return <Frame><EmptyState icon={Inbox} title={t('empty.mine')} /></Frame>;
  if (address.state !== 'waiting') return <Frame><EmptyState icon={Inbox} title={t(`empty.${address.state as 'snoozed' | 'closed'}`)} /></Frame>;
  if (address.kind) {
    const queue = queues.find((each) => each.kind === address.kind);
    const kept = queue ? share(queue) : null;
    return (
      <Frame>
        <EmptyState icon={CircleCheckBig} title={t('empty.queue')} actions={go}>
          {kept !== null && t('empty.queue.text', { share: percent(kept, 0) })}
        </EmptyState>
      </Frame>
    );
  }
  return (
    <Frame>
      <EmptyState icon={Coffee} title={t('empty.title')}>
        {t('empty.text')}
      </EmptyState>
    </Frame>
  );
}

function Frame({ children }: { children: React.ReactNode }) {
  return <div className="panel card-clear">{children}</div>;
}
