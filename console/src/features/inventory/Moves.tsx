import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { number } from '@/i18n';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { DateTime } from '@/ui/Time';
import { signed } from './adjusting';
import { movesQuery } from './reads';
import { bucketWord, stepWord, t } from './words';

type Step = Schemas['StepAnswer'];

/** What has moved at a position, the newest first: how much, why, who and when. */
export function Moves({ sku, node }: { sku: string; node: string }) {
  const moves = useInfiniteQuery(movesQuery(sku, node));
  const steps = moves.data?.pages.flatMap((page) => page.items);
  return (
    <Loaded query={{ ...moves, data: steps }}>
      {(steps) =>
        steps.length ? (
          <>
            <ol className="steps">
              {steps.map((step) => (
                <Moved key={step.id} step={step} />
              ))}
            </ol>
            {moves.hasNextPage && (
              <Button variant="subtle" mt="xs" loading={moves.isFetchingNextPage} onClick={() => void moves.fetchNextPage()}>
                {t('moves.more')}
              </Button>
            )}
          </>
        ) : (
          <p className="muted">{t('moves.none')}</p>
        )
      }
    </Loaded>
  );
}

const LATE_MS = 60_000;

function Moved({ step }: { step: Step }) {
  const deltas = [
    ['on_hand', step.on_hand_delta],
    ['reserved', step.reserved_delta],
    ['unavailable', step.unavailable_delta],
  ] as const;
  const late = Date.parse(step.recorded_at) - Date.parse(step.at) > LATE_MS;
  return (
    <li>
      <span>
        <span className="strong">{stepWord(step.kind)}</span> {step.reference && <span>{step.reference}</span>}
        {step.order_id && (
          <>
            {' '}
            <Go to={`/orders/${step.order_id}`}>{t('claims.order', { id: step.order_id.slice(-8) })}</Go>
          </>
        )}
      </span>
      <span className="delta">
        {deltas
          .filter(([, units]) => units)
          .map(([figure, units]) => (
            <span key={figure} className="nowrap" style={{ display: 'block' }}>
              {signed(units)} <span className="muted small">{bucketWord(figure)}</span>
            </span>
          ))}
        {deltas.every(([, units]) => !units) && number(0)}
      </span>
      <small>
        <DateTime at={step.at} /> {step.actor && t('moves.by', { actor: step.actor })}
        {late && (
          <>
            {' · '}
            {t('moves.late', { time: '' })}
            <DateTime at={step.recorded_at} />
          </>
        )}
      </small>
    </li>
  );
}
