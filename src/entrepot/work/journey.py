"""Run the journey: every row of its table reads the feed from its own cursor, market by market.

One commit holds a step's effect and its cursor's move. A step that has more to do of the same facts
than one commit should hold says so: it is run on them again, and the cursor moves with the last
run. A set of events that faults is run again in halves; an event that faults alone goes to the
exceptions with its reason, and the row goes on.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from entrepot.journey.here import Here
from entrepot.journey.table import STEPS, Row, rows
from entrepot.journey.world import World
from entrepot.plumbing import cursors, db, exceptions, mint, telemetry
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import (
    AGAIN_PER_TURN_MAX,
    EVENTS_PER_STEP_MAX,
    STEPS_PER_TURN_MAX,
    Event,
)
from entrepot.plumbing.relay import feeds
from entrepot.terms.ids import MarketId, OrderId

log = logging.getLogger(__name__)

ALL = tuple(rows())
FIRST = tuple(row for row in ALL if row.types)
AFTERWARDS = tuple(row for row in ALL if not row.types)
"""Rows that look at orders as they stand: once after the others, not before and again after."""


class Faulted(Exception):  # noqa: N818 - what happened
    """A step could not handle these events."""

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__(f"{len(events)} events")
        self.events = events


@dataclass(frozen=True, slots=True)
class Stepped:
    """How many events a commit worked on; `again`: it wants another for the same ones."""

    count: int
    again: bool = False


@dataclass(slots=True)
class Runner:
    """Runs the rows; remembers how far each has come: an idle market costs one statement."""

    pool: db.Pool
    world: World
    release_after_s: int
    seen: dict[tuple[MarketId, str], int] = field(default_factory=dict)

    async def run(self, page: Sequence[Row] = ALL) -> int:
        """Bring every row towards the end of its feed; answers how many events were handled.

        The end is where it was when we looked: what the rows themselves tell is for the next run.
        """
        async with self.pool.acquire() as conn:
            heads = await feeds(conn)
        done = 0
        for head in heads:
            market = MarketId(head.market)
            for row in page:
                done += await self._row(market, row, head.last_sequence)
        return done

    async def _row(self, market: MarketId, row: Row, last: int) -> int:
        done, steps, again, window = 0, 0, 0, EVENTS_PER_STEP_MAX
        while steps < STEPS_PER_TURN_MAX and again < AGAIN_PER_TURN_MAX:
            if self.seen.get((market, row.do), 0) >= last:
                break
            try:
                stepped = await self._step(market, row, last, window)
            except (*db.UNREACHABLE, *db.TRY_AGAIN):
                raise
            except Faulted as faulted:
                log.exception("a step of the journey faulted", extra={"step": row.do})
                steps += 1
                window = max(1, len(faulted.events) // 2)
                if len(faulted.events) == 1:
                    return done + await self._park(market, row, faulted.events[0])
                continue
            if stepped is None:
                break
            done += stepped.count
            if stepped.again:
                again += 1
                continue
            steps += 1
            window = EVENTS_PER_STEP_MAX
        return done

    async def _step(self, market: MarketId, row: Row, last: int, window: int) -> Stepped | None:
        """Do one commit's work on a window of events; None while another process does."""

        async def work(conn: db.Connection) -> Stepped | None:
            after = await cursors.take(conn, market, row.do)
            if after is None:
                return None
            events = await cursors.read(conn, market, row.types, after, window)
            upto = _read_to(after, events, window, last)
            if events:
                here = Here(conn, market, self.world, mint.now(), self.release_after_s)
                if await _run(row, here, events):
                    return Stepped(len(events), again=True)
            await cursors.move(conn, market, row.do, upto)
            self.seen[market, row.do] = upto
            return Stepped(len(events))

        try:
            stepped = await db.in_transaction(self.pool, work)
        except BaseException:
            self.seen.pop((market, row.do), None)
            raise
        if stepped is not None and not stepped.again:
            telemetry.STEPS.labels(row.do).inc(stepped.count)
        return stepped

    async def _park(self, market: MarketId, row: Row, poison: Event) -> int:
        """Put an event that faults alone aside, for a person to see, unless another worker has."""

        async def work(conn: db.Connection) -> int:
            after = await cursors.take(conn, market, row.do)
            if after is None or after >= poison.sequence:
                return 0
            at = mint.now()
            await exceptions.raise_all(conn, market, [_poison(row, poison)], at=at)
            await cursors.move(conn, market, row.do, poison.sequence)
            return 1

        parked = await db.in_transaction(self.pool, work)
        if parked:
            telemetry.EXCEPTIONS.labels("journey.poison").inc()
        return parked


async def _run(row: Row, here: Here, events: Sequence[Event]) -> bool:
    try:
        return bool(await STEPS[row.do](here, events))
    except (*db.UNREACHABLE, *db.TRY_AGAIN):
        raise
    except Exception as fault:
        raise Faulted(events) from fault


def _read_to(after: int, events: Sequence[Event], window: int, last: int) -> int:
    """Say how far a read has come: to its last event, and to the feed's end if it was not cut.

    Never back: another worker may have come further than the feed's end that this one looked up.
    """
    reached = events[-1].sequence if events else after
    return reached if len(events) == window else max(after, last, reached)


def _poison(row: Row, event: Event) -> Stuck:
    return Stuck(
        kind="journey.poison",
        subject=event.subject,
        reason=f"{row.do} cannot handle {event.type} {event.sequence}",
        detail=db.json_text(
            {
                "step": row.do,
                "type": event.type,
                "sequence": event.sequence,
                "data": msgspec.Raw(event.data.encode()),
            }
        ),
        order_id=OrderId(event.order_id) if event.order_id else None,
    )
