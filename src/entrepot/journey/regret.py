"""Regret of a day: its decisions told again without the rules, beside a bound of all plans."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from entrepot.journey.replay_reader import Reader
from entrepot.plumbing import db
from entrepot.sourcing import regrets, replays
from entrepot.sourcing.hindsight import Day
from entrepot.sourcing.model import Plan
from entrepot.sourcing.record import unpack
from entrepot.sourcing.record_form import Record
from entrepot.sourcing.regret import bound_of
from entrepot.sourcing.replay_model import PlacedDecision
from entrepot.sourcing.replays import Span
from entrepot.sourcing.retell import Regret, Retold, Rule, only, regret_of
from entrepot.sourcing.unfold import unfold
from entrepot.terms.ids import MarketId

FIRST: Final = frozenset({"capture", "supply"})
"""Kinds of decisions that send units for the first time; others send again what went wrong."""

RECORDS_AT_ONCE: Final = 16
"""Records read at a time; between them others in the process have their turn."""


@dataclass(slots=True)
class _Telling:
    """A day being told again."""

    day: Day = field(default_factory=Day)
    told: dict[Rule, Retold] = field(default_factory=lambda: {rule: Retold(rule) for rule in Rule})
    orders: int = 0
    cost: int = 0
    again: int = 0
    again_cost: int = 0


async def regret(pool: db.Pool, market: MarketId, day: date) -> Regret:
    """Work out a day's regret (UTC); reads, and writes nothing.

    LookupError where a network of that day is not kept.
    """
    begin = datetime.combine(day, time(), UTC)
    span = Span(begin, begin + timedelta(days=1))
    telling, reader = _Telling(), Reader(market)
    after: UUID = span.first_id
    while True:
        async with pool.acquire() as conn:
            kept = await replays.records_after(conn, market, after, span.last_id, RECORDS_AT_ONCE)
            if not kept:
                break
            after = kept[-1].record_id
            records = [(each.record_id, unpack(each.packed)) for each in kept]
            within = [(i, r) for i, r in records if span.from_at <= r.at < span.to_at]
            await _tell(conn, reader, telling, within)
    laid = telling.day.laid()
    bound = await asyncio.to_thread(bound_of, laid, telling.cost)
    return regret_of(
        telling.told, orders=telling.orders, cost=telling.cost, bound=bound.cost,
        bound_alone=bound.alone, again=(telling.again, telling.again_cost),
    )  # fmt: skip


async def keep_regret(pool: db.Pool, market: MarketId, day: date, *, at: datetime) -> Regret:
    """Work out a day's regret and keep it, in place of what was kept of the day before."""
    found = await regret(pool, market, day)

    async def work(conn: db.Connection) -> None:
        await regrets.keep(conn, market, day, found, at=at)

    await db.in_transaction(pool, work)
    return found


async def _tell(
    conn: db.Connection,
    reader: Reader,
    telling: _Telling,
    records: Sequence[tuple[UUID, Record]],
) -> None:
    if not records:
        return
    times = [record.at for _, record in records]
    names = [record_id for record_id, _ in records]
    placed: dict[UUID, list[PlacedDecision]] = {}
    for row in await replays.decisions_of(conn, reader.market, names, min(times), max(times)):
        placed.setdefault(row.record_id, []).append(row)
    for record_id, record in records:
        rows = placed.get(record_id, [])
        compiled = await reader.network(conn, record.network_version)
        batch = unfold(record, compiled)
        planned = {at for at, answer in enumerate(batch.answers) if isinstance(answer, Plan)}
        first = [row.place for row in rows if row.kind in FIRST and row.place in planned]
        costs = [a.cost if isinstance(a, Plan) else 0 for a in batch.answers]
        others = [row.place for row in rows if row.kind not in FIRST]
        telling.again += len(others)
        telling.again_cost += sum(costs[at] for at in others)
        if not first:
            continue
        telling.orders += len(first)
        telling.cost += sum(costs[at] for at in first)
        telling.day.add(batch, sorted(first))
        mine = only(batch, first)
        for each in telling.told.values():
            each.add(mine)
        await asyncio.sleep(0)
