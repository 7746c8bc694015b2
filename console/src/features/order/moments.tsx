/** Entries of the timeline as the kit draws them. */
import { ArrowRight } from 'lucide-react';
import { Go } from '@/ui/Go';
import { DateTime } from '@/ui/Time';
import type { Moment } from '@/ui/Timeline';
import { differences, keyOf, reasonOf, titleOf, whoOf, type Difference, type Entry, type Order } from './story';
import { lookOf } from './status';
import { t } from './words';

export function momentOf(entry: Entry, order: Pick<Order, 'nodes' | 'id'>): Moment {
  const reason = reasonOf(entry);
  const changed = differences(entry, order);
  const detail = (
    <>
      {reason && <div>{reason}</div>}
      {changed.map((change) => (
        <Changed key={change.field} change={change} />
      ))}
      {entry.decision && (
        <Go to="." search={{ decision: entry.decision }}>
          {t('timeline.why')}
        </Go>
      )}
    </>
  );
  return {
    id: keyOf(entry),
    at: entry.at,
    ...lookOf(entry.type, entry.group),
    title: titleOf(entry, order),
    who: whoOf(entry, order),
    detail: reason || changed.length || entry.decision ? detail : undefined,
  };
}

function Changed({ change }: { change: Difference }) {
  const show = (value: string | null) => (value === null ? t('timeline.none') : change.moments ? <DateTime at={value} /> : value);
  return (
    <div className="changed">
      <span className="muted">{change.field}</span>
      {change.from !== null && (
        <>
          <s>{show(change.from)}</s>
          <ArrowRight size={11} aria-label="→" />
        </>
      )}
      <span>{show(change.to)}</span>
    </div>
  );
}
