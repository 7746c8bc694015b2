import { Button } from '@mantine/core';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { Swatch } from './parts';
import { Reasons } from './Reasons';
import type { Stop } from './types';
import { t } from './words';

interface Props {
  stop: Stop;
  /** Several orders are picked together: whose units these are is shown. */
  many: boolean;
  last: boolean;
  onPick: (stop: Stop) => void;
  onMissing: (stop: Stop, reason: string) => void;
  serials?: string[];
}

/** One item of the walk: where it lies, how many, for whom; picked by a press or by a scan. */
export function StopCard({ stop, many, last, onPick, onMissing, serials = [] }: Props) {
  const [asking, setAsking] = useState(false);
  const { goods } = stop;
  const left = stop.quantity - stop.picked - stop.shorted;
  return (
    <li className="card stop" data-done={left ? undefined : ''} data-last={last ? '' : undefined}>
      <div className="stop-head">
        <Swatch sku={goods.sku} name={goods.name} />
        <div className="col grow">
          <b className="stop-name">{goods.name}</b>
          <span className="mono muted truncate">{goods.barcodes[0] ?? goods.sku}</span>
          {goods.location && <span className="strong">{goods.location}</span>}
        </div>
        <b className="stop-count tabular" aria-label={t('pick.progress', { done: stop.picked, of: stop.quantity })}>
          {left ? null : <Check size={20} aria-hidden />}
          {stop.picked}/{stop.quantity}
        </b>
      </div>
      {many && (
        <div className="row wrap">
          {stop.orders.map((share) => (
            <span key={`${share.fulfillment_order_id}${share.line}`} className="share tabular" data-done={share.picked + share.shorted >= share.quantity ? '' : undefined}>
              <span className="place">{share.place}</span>
              {share.picked}/{share.quantity}
            </span>
          ))}
        </div>
      )}
      {serials.length > 0 && <p className="muted">{t('order.serials', { serials: serials.join(', ') })}</p>}
      {stop.shorted > 0 && (
        <p className="tone-text" data-tone="red">
          {t('pick.missing.tell', { count: stop.shorted })}
        </p>
      )}
      {left > 0 && (
        <div className="stop-acts">
          <Button size="lg" variant="default" onClick={() => onPick(stop)} aria-label={`${t('pick.found')}: ${goods.name}`}>
            {t('pick.found')}
          </Button>
          <Button size="lg" variant="subtle" color="red" onClick={() => setAsking(true)} aria-label={`${t('pick.missing')}: ${goods.name}`}>
            {t('pick.missing')}
          </Button>
        </div>
      )}
      <Reasons
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('pick.missing.title')}
        text={t('pick.missing.text', { count: left, name: goods.name })}
        reasons={[t('reason.not_found'), t('reason.damaged')]}
        onSay={(reason) => onMissing(stop, reason)}
      />
    </li>
  );
}
