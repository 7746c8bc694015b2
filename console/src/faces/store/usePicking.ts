/** Picking: what a scan, a press of "picked" and "can't find" become as steps. */
import { useRef, useState } from 'react';
import { no, yes } from './signal';
import { act } from './store';
import type { Share, Stop } from './types';
import { scanned } from './wave';
import { t } from './words';

export interface Picking {
  scan: (code: string) => void;
  pick: (stop: Stop) => void;
  missing: (stop: Stop, reason: string) => void;
  said: string;
  tone: 'good' | 'bad' | '';
  /** The sku that was touched last. */
  last: string;
}

export function usePicking(walk: Stop[], numbers: ReadonlyMap<string, string>, many: boolean): Picking {
  const [told, setTold] = useState<{ said: string; tone: 'good' | 'bad' | ''; last: string }>({ said: '', tone: '', last: '' });
  // Two scans may come before the screen is drawn again: each counts on what the one before it took.
  const taken = useRef<{ walk: Stop[]; by: Map<string, number> }>({ walk, by: new Map() });
  if (taken.current.walk !== walk) taken.current = { walk, by: new Map() };

  const wanted = (share: Share, sku: string) => share.quantity - share.picked - share.shorted - (taken.current.by.get(`${share.fulfillment_order_id} ${share.line} ${sku}`) ?? 0);
  const take = (share: Share, sku: string, units: number) => {
    const key = `${share.fulfillment_order_id} ${share.line} ${sku}`;
    taken.current.by.set(key, (taken.current.by.get(key) ?? 0) + units);
  };
  const number = (share: Share) => numbers.get(share.fulfillment_order_id) ?? '';

  const scan = (code: string) => {
    const seen = scanned(walk, code);
    if (seen.kind === 'unknown') {
      no();
      return setTold({ said: t('pick.unknown', { code }), tone: 'bad', last: '' });
    }
    const stop = seen.kind === 'hit' ? seen.hit.stop : seen.stop;
    const { sku, name } = stop.goods;
    const share = stop.orders.find((each) => wanted(each, sku) > 0);
    if (!share) {
      no();
      return setTold({ said: t('pick.enough', { name }), tone: 'bad', last: sku });
    }
    take(share, sku, 1);
    yes();
    setTold({ said: many ? t('pick.hit', { name, place: share.place }) : t('pick.hit.one', { name }), tone: 'good', last: sku });
    void act('pick', share.fulfillment_order_id, { scans: [{ code, quantity: 1 }] }, t('label.pick', { count: 1, name, number: number(share) }), [{ line: share.line, sku, quantity: 1 }]);
  };

  const pick = (stop: Stop) => {
    const { sku, name } = stop.goods;
    const share = stop.orders.find((each) => wanted(each, sku) > 0);
    if (!share) return;
    take(share, sku, 1);
    yes();
    setTold({ said: many ? t('pick.hit', { name, place: share.place }) : t('pick.hit.one', { name }), tone: 'good', last: sku });
    const units = { line: share.line, sku, quantity: 1 };
    void act('pick', share.fulfillment_order_id, { lines: [units] }, t('label.pick', { count: 1, name, number: number(share) }), [units]);
  };

  const missing = (stop: Stop, reason: string) => {
    const { sku, name } = stop.goods;
    setTold({ said: '', tone: '', last: sku });
    for (const share of stop.orders) {
      const quantity = wanted(share, sku);
      if (quantity <= 0) continue;
      take(share, sku, quantity);
      const units = { line: share.line, sku, quantity };
      void act('short', share.fulfillment_order_id, { lines: [units], reason }, t('label.short', { count: quantity, name, number: number(share) }), [units]);
    }
  };

  return { scan, pick, missing, ...told };
}
