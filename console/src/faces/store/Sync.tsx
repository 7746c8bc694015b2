import { CloudOff, CloudUpload, TriangleAlert } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useEntries, useReachable } from './store';
import { t } from './words';

const Waiting = lazy(() => import('./Waiting').then((page) => ({ default: page.Waiting })));

/** "3 to sync", "no network", "1 was refused": shown while there is something to say, and opens what waits. */
export function SyncBadge() {
  const entries = useEntries();
  const reachable = useReachable();
  const [open, setOpen] = useState(false);
  const refused = entries.filter((entry) => entry.refused).length;
  const waiting = entries.length - refused;
  return (
    <>
      <div role="status" aria-live="polite">
        {(!reachable || entries.length > 0) && (
          <button type="button" className="sync" data-tone={refused ? 'red' : 'orange'} onClick={() => setOpen(true)}>
            {refused ? <TriangleAlert size={16} aria-hidden /> : reachable ? <CloudUpload size={16} aria-hidden /> : <CloudOff size={16} aria-hidden />}
            {refused > 0 && <b>{t('sync.refused', { count: refused })}</b>}
            {waiting > 0 && <b>{t('sync.badge', { count: waiting })}</b>}
            {!reachable && <span className="truncate">{t('offline')}</span>}
          </button>
        )}
      </div>
      {open && (
        <Suspense>
          <Waiting onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
