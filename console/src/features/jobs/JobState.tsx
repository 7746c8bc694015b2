import { Ban, CircleCheck, CircleDashed, CircleDot, Hourglass, PencilLine, Scissors, TriangleAlert, type LucideIcon } from 'lucide-react';
import { StatusBadge, type Tone } from '@/ui/Status';
import { stateWord } from './words';

const LOOKS: Record<string, [Tone, LucideIcon]> = {
  draft: ['gray', PencilLine],
  uploaded: ['gray', PencilLine],
  waiting: ['gray', Hourglass],
  running: ['blue', CircleDot],
  checking: ['blue', CircleDot],
  checked: ['violet', CircleDashed],
  done: ['teal', CircleCheck],
  canceled: ['gray', Ban],
  failed: ['red', TriangleAlert],
  cut_off: ['orange', Scissors],
};

export function JobState({ state, title }: { state: string; title?: string }) {
  const [tone, icon] = LOOKS[state] ?? ['gray', CircleDashed];
  return (
    <StatusBadge tone={tone} icon={icon} title={title}>
      {stateWord(state)}
    </StatusBadge>
  );
}
