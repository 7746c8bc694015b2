import { Ban, CircleCheck, CirclePause, Gauge, WifiOff, type LucideIcon } from 'lucide-react';
import { number, percent } from '@/i18n';
import { StatusBadge, type Tone } from '@/ui/Status';
import { BUSY, type Seen, type Status } from './nodes';
import { statusWord, t } from './words';

const LOOKS: Record<Status, { tone: Tone; icon: LucideIcon }> = {
  open: { tone: 'teal', icon: CircleCheck },
  paused: { tone: 'red', icon: CirclePause },
  full: { tone: 'red', icon: Gauge },
  stale: { tone: 'orange', icon: WifiOff },
  disabled: { tone: 'gray', icon: Ban },
};

export function NodeBadge({ status }: { status: Status }) {
  const { tone, icon } = LOOKS[status];
  return (
    <StatusBadge tone={tone} icon={icon}>
      {statusWord(status)}
    </StatusBadge>
  );
}

type Loaded = Pick<Seen, 'load' | 'planned' | 'limit'>;

/** How much of the day's capacity is planned, as a bar. */
export function Bar({ seen: { load } }: { seen: Loaded }) {
  const share = load ?? 1;
  const tone = share >= 1 ? 'red' : share >= BUSY ? 'orange' : 'teal';
  return (
    <i className="load-bar" aria-hidden>
      <i data-tone={tone} style={{ inlineSize: `${Math.min(100, share * 100)}%` }} />
    </i>
  );
}

/** The same with its share beside it, and the numbers on hover. */
export function Load({ seen }: { seen: Loaded }) {
  if (seen.load === null) return <span className="muted small">{t('side.no_limit')}</span>;
  return (
    <span className="load" title={t('side.of', { planned: number(seen.planned), limit: number(seen.limit ?? 0) })}>
      <Bar seen={seen} />
      <span className="tabular">{percent(seen.load, 0)}</span>
    </span>
  );
}
