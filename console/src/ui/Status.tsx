import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/**
 * What a color means, everywhere: gray open or over · blue at work · cyan shipped · violet waits for the
 * customer · teal good, delivered · orange held, watch it · red exception, act now.
 */
export type Tone = 'gray' | 'blue' | 'cyan' | 'violet' | 'teal' | 'orange' | 'red';

interface Props {
  tone: Tone;
  icon: LucideIcon;
  children: ReactNode;
  title?: string;
}

/** A status: an icon, a word and a color, never the color alone. */
export function StatusBadge({ tone, icon: Icon, children, title }: Props) {
  return (
    <span className="badge" data-tone={tone} title={title}>
      <Icon size={12} aria-hidden />
      {children}
    </span>
  );
}

/** The same without a box: for a value in a cell that needs attention. */
export function ToneText({ tone, icon: Icon, children, title }: Props) {
  return (
    <span className="tone-text" data-tone={tone} title={title}>
      <Icon size={13} aria-hidden />
      {children}
    </span>
  );
}
