import { CalendarClock, User, Wallet } from 'lucide-react';
import { methodWord } from '@/domain/words';
import { Panel } from '@/ui/Panel';
import { DateTime } from '@/ui/Time';
import { Facts, Money } from '@/ui/Values';
import type { Order } from './story';
import { causeWord, makerWord, t } from './words';

/** What the customer was promised, and every change of it with its cause. */
export function PromisePanel({ order }: { order: Order }) {
  const promise = order.promise;
  const history = order.promises.toReversed();
  return (
    <Panel icon={CalendarClock} title={t('promise.title')} aside={methodWord(order.method)}>
      {!promise ? (
        <span className="muted">{t('promise.none')}</span>
      ) : (
        <>
          <div className="promise-now">
            <span className="muted">{t('promise.by')}</span> <DateTime at={promise.latest} />
          </div>
          <div className="small muted">
            {t('promise.earliest', { when: '' })}
            <DateTime at={promise.earliest} />
          </div>
          {history.length > 0 && (
            <ol className="promises" aria-label={t('promise.history')}>
              {history.map((each) => (
                <li key={each.at}>
                  <div className="changed">
                    {each.was && (
                      <>
                        <s>
                          <DateTime at={each.was} />
                        </s>
                        <span aria-hidden>→</span>
                      </>
                    )}
                    <DateTime at={each.latest} />
                  </div>
                  <div className="small muted">
                    {[each.reason ?? causeWord(each.cause), makerWord(each.maker)].join(' · ')}
                  </div>
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </Panel>
  );
}

export function CustomerPanel({ order }: { order: Order }) {
  const { customer, ship_to: to } = order;
  const store = order.pickup_node ? (order.nodes[order.pickup_node]?.name ?? order.pickup_node) : null;
  return (
    <Panel icon={User} title={t('customer.title')}>
      {customer ? (
        <div className="customer">
          <div className="strong">{customer.name ?? customer.email}</div>
          {customer.name && customer.email && <div className="muted">{customer.email}</div>}
          {customer.phone && <div className="muted">{customer.phone}</div>}
        </div>
      ) : (
        <span className="muted">{t('customer.none')}</span>
      )}
      {(to || store || order.note) && (
        <div className="customer-to">
          <Facts
            items={[
              ...(store ? ([[t('customer.pickup'), store]] as [string, string][]) : []),
              ...(to
                ? ([
                    [
                      t('customer.ship_to'),
                      [to.name !== customer?.name ? to.name : null, to.line1, to.line2, [to.city, to.region, to.postal_code].filter(Boolean).join(' '), to.country]
                        .filter(Boolean)
                        .join(', '),
                    ],
                  ] as [string, string][])
                : []),
              ...(order.note ? ([[t('customer.note'), order.note]] as [string, string][]) : []),
            ]}
          />
        </div>
      )}
    </Panel>
  );
}

/** What was agreed, line by line; what of it was canceled, and what the channel had authorized. */
export function MoneyPanel({ order }: { order: Order }) {
  const { money: sums, currency } = order;
  const sum = (minor: number) => <Money minor={minor} currency={currency} />;
  const rows: [string, number, string?][] = [
    [t('money.goods'), sums.goods],
    ...(sums.discount ? ([[t('money.discount'), -sums.discount]] as [string, number][]) : []),
    [t('money.shipping'), sums.shipping],
    [t('money.tax'), sums.tax + sums.shipping_tax],
  ];
  return (
    <Panel icon={Wallet} title={t('money.title')} flush>
      <div className="table-scroll">
        <table className="table money-lines" aria-label={t('money.title')}>
          <thead>
            <tr>
              <th>{t('line')}</th>
              <th className="num">{t('quantity')}</th>
              <th className="num">{t('price')}</th>
              <th className="num">{t('money.discount')}</th>
              <th className="num">{t('money.tax')}</th>
              <th className="num">{t('amount')}</th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line, at) => (
              <tr key={line.line}>
                <td title={line.sku}>
                  {line.name ?? line.sku}
                  {line.quantities.canceled > 0 && <span className="small muted"> · {t('units.canceled', { count: line.quantities.canceled })}</span>}
                </td>
                <td className="num">{line.quantity}</td>
                <td className="num">{sum(line.unit_price)}</td>
                <td className="num muted">{line.discount ? sum(-line.discount) : '–'}</td>
                <td className="num muted">{line.tax ? sum(line.tax) : '–'}</td>
                <td className="num">{sum(sums.lines[at]!.total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className="sums">
        {rows.map(([name, minor]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{sum(minor)}</dd>
          </div>
        ))}
        <div className="total">
          <dt>{t('money.total')}</dt>
          <dd className="num">{sum(sums.total)}</dd>
        </div>
        {sums.canceled > 0 && (
          <>
            <div>
              <dt>{t('money.canceled')}</dt>
              <dd className="num">{sum(-sums.canceled)}</dd>
            </div>
            <div className="total">
              <dt>{t('money.standing')}</dt>
              <dd className="num">{sum(sums.standing)}</dd>
            </div>
          </>
        )}
        {order.payment && sums.authorized !== null && (
          <div>
            <dt>
              {t('money.authorized')} <span className="small muted">{t('money.provider', { provider: order.payment.provider })}</span>
            </dt>
            <dd className="num">{sum(sums.authorized)}</dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
