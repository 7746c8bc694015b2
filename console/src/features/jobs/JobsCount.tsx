import { useQuery } from '@tanstack/react-query';
import { useAllowed, useSession } from '@/api/session';
import { useLive } from '@/api/useLive';
import { toastDone, toastFailed } from '@/ui/toast';
import { Count } from '@/ui/Values';
import { jobsQuery } from './reads';
import { t } from './words';

interface Told {
  file: string;
  state: string;
  rows: number;
  rejected: number;
  actor: string | null;
}

/** How many jobs go on; and, wherever the person is, that one of theirs has ended. */
export default function JobsCount() {
  const user = useSession()?.user;
  const hears = useAllowed('events:read');
  const { data } = useQuery({ ...jobsQuery({ open: true }), refetchInterval: 30_000 });
  useLive(['import.ended', 'import.checked'], (events) => {
    for (const { type, data: said } of events) {
      const told = said as unknown as Told;
      if (!hears || (told.actor !== user?.name && told.actor !== user?.login)) continue;
      if (told.state === 'failed') toastFailed(t('jobs.failed', { file: told.file }));
      else if (type === 'import.checked') toastDone(t('jobs.checked', { file: told.file }));
      else if (told.state === 'done') toastDone(t('jobs.finished', { file: told.file, rows: told.rows - told.rejected, rejected: told.rejected }));
    }
  });
  const going = data?.items.filter((job) => job.state === 'running' || job.state === 'waiting').length;
  return <Count value={going} />;
}
