import { useQuery } from '@tanstack/react-query';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { DateTime } from '@/ui/Time';
import { claimsQuery } from './reads';
import { t } from './words';

/** Whose units are reserved at a position: orders, and carts for a while. */
export function Claims({ sku, node }: { sku: string; node: string }) {
  const claims = useQuery(claimsQuery(sku, node));
  return (
    <Loaded query={claims}>
      {({ orders, carts, more }) =>
        orders.length + carts.length ? (
          <>
            {orders.length > 0 && <h3 className="small muted">{t('claims.orders')}</h3>}
            <ul className="steps">
              {orders.map(({ order_id, line, units }) => (
                <li key={`${order_id}${line}`}>
                  <span>
                    <Go to={`/orders/${order_id}`}>{t('claims.order', { id: order_id.slice(-8) })}</Go>{' '}
                    <span className="muted">{t('claims.line', { line })}</span>
                  </span>
                  <span className="delta">{t('units', { units })}</span>
                </li>
              ))}
            </ul>
            {carts.length > 0 && <h3 className="small muted">{t('claims.carts')}</h3>}
            <ul className="steps">
              {carts.map(({ cart_id, channel, units, expires_at }) => (
                <li key={cart_id}>
                  <span>
                    <span className="mono">{cart_id.slice(-8)}</span> <span className="muted">{channel}</span>
                  </span>
                  <span className="delta">{t('units', { units })}</span>
                  <small>
                    {t('claims.until', { time: '' })} <DateTime at={expires_at} />
                  </small>
                </li>
              ))}
            </ul>
            {more && <p className="muted small">{t('claims.more')}</p>}
          </>
        ) : (
          <p className="muted">{t('claims.none')}</p>
        )
      }
    </Loaded>
  );
}
