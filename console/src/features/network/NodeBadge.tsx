import { Ban, CircleCheck, CirclePause, Gauge, WifiOff, type LucideIcon } from 'lucide-react';
import { number, percent } from '@/i18n';
import { StatusBadge, type Tone } from '@/ui/Status';
import { BUSY, toneOf, type Seen, type Status } from './nodes';
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

/** How much of the day's capacity is planned: a bar, the share, and the numbers on hover. */
export function Load({ seen }: { seen: Pick<Seen, 'load' | 'planned' | 'limit' | 'status'> }) {
  if (seen.load === null) return <span className="muted small">{t('side.no_limit')}</span>;
  const tone = seen.load >= 1 ? 'red' : seen.load >= BUSY ? 'orange' : toneOf({ status: 'open', load: seen.load });
  return (
    <span className="load" title={t('side.of', { planned: number(seen.planned), limit: number(seen.limit ?? 0) })}>
      <i className="load-bar" aria-hidden>
        <i data-tone={tone} style={{ inlineSize: `${Math.min(100, seen.load * 100)}%` }} />
      </i>
      <span className="tabular">{percent(seen.load, 0)}</span>
    </span>
  );
}
