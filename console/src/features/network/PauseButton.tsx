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
  const [asked, setAsked] = useState({ at: 0, resume: false }); // when, and which; 0: nothing is asked
  const may = useAllowed('network:write');
  if (!may || seen.status === 'disabled') return null;
  const close = () => setAsked({ ...asked, at: 0 });
  return (
    <>
      <Button
        variant={seen.pause ? 'filled' : 'default'}
        leftSection={seen.pause ? <CirclePlay size={14} aria-hidden /> : <CirclePause size={14} aria-hidden />}
        onClick={() => setAsked({ at: Date.now(), resume: seen.pause !== null })}
      >
        {seen.pause ? t('resume') : t('pause')}
      </Button>
      <PauseDialog asked={asked.resume ? 0 : asked.at} seen={seen} services={services} onClose={close} />
      <ResumeDialog open={asked.resume && asked.at > 0} seen={seen} onClose={close} />
    </>
  );
}
