"""End claims: free them (the units are for sale again) or consume them (the units have left)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType

import msgspec

from entrepot.inventory import buckets, heard, reckon, rules, store
from entrepot.inventory.buckets import NOTHING, Aside
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Change, Claim, Ending, Position
from entrepot.inventory.reserve import GuardFailed
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

NO_LOTS: Mapping[int, tuple[LotUnits, ...]] = MappingProxyType({})


async def lock(
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    keys: Collection[store.Key] = (),
) -> None:
    """Lock the positions of claims, and others, ascending: for several verbs of one transaction.

    Who locks for one verb after another might wait for somebody who waits for him.
    """
    await store.positions_for_update(conn, market, sorted({*store.keys_of(claims), *keys}))


async def free(
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    *,
    at: datetime,
    given_up: bool = False,
    for_good: Collection[str] = (),
) -> list[store.Key]:
    """Free open claims; `given_up`: because their node rejected them or came up short.

    What these segments have drawn `for_good` is not protected for them again.

    Answers the positions whose shortage ended with it. The caller holds the orders' locks and owns
    the transaction.
    """
    if not claims:
        return []
    end = Ending.GIVEN_UP if given_up else Ending.FREED
    locked = await store.positions_for_update(conn, market, store.keys_of(claims))
    effects = [_freed] * len(claims)
    return await _resolve(conn, market, claims, locked, effects, at=at, end=end, for_good=for_good)


async def consume(
    conn: db.Connection,
    market: MarketId,
    left: Sequence[tuple[Claim, datetime]],
    *,
    at: datetime,
    lots: Mapping[int, tuple[LotUnits, ...]] = NO_LOTS,
) -> list[store.Key]:
    """Consume open claims, each as of when its units left. Books that held fewer owe the rest.

    What had left before the newest count was taken is not taken off it again. `lots` are those of
    the units that left, by the claim's place, where they were named. Answers the positions whose
    shortage ended with it.
    """
    if not left:
        return []
    claims = [claim for claim, _ in left]
    keys = store.keys_of(claims)
    locked = await store.positions_for_update(conn, market, keys)
    marks = reckon.by_position(await store.count_marks(conn, market, keys))
    anchors = {key: reckon.anchor(there.values()) for key, there in marks.items()}
    before = await heard.deficits(conn, market, keys)
    owed = dict(before)

    def leave(
        position: Position, claim: Claim, aside: Aside, left_at: datetime, place: int
    ) -> list[Change]:
        key = (claim.sku, claim.node_id)
        seen = reckon.left_before(left_at, anchors.get(key))
        changes, owed[key] = reckon.shipped(
            position, owed.get(key, 0), claim, left_at, aside, seen=seen
        )
        if place in lots:
            changes[0] = msgspec.structs.replace(changes[0], lots=lots[place])
        return changes

    effects = [
        partial(leave, left_at=left_at, place=place) for place, (_, left_at) in enumerate(left)
    ]
    mended = await _resolve(conn, market, claims, locked, effects, at=at, end=Ending.CONSUMED)
    await heard.owe(conn, market, {k: u for k, u in owed.items() if u != before.get(k, 0)})
    return mended


async def doubt(
    conn: db.Connection, market: MarketId, keys: Sequence[store.Key], *, at: datetime
) -> None:
    """Sell no more of these positions until somebody has counted them."""
    positions = await store.positions_for_update(conn, market, sorted(set(keys)))
    asides = await store.asides_of(conn, market, positions)
    changes = [
        rules.doubted(position, asides.get((position.sku, position.node_id), NOTHING))
        for position in positions
    ]
    if changes:
        await store.record_changes(conn, market, changes, at)


Effect = Callable[[Position, Claim, Aside], list[Change]]


def _freed(position: Position, claim: Claim, _: Aside) -> list[Change]:
    return [rules.freed(position, claim)]


async def _resolve(  # noqa: PLR0913 - claims, where they stand, and what becomes of them
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    locked: Sequence[Position],
    effects: Sequence[Effect],
    *,
    at: datetime,
    end: Ending,
    for_good: Collection[str] = (),
) -> list[store.Key]:
    positions = {(p.sku, p.node_id): p for p in locked}
    if any(position.drawn is not None for position in locked):
        drawn = await store.draws_of(conn, market, claims)
        draws = {key: segment for key, segment in drawn.items() if segment not in for_good}
        claims = [
            msgspec.structs.replace(
                claim, draws=draws.get((claim.order_id, claim.line_no, claim.sku, claim.node_id))
            )
            for claim in claims
        ]
    asides = await store.asides_of(conn, market, locked)

    changes: list[Change] = []
    for claim, effect in zip(claims, effects, strict=True):
        key = (claim.sku, claim.node_id)
        aside = asides.get(key, NOTHING)
        done = effect(positions[key], claim, aside)
        changes += done
        positions[key] = rules.after(positions[key], done[-1])
        asides[key] = buckets.after(aside, done[0].buckets)

    rows = rules.merged(claims)
    if await store.resolve_reservations(conn, market, rows, end) != len(rows):
        raise GuardFailed("a claim was resolved twice")
    await store.record_changes(conn, market, changes, at)
    ended = [p for p in locked if p.shortage and not positions[p.sku, p.node_id].shortage]
    return [(p.sku, p.node_id) for p in ended]
