"""Counts, movements and set-asides as they come in: known skus and nodes only, in key order.

Those who wait for what came are told, and so is a shortage.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory.buckets import SetAside
from entrepot.inventory.feed_model import Heard
from entrepot.inventory.hear import take_in
from entrepot.inventory.heard import Message, listen
from entrepot.inventory.learn import Held, hold, look
from entrepot.inventory.lots_model import NOWHERE
from entrepot.inventory.model import Count, Delta, Free, RowResult, RowStatus
from entrepot.inventory.truth_model import Look
from entrepot.journey.learn import bar_of, is_tracked
from entrepot.journey.notice import notice
from entrepot.journey.tracked import dated, fits
from entrepot.journey.tracked import learn as learn_tracking
from entrepot.journey.world import Market
from entrepot.network import browse as network
from entrepot.plumbing import db


@dataclass(frozen=True, slots=True)
class Booked:
    """One result per row, in order, and what is free now where rows were applied.

    The stock view is told of `free` when the commit has succeeded, and not before: what is rolled
    back was never there.
    """

    results: list[RowResult]
    free: list[Free]


async def take_counts(
    conn: db.Connection,
    market: Market,
    rows: Sequence[Count],
    *,
    at: datetime,
    actor: str | None = None,
) -> Booked:
    """Answer every count. The caller owns the transaction, and tells the view after it."""
    booked = await take_feed(conn, market, rows, at=at, actor=actor)
    await listen(conn, market.id, heard_of(rows, booked.results), at=at)
    return booked


async def _hold(conn: db.Connection, market: Market, counts: Sequence[Count], at: datetime) -> Held:
    """Hold what is believed of the shelves that are counted; feeds of other nodes ask nothing."""
    sources = market.policy.truth.count_sources
    nodes = {node for node in {each.node_id for each in counts} if is_tracked(market, node)}
    if not nodes:
        return Held({}, {}, {})
    keys = [
        (each.sku, each.node_id)
        for each in counts
        if each.node_id in nodes and (sources is None or each.source in sources)
    ]
    return await hold(conn, market.id, keys, at=at) if keys else Held({}, {}, {})


async def _look(
    conn: db.Connection,
    market: Market,
    held: Held,
    counts: Sequence[Count],
    results: Sequence[RowResult],
    at: datetime,
) -> None:
    looks = [
        Look(each.sku, each.node_id, 0, result.on_hand or 0, min(each.counted_at, at))
        for each, result in zip(counts, results, strict=True)
        if result.status is RowStatus.APPLIED and (each.sku, each.node_id) in held.standings
    ]
    await look(conn, market.id, held, looks, bar=bar_of(market), at=at)


async def take_movements(
    conn: db.Connection,
    market: Market,
    rows: Sequence[Delta],
    *,
    at: datetime,
    actor: str | None = None,
) -> Booked:
    """Answer every movement. The caller owns the transaction, and tells the view after it."""
    booked = await take_feed(conn, market, rows, at=at, actor=actor)
    await listen(conn, market.id, heard_of(rows, booked.results), at=at)
    return booked


async def take_feed(
    conn: db.Connection,
    market: Market,
    rows: Sequence[Message],
    *,
    at: datetime,
    actor: str | None = None,
) -> Booked:
    """Answer every message. The caller owns the transaction, and tells the view after it.

    That its sources were heard is noted by the caller, of many chunks at once (`heard_of`).
    """
    results, known = await _sort_out(conn, market, rows)
    if not known:
        return Booked(_in_order(results), [])
    good = dated(market, [rows[place] for place in known] if results else rows, at)
    counts = [each for each in good if isinstance(each, Count)]
    held = await _hold(conn, market, counts, at) if counts else Held({}, {}, {})
    done = await take_in(conn, market.id, good, at=at, actor=actor)
    if held.standings:
        told = zip(good, done.results, strict=True)
        found = [result for each, result in told if isinstance(each, Count)]
        await _look(conn, market, held, counts, found, at)
    await notice(conn, market.id, _news(done), at=at)
    if not results:
        return Booked(done.results, done.free)
    told_of = dict(zip(known, done.results, strict=True))
    return Booked(_in_order({**results, **told_of}), done.free)


async def take_set_asides(
    conn: db.Connection,
    market: Market,
    rows: Sequence[SetAside],
    *,
    at: datetime,
    actor: str | None = None,
) -> Booked:
    """Answer every row of what is set aside. The caller owns the transaction.

    It tells the view after it.
    """
    return await take_feed(conn, market, rows, at=at, actor=actor)


def heard_of(rows: Sequence[Message], results: Sequence[RowResult]) -> list[Message]:
    """Leave out what was refused: mended, it comes again, and until then it is missing."""
    return [row for row, told in zip(rows, results, strict=True) if told.status not in _REFUSED]


_REFUSED = frozenset(
    {
        RowStatus.WRONG_SIGN,
        RowStatus.INSUFFICIENT,
        RowStatus.CLAIMED,
        RowStatus.NOT_SET_ASIDE,
        RowStatus.UNKNOWN_SKU,
        RowStatus.UNKNOWN_NODE,
        RowStatus.KIT,
        RowStatus.NOT_TRACKED,
        RowStatus.UNKNOWN_LOT,
        RowStatus.LOT_INSUFFICIENT,
        RowStatus.LOT_EXPIRES_OTHERWISE,
        RowStatus.SERIAL_ELSEWHERE,
    }
)


def _news(done: Heard) -> list[RowResult]:
    """Leave out counts that found what the books say: nobody need be told."""
    if not done.quiet:
        return done.results
    return [each for place, each in enumerate(done.results) if place not in done.quiet]


async def _sort_out(
    conn: db.Connection, market: Market, rows: Sequence[Message]
) -> tuple[dict[int, RowResult], list[int]]:
    """Refuse rows of unknown skus and nodes, of kits, which have no stock, and of lots untold."""
    skus = {row.sku for row in rows}
    made = market.catalog.items
    if any(sku not in made for sku in skus):
        await market.catalog.fetch_missing(conn, skus)
    nodes: set[str] = set(market.compiled.index)
    if not nodes.issuperset([row.node_id for row in rows]):
        nodes |= await network.known_nodes(conn, market.id, {row.node_id for row in rows})
    named = {row.sku for row in rows if row.lots}
    if named:
        await learn_tracking(conn, market, named)
    elif nodes.issuperset([row.node_id for row in rows]) and not any(
        sku not in made or made[sku].parts for sku in skus
    ):
        return {}, list(range(len(rows)))
    results: dict[int, RowResult] = {}
    known = []
    for place, row in enumerate(rows):
        why = _why_not(market, row, nodes)
        if why is None:
            known.append(place)
        else:
            results[place] = RowResult(row.sku, row.node_id, why)
    return results, known


def _why_not(market: Market, row: Message, nodes: Collection[str]) -> RowStatus | None:
    """Say why a row cannot be of what it names; None where it can."""
    made = market.catalog.items.get(row.sku)
    if made is None:
        return RowStatus.UNKNOWN_SKU
    if row.node_id not in nodes:
        return RowStatus.UNKNOWN_LOT if row.node_id == NOWHERE else RowStatus.UNKNOWN_NODE
    if made.parts:
        return RowStatus.KIT
    return RowStatus.NOT_TRACKED if row.lots and not fits(market, row.sku, row.lots) else None


def _in_order(results: Mapping[int, RowResult]) -> list[RowResult]:
    return [results[place] for place in range(len(results))]
