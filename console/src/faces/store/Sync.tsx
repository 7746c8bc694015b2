import { Button, Drawer } from '@mantine/core';
import { CloudOff, CloudUpload, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { say, timeText } from '@/i18n';
import { outbox, useEntries, useHere, useReachable } from './store';
import { t } from './words';

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
      <Drawer opened={open} onClose={() => setOpen(false)} position="bottom" size="75%" title={t('sync.title')} closeButtonProps={{ 'aria-label': say('close'), size: 48 }}>
        <Waiting />
      </Drawer>
    </>
  );
}

function Waiting() {
  const entries = useEntries();
  const reachable = useReachable();
  const { zone } = useHere();
  if (!entries.length) return <p className="muted">{t('sync.empty')}</p>;
  return (
    <div className="col">
      <p className="muted">{t('sync.text')}</p>
      <ul className="cards">
        {entries.map((entry) => (
          <li key={entry.n} className="card" data-tone={entry.refused ? 'red' : undefined}>
            <div className="row">
              <b className="grow">{entry.label}</b>
              <span className="muted tabular">{timeText(entry.at, zone)}</span>
            </div>
            {entry.refused ? (
              <>
                <p className="tone-text" data-tone="red">
                  {entry.refused.detail}
                </p>
                <Button size="lg" variant="default" onClick={() => void outbox.dismiss(entry.n)}>
                  {t('sync.dismiss')}
                </Button>
              </>
            ) : (
              <span className="muted">{t(reachable ? 'sync.sends' : 'sync.waits')}</span>
            )}
          </li>
        ))}
      </ul>
      {outbox.waiting > 0 && (
        <Button size="lg" onClick={() => void outbox.drain()}>
          {t('sync.now')}
        </Button>
      )}
    </div>
  );
}
