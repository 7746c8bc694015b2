import { ageShort, ageText, dateText, dateTimeText, timeText } from '@/i18n';
import { useNow, useZone } from './clock';

interface Props {
  at: string | null | undefined;
  /** The zone of the node it happens at: it is shown with its name. Without one, the person's own zone. */
  zone?: string;
  absent?: string;
}

/** A moment: absolute in the cell, its age on hover. At a node it is the node's clock, and says so. */
export function DateTime({ at, zone, absent = '–' }: Props) {
  const own = useZone();
  const now = useNow();
  if (!at) return <span className="muted">{absent}</span>;
  return (
    <time dateTime={at} title={`${dateTimeText(at, zone ?? own, true)} · ${ageText(at, now)}`} className="tabular nowrap">
      {dateTimeText(at, zone ?? own, zone !== undefined)}
    </time>
  );
}

export function DateOnly({ at, zone, absent = '–' }: Props) {
  const own = useZone();
  if (!at) return <span className="muted">{absent}</span>;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(at); // a day of the calendar is the same in every zone
  return <time dateTime={at} className="tabular nowrap">{dateText(day ? `${at}T12:00:00Z` : at, day ? 'UTC' : (zone ?? own))}</time>;
}

export function TimeOnly({ at, zone }: { at: string; zone?: string }) {
  const own = useZone();
  return <time dateTime={at} className="tabular nowrap">{timeText(at, zone ?? own)}</time>;
}

/** How long ago, or in how long; the moment itself on hover. It ticks. `short`: a length without a direction. */
export function Age({ at, zone, short = false, absent = '–' }: Props & { short?: boolean }) {
  const own = useZone();
  const now = useNow();
  if (!at) return <span className="muted">{absent}</span>;
  return <time dateTime={at} title={dateTimeText(at, zone ?? own, true)} className="tabular nowrap">{short ? ageShort(at, now) : ageText(at, now)}</time>;
}
