"""Run the journey: every row of its table reads the feed from its own cursor, market by market.

One commit holds a step's effect and its cursor's move. A set of events that faults is run again in
halves; an event that faults alone goes to the exceptions with its reason, and the row goes on.
"""

import logging
from dataclasses import dataclass, field

from entrepot.journey.here import Here
from entrepot.journey.table import STEPS, Row, rows
from entrepot.journey.world import World
from entrepot.plumbing import cursors, db, exceptions, mint, telemetry
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import EVENTS_PER_STEP_MAX, Event
from entrepot.plumbing.relay import feeds
from entrepot.terms.ids import MarketId, OrderId

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Runner:
    """Runs the rows; remembers how far each has come: an idle market costs one statement."""

    pool: db.Pool
    world: World
    release_after_s: int
    seen: dict[tuple[MarketId, str], int] = field(default_factory=dict)

    async def run(self) -> int:
        """Run every row that is behind its feed; answers how many events were handled."""
        async with self.pool.acquire() as conn:
            heads = await feeds(conn)
        done = 0
        for head in heads:
            market = MarketId(head.market)
            for row in rows():
                if self.seen.get((market, row.do), 0) < head.last_sequence:
                    done += await self._row(market, row, head.last_sequence)
        return done

    async def _row(self, market: MarketId, row: Row, last: int) -> int:
        window = EVENTS_PER_STEP_MAX
        while True:
            try:
                return await self._step(market, row, last, window)
            except (*db.UNREACHABLE, *db.TRY_AGAIN):
                raise
            except Exception:
                log.exception("a step of the journey faulted", extra={"step": row.do})
                if window == 1:
                    return await self._park(market, row)
                window = max(1, window // 2)

    async def _step(self, market: MarketId, row: Row, last: int, window: int) -> int:
        async def work(conn: db.Connection) -> int:
            after = await cursors.take(conn, market, row.do)
            if after is None:
                return 0
            events = await cursors.read(conn, market, row.types, after, window)
            upto = events[-1].sequence if len(events) == window else last
            if events:
                here = Here(conn, market, self.world, mint.now(), self.release_after_s)
                await STEPS[row.do](here, events)
            await cursors.move(conn, market, row.do, upto)
            self.seen[market, row.do] = upto
            return len(events)

        try:
            count = await db.in_transaction(self.pool, work)
        except BaseException:
            self.seen.pop((market, row.do), None)
            raise
        if count:
            telemetry.STEPS.labels(row.do).inc(count)
        return count

    async def _park(self, market: MarketId, row: Row) -> int:
        """Put the next event of the row aside, for a person to see."""

        async def work(conn: db.Connection) -> int:
            after = await cursors.take(conn, market, row.do)
            if after is None:
                return 0
            event = (await cursors.read(conn, market, row.types, after, 1))[0]
            at = mint.now()
            await exceptions.raise_all(conn, market, [_poison(row, event)], at=at)
            await cursors.move(conn, market, row.do, event.sequence)
            return 1

        telemetry.EXCEPTIONS.labels("journey.poison").inc()
        return await db.in_transaction(self.pool, work)


def _poison(row: Row, event: Event) -> Stuck:
    return Stuck(
        kind="journey.poison",
        subject=event.subject,
        reason=f"{row.do} cannot handle {event.type} {event.sequence}",
        detail=event.data,
        order_id=OrderId(event.order_id) if event.order_id else None,
    )
