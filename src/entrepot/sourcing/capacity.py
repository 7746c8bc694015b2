"""Take a node's working day, or give it back: a day that is full is not planned any fuller."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from entrepot.plumbing import db
from entrepot.sourcing import store
from entrepot.sourcing.model import DayKey
from entrepot.terms.ids import MarketId


@dataclass(frozen=True, slots=True)
class Taking:
    """Whether each asker got all its days, and what is now planned on the days that were asked."""

    granted: list[bool]
    planned: dict[DayKey, int]


async def take(
    conn: db.Connection,
    market: MarketId,
    asked: Sequence[Sequence[DayKey]],
    limits: Mapping[DayKey, int],
    *,
    forced: Sequence[bool],
) -> Taking:
    """Plan one fulfillment order on each day an asker names; first come, first served, all or none.

    `limits` are the capacities; a day without one is not counted. A forced asker has no other way
    and goes beyond them. Days stay locked until the caller's transaction ends.
    """
    keys = sorted({key for days in asked for key in days if key in limits})
    if not keys:
        return Taking([True] * len(asked), {})
    before = await store.lock_node_days(conn, market, keys)

    planned = dict(before)
    granted = []
    for days, force in zip(asked, forced, strict=True):
        counted = [key for key in days if key in limits]
        fits = force or all(planned[key] < limits[key] for key in counted)
        granted.append(fits)
        if fits:
            for key in counted:
                planned[key] += 1

    await store.add_to_node_days(
        conn,
        market,
        {key: planned[key] - before[key] for key in keys if planned[key] > before[key]},
    )
    return Taking(granted, planned)


async def begin(conn: db.Connection, market: MarketId, planned: Mapping[DayKey, int]) -> None:
    """Days that were not counted until now have so much planned already; they are locked."""
    if planned:
        before = await store.lock_node_days(conn, market, sorted(planned))
        await store.add_to_node_days(
            conn, market, {key: count - before[key] for key, count in planned.items()}
        )


async def lock(
    conn: db.Connection, market: MarketId, days: Collection[DayKey], limits: Mapping[DayKey, int]
) -> None:
    """Lock days, ascending, that one transaction takes and gives back; of those with a limit."""
    keys = sorted({key for key in days if key in limits})
    if keys:
        await store.lock_node_days(conn, market, keys)


async def give_back(
    conn: db.Connection, market: MarketId, days: Sequence[DayKey], limits: Mapping[DayKey, int]
) -> None:
    """Work was withdrawn from these days, one fulfillment order for each time a day is named."""
    counts: dict[DayKey, int] = {}
    for key in days:
        if key in limits:
            counts[key] = counts.get(key, 0) - 1
    if counts:
        before = await store.lock_node_days(conn, market, sorted(counts))
        await store.add_to_node_days(
            conn, market, {key: max(count, -before[key]) for key, count in counts.items()}
        )
