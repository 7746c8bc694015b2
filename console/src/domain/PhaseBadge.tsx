import type { Schemas } from '@/api/client';
import { StatusBadge } from '@/ui/Status';
import { PHASES } from './looks';
import { phaseWord } from './words';

/** How far an order is. */
export function PhaseBadge({ phase }: { phase: Schemas['Phase'] }) {
  const look = PHASES[phase];
  return (
    <StatusBadge tone={look.tone} icon={look.icon}>
      {phaseWord(phase)}
    </StatusBadge>
  );
}
