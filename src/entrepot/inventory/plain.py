"""What leaves nothing to decide is written at once, under a guard that stands in the statement.

Nearly all rows of a feed are such: a movement that no count has seen, of units that are there; a
count that found what the books say. `reckon` and `rules` decide all others, and would say the same
of these. Where lots are known or named all are decided, so that the lots follow. Positions are
locked before either is asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from entrepot.inventory.feed_model import Confirmed, Stood
from entrepot.inventory.heard import Told
from entrepot.inventory.model import Count, Delta, Free, RowResult, RowStatus
from entrepot.inventory.store import Key
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT, WRITER
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "plain.sql")


class Spot(msgspec.Struct, gc=False):
    """A position, and what a call's movements come to there.

    `total` units in the end, `lowest` on the way there (never above 0), the first of them `since`
    (None: none says when). `places` are their rows', those that were heard before among them.
    """

    total: int
    lowest: int
    since: datetime | None
    places: list[int]
    taken: int = 0
    plain: bool = True


async def confirm(conn: db.Connection, market: MarketId, counts: Sequence[Count]) -> set[int]:
    """Take the counts that change nothing; answers their places."""
    places = [place for place in _alone(counts) if not counts[place].lots]
    asked = [counts[place] for place in places]
    if not asked:
        return set()
    (told,) = await db.fetch(
        conn, Q["confirm_counts"], Confirmed,
        market=market, places=places, skus=[c.sku for c in asked],
        node_ids=[c.node_id for c in asked], on_hands=[c.on_hand for c in asked],
        sources=[c.source for c in asked], sequences=[c.sequence for c in asked],
        counted_ats=[c.counted_at for c in asked],
    )  # fmt: skip
    return set(told.places or ())


def confirmed(count: Count) -> RowResult:
    """Answer a count that found what the books say."""
    return RowResult(count.sku, count.node_id, RowStatus.APPLIED, count.on_hand)


def _alone(counts: Sequence[Count]) -> list[int]:
    """Give the places of counts whose position is counted once in this call."""
    found: dict[Key, int] = {}
    again: set[Key] = set()
    for place, each in enumerate(counts):
        key = (each.sku, each.node_id)
        if key in found:
            again.add(key)
        found[key] = place
    if again:
        return [place for key, place in found.items() if key not in again]
    return list(found.values())


def spots(told: Sequence[Told], taken: Sequence[bool], wrong: Sequence[bool]) -> dict[Key, Spot]:
    """Sum the movements up by position.

    `taken` says which are heard for the first time, `wrong` which cannot be applied as they are.
    """
    found: dict[Key, Spot] = {}
    for place, each in enumerate(told):
        key = (each.sku, each.node_id)
        spot = found.get(key)
        if spot is None:
            spot = found[key] = Spot(0, 0, None, [])
        spot.places.append(place)
        if wrong[place] or not isinstance(each, Delta) or each.set_aside is not None or each.lots:
            spot.plain = False
        elif taken[place]:
            _add(spot, each)
    return found


def _add(spot: Spot, each: Delta) -> None:
    spot.taken += 1
    spot.total += each.quantity
    spot.lowest = min(spot.lowest, spot.total)
    when = each.occurred_at
    if when is not None and (spot.since is None or when < spot.since):
        spot.since = when


async def move(  # noqa: PLR0913 - what was told, as it is grouped, and when and by whom
    conn: db.Connection,
    market: MarketId,
    told: Sequence[Told],
    taken: Sequence[bool],
    found: Mapping[Key, Spot],
    *,
    at: datetime,
    actor: str | None,
) -> dict[Key, Stood]:
    """Write the positions whose movements leave nothing to decide; answers what stands there."""
    asked = [(key, spot) for key, spot in found.items() if spot.plain and spot.taken]
    if not asked:
        return {}
    rows = [
        (number, each)
        for number, (_, spot) in enumerate(asked, start=1)
        for place in spot.places
        if taken[place] and isinstance(each := told[place], Delta)
    ]
    moves = [each for _, each in rows]
    stood = await db.fetch(
        conn, Q["move_plainly"], Stood,
        market=market, at=at, actor=actor, writer=WRITER,
        skus=[sku for (sku, _), _ in asked], node_ids=[node for (_, node), _ in asked],
        totals=[spot.total for _, spot in asked], lowests=[spot.lowest for _, spot in asked],
        sinces=[spot.since for _, spot in asked],
        move_spots=[number for number, _ in rows], movement_ids=MINT.ids(len(rows)),
        kinds=[m.kind for m in moves], quantities=[m.quantity for m in moves],
        refs=[m.reference for m in moves], ats=[m.occurred_at for m in moves],
        sources=[m.source for m in moves], sequences=[m.sequence for m in moves],
    )  # fmt: skip
    return {asked[each.spot - 1][0]: each for each in stood}


def answer(
    told: Sequence[Told],
    taken: Sequence[bool],
    spot: Spot,
    stood: Stood,
    results: list[RowResult | None],
) -> None:
    """Answer a position's rows in turn, each with what stood after it, at their places."""
    on_hand, claimed = stood.on_hand - spot.total, stood.claimed
    for place in spot.places:
        each = told[place]
        if not taken[place]:
            results[place] = RowResult(each.sku, each.node_id, RowStatus.DUPLICATE, on_hand)
            continue
        was_short = claimed > on_hand
        on_hand += each.quantity
        short = max(0, claimed - on_hand)
        mended = was_short and not short
        results[place] = RowResult(
            each.sku, each.node_id, RowStatus.APPLIED, on_hand, short, mended
        )


def free(key: Key, stood: Stood) -> Free:
    """Give what may be sold there now."""
    sku, node = key
    return Free(sku, node, max(0, stood.on_hand - stood.claimed - stood.safety))
