import { Button } from '@mantine/core';
import { CirclePause, CirclePlay } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { useAllowed } from '@/api/session';
import type { Seen } from './nodes';
import { PauseDialog, ResumeDialog } from './PauseDialog';
import { t } from './words';

/** Pause, or resume: the one that can be done now, for who may. */
export function PauseButton({ seen, services }: { seen: Seen; services: readonly Schemas['Method'][] }) {
  const [asking, setAsking] = useState(false);
  const may = useAllowed('network:write');
  if (!may || seen.status === 'disabled') return null;
  const close = () => setAsking(false);
  return (
    <>
      <Button
        variant={seen.pause ? 'filled' : 'default'}
        leftSection={seen.pause ? <CirclePlay size={14} aria-hidden /> : <CirclePause size={14} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {seen.pause ? t('resume') : t('pause')}
      </Button>
      {asking && (seen.pause ? <ResumeDialog seen={seen} onClose={close} /> : <PauseDialog seen={seen} services={services} onClose={close} />)}
    </>
  );
}
