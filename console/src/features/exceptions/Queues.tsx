import { Tooltip } from '@mantine/core';
import { CircleCheck, Clock } from 'lucide-react';
import { troubleWord } from '@/domain/words';
import { duration, percent } from '@/i18n';
import { useNow } from '@/ui/clock';
import { ToneText } from '@/ui/Status';
import { Age } from '@/ui/Time';
import { ranked, share } from './flow';
import type { Queue } from './reads';
import { t } from './words';

interface Props {
  queues: readonly Queue[];
  kind: string | null;
  onChoose: (kind: string | null) => void;
}

/** The queues, the most pressing first: how many wait, since when, and how well their level is kept. */
export function Queues({ queues, kind, onChoose }: Props) {
  const { busy, idle } = ranked(queues, useNow());
  const waiting = busy.reduce((sum, queue) => sum + queue.waiting, 0);
  const quiet = idle.filter((queue) => queue.kind !== kind);
  const shown = [...busy, ...idle.filter((queue) => queue.kind === kind)];
  return (
    <>
      <ul>
        <li>
          <button type="button" className="queue" aria-current={kind === null || undefined} onClick={() => onChoose(null)}>
            <span className="queue-name">{t('queue.all')}</span>
            <span className="queue-count">{waiting}</span>
          </button>
        </li>
        {shown.map((queue) => (
          <li key={queue.kind}>
            <Entry queue={queue} chosen={queue.kind === kind} onChoose={() => onChoose(queue.kind)} />
          </li>
        ))}
      </ul>
      {quiet.length > 0 && (
        <details>
          <summary>{t('queue.more', { count: quiet.length })}</summary>
          <ul>
            {quiet.map((queue) => (
              <li key={queue.kind}>
                <Entry queue={queue} chosen={false} onChoose={() => onChoose(queue.kind)} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Entry({ queue, chosen, onChoose }: { queue: Queue; chosen: boolean; onChoose: () => void }) {
  const kept = share(queue);
  const level = duration(queue.within_min * 60);
  return (
    <button type="button" className="queue" aria-current={chosen || undefined} onClick={onChoose}>
      <span className="queue-name">{troubleWord(queue.kind)}</span>
      <span className="queue-count">{queue.waiting}</span>
      <span className="queue-notes small muted">
        {queue.waiting === 0 ? (
          <ToneText tone="teal" icon={CircleCheck}>
            {t('queue.clear')}
          </ToneText>
        ) : queue.late > 0 ? (
          <ToneText tone="red" icon={Clock}>
            {t('queue.late', { count: queue.late })}
          </ToneText>
        ) : (
          <span>
            <Age at={queue.oldest_at} short />
          </span>
        )}
        {queue.late > 0 && <Age at={queue.oldest_at} short />}
        {queue.snoozed > 0 && <span>{t('queue.snoozed', { count: queue.snoozed })}</span>}
      </span>
      {kept !== null && (
        <Tooltip label={t('queue.in_time.tip', { raised: queue.raised, in_time: queue.in_time, level })}>
          <span className="queue-level small" data-low={kept < 0.9 || undefined}>
            <i style={{ inlineSize: `${kept * 100}%` }} />
            <span className="visually-hidden">{t('queue.in_time', { share: percent(kept, 0) })}</span>
          </span>
        </Tooltip>
      )}
    </button>
  );
}
