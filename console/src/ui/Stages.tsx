import type { ReactNode } from 'react';

export interface Stage {
  key: string;
  label: ReactNode;
  state: 'done' | 'now' | 'ahead' | 'failed';
  /** When it was reached, or is expected. */
  note?: ReactNode;
}

/** How far something has come, step by step. */
export function StageStrip({ label, stages }: { label: string; stages: readonly Stage[] }) {
  return (
    <ol className="stages" aria-label={label}>
      {stages.map((stage) => (
        <li key={stage.key} data-state={stage.state} aria-current={stage.state === 'now' ? 'step' : undefined}>
          {stage.label}
          {stage.note && <small>{stage.note}</small>}
        </li>
      ))}
    </ol>
  );
}
