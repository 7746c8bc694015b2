import { MapPin, Search } from 'lucide-react';
import { ask, http } from '@/api/client';
import { number, timeText } from '@/i18n';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { Screen, Swatch, To } from './parts';
import { ScanButton, TypedCode, useScanning } from './Scanning';
import { yes } from './signal';
import { useHere, useRead } from './store';
import type { LookUp } from './types';
import { go, useWay } from './way';
import { methodWord, t } from './words';

const look = (found: string) => go(`/stock?code=${encodeURIComponent(found)}`, { replace: true });

/** How many are here, and where else there are some. */
export function StockPage() {
  const { node, zone } = useHere();
  const { search } = useWay();
  const code = search.get('code') ?? '';
  const read = useRead(`look-up:${node}:${code}`, (signal) => ask(http.GET('/v1/nodes/{node}/look-up', { params: { path: { node }, query: { code } }, signal })), { enabled: code !== '' });
  const scans = useScanning((found) => {
    yes();
    look(found);
  }, '', '');
  const unknown = read.error?.status === 404;
  return (
    <Screen title={t('stock.title')} foot={<ScanButton scans={scans} quiet={code !== ''} />}>
      <TypedCode key={code} onCode={look} label={t('stock.find')} value={code} />
      {scans.view}
      {!code && (
        <EmptyState icon={Search} title={t('stock.empty')}>
          {t('stock.empty.text')}
        </EmptyState>
      )}
      {code && read.isPending && <SkeletonLines lines={6} />}
      {unknown && <EmptyState icon={Search} title={t('pick.unknown.stock', { code })} />}
      {read.error && !unknown && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {code && !read.error && read.data && (
        <>
          {read.data.stale && <p className="note">{t('offline.since', { time: timeText(read.data.at, zone) })}</p>}
          <Found found={read.data.value} />
        </>
      )}
    </Screen>
  );
}

function Found({ found }: { found: LookUp }) {
  const { goods, here, nearby } = found;
  return (
    <>
      <section className="card">
        <div className="stop-head">
          <Swatch sku={goods.sku} name={goods.name} />
          <div className="col grow">
            <b className="stop-name">{goods.name}</b>
            <span className="mono muted">{goods.sku}</span>
            <span className="strong">{[goods.zone, goods.location].filter(Boolean).join(' · ')}</span>
          </div>
        </div>
        <dl className="figures">
          <Figure label={t('stock.available')} count={here.available} main />
          <Figure label={t('stock.on_hand')} count={here.on_hand} />
          <Figure label={t('stock.reserved')} count={here.reserved} />
          <Figure label={t('stock.unavailable')} count={here.unavailable} />
        </dl>
        <To to={`/count?sku=${encodeURIComponent(goods.sku)}`} className="plain-button">
          {t('stock.count')}
        </To>
      </section>
      <section aria-label={t('stock.nearby')}>
        <h2>{t('stock.nearby')}</h2>
        {!nearby.length && <p className="muted">{t('stock.nearby.none')}</p>}
        <ul className="cards">
          {nearby.map((place) => (
            <li key={place.node} className="card row-card">
              <MapPin size={20} aria-hidden />
              <span className="col grow">
                <b>{place.name}</b>
                <span className="muted">{[place.distance_km === null ? '' : t('stock.km', { km: number(place.distance_km, 1) }), ...place.services.map(methodWord)].filter(Boolean).join(' · ')}</span>
              </span>
              <b className="stop-count tabular">{place.available}</b>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Figure({ label, count, main }: { label: string; count: number; main?: boolean }) {
  return (
    <div data-main={main ? '' : undefined}>
      <dt>{label}</dt>
      <dd className="tabular">{count}</dd>
    </div>
  );
}
