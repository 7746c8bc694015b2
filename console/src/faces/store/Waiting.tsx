import { Button, Drawer } from '@mantine/core';
import { say, timeText } from '@/i18n';
import { outbox, useEntries, useHere, useReachable } from './store';
import { t } from './words';

const MOVED_ON = 'illegal-transition';

/** Every step that waits to be sent or was refused, in order. */
export function Waiting({ onClose }: { onClose: () => void }) {
  return (
    <Drawer opened onClose={onClose} position="bottom" size="75%" title={t('sync.title')} classNames={{ content: 'sheet' }} closeButtonProps={{ 'aria-label': say('close'), size: 48 }}>
      <Steps />
    </Drawer>
  );
}

function Steps() {
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
                <p className="strong">{entry.refused.code === MOVED_ON ? t('sync.moved_on') : t('sync.refused.why')}</p>
                <p className="muted">{entry.refused.detail}</p>
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
