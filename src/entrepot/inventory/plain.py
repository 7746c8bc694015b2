"""What leaves nothing to decide is written at once, under a guard that stands in the statement.

Nearly all rows of a feed are such: a movement that no count has seen, of units that are there; a
count that found what the books say. `reckon` and `rules` decide all others, and would say the same
of these. Where lots are known or named all are decided, so that the lots follow. Positions are
locked before either is asked; counts lock them by the very statement.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import datetime

import msgspec

from entrepot.inventory import store
from entrepot.inventory.feed_model import Confirmed, Recounted, Stand
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

    key: Key
    places: list[int]
    total: int = 0
    lowest: int = 0
    since: datetime | None = None
    taken: int = 0
    plain: bool = True


async def confirm(conn: db.Connection, market: MarketId, counts: Sequence[Count]) -> set[int]:
    """Lock positions, ascending, and take the counts that change nothing; answers their places.

    Positions that are new are made.
    """
    if not counts:
        return set()
    alone = _alone(counts)
    moments = _numbered([c.counted_at for c in counts])
    (told,) = await db.fetch(
        conn, Q["confirm_counts"], Confirmed,
        market=market, places=list(range(len(counts))), skus=[c.sku for c in counts],
        node_ids=[c.node_id for c in counts],
        on_hands=[
            None if c.lots or place not in alone else c.on_hand for place, c in enumerate(counts)
        ],
        sources=[c.source for c in counts], sequences=[c.sequence for c in counts],
        moments=list(moments), counted_ats=[moments[c.counted_at] for c in counts],
    )  # fmt: skip
    keys = store.keys_of(counts) if told.unasked or told.held < len(counts) else []
    if told.held < len(counts):
        await store.lock_or_make(conn, market, keys)
    if keys:
        await db.execute(
            conn, Q["ask_when_moved"],
            market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        )  # fmt: skip
    return set(told.places or ())


def confirmed(count: Count) -> RowResult:
    """Answer a count that found what the books say."""
    return RowResult(count.sku, count.node_id, RowStatus.APPLIED, count.on_hand)


async def recount(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    rest: Sequence[int],
    *,
    at: datetime,
    actor: str | None,
) -> tuple[dict[int, RowResult], list[Free]]:
    """Take what counts of locked positions have found where that leaves nothing to decide.

    `rest` are the places of those that are to be taken. Answers their results by place, and what
    may be sold there now.
    """
    alone = _alone(counts)
    places = [place for place in rest if place in alone and not counts[place].lots]
    asked = [counts[place] for place in places]
    if not asked:
        return {}, []
    moments = _numbered([c.counted_at for c in asked])
    found = await db.fetch(
        conn, Q["recount"], Recounted,
        market=market, at=at, actor=actor, writer=WRITER, movement_ids=MINT.ids(len(asked)),
        places=places, skus=[c.sku for c in asked], node_ids=[c.node_id for c in asked],
        on_hands=[c.on_hand for c in asked], sources=[c.source for c in asked],
        sequences=[c.sequence for c in asked],
        moments=list(moments), counted_ats=[moments[c.counted_at] for c in asked],
    )  # fmt: skip
    results: dict[int, RowResult] = {}
    free: list[Free] = []
    for each in found:
        for place, short, was_short, units in zip(
            each.places, each.shorts, each.were_short, each.frees, strict=True
        ):
            c = counts[place]
            mended = was_short > 0 and not short
            results[place] = RowResult(
                c.sku, c.node_id, RowStatus.APPLIED, c.on_hand, short, mended
            )
            free.append(Free(c.sku, c.node_id, units))
    return results, free


def _alone(counts: Sequence[Count]) -> Container[int]:
    """Give the places of counts whose position is counted once in this call."""
    found = {(each.sku, each.node_id): place for place, each in enumerate(counts)}
    if len(found) == len(counts):
        return range(len(counts))
    times = Counter((each.sku, each.node_id) for each in counts)
    return {place for key, place in found.items() if times[key] == 1}


def spots(told: Sequence[Told], taken: Sequence[bool], wrong: Sequence[bool]) -> list[Spot]:
    """Sum the movements up by position.

    `taken` says which are heard for the first time, `wrong` which cannot be applied as they are.
    """
    found: dict[Key, Spot] = {}
    for place, each in enumerate(told):
        key = (each.sku, each.node_id)
        spot = found.get(key)
        if spot is None:
            spot = found[key] = Spot(key, [place])
        else:
            spot.places.append(place)
        if wrong[place] or not isinstance(each, Delta) or each.set_aside is not None or each.lots:
            spot.plain = False
        elif taken[place]:
            _add(spot, each)
    return list(found.values())


def _add(spot: Spot, each: Delta) -> None:
    spot.taken += 1
    spot.total += each.quantity
    if each.quantity < 0:
        spot.lowest = min(spot.lowest, spot.total)
    when = each.occurred_at
    if when is not None and (spot.since is None or when < spot.since):
        spot.since = when


def _numbered(moments: Iterable[datetime]) -> dict[datetime | None, int]:
    """Number moments from 1: printing one for the database takes longer than all else of a row."""
    found: dict[datetime | None, int] = {}
    for each in moments:
        if each not in found:
            found[each] = len(found) + 1
    return found


async def move(  # noqa: PLR0913 - what was told, as it is grouped, and when and by whom
    conn: db.Connection,
    market: MarketId,
    told: Sequence[Told],
    taken: Sequence[bool],
    found: Sequence[Spot],
    results: list[RowResult | None],
    *,
    at: datetime,
    actor: str | None,
) -> list[Free]:
    """Write the positions whose movements leave nothing to decide, and put their rows' results.

    Answers what may be sold there now.
    """
    asked = [spot for spot in found if spot.plain and spot.taken]
    if not asked:
        return []
    rows = [
        (number, each)
        for number, spot in enumerate(asked, start=1)
        for place in spot.places
        if taken[place] and isinstance(each := told[place], Delta)
    ]
    moves = [each for _, each in rows]
    moments = _numbered([m.occurred_at for m in moves if m.occurred_at is not None])
    at_no = moments.get
    stands = await db.fetch(
        conn, Q["move_plainly"], Stand,
        market=market, at=at, actor=actor, writer=WRITER,
        skus=[spot.key[0] for spot in asked], node_ids=[spot.key[1] for spot in asked],
        totals=[spot.total for spot in asked], lowests=[spot.lowest for spot in asked],
        moved_at=max([m.occurred_at or at for m in moves]), moments=list(moments),
        sinces=[at_no(spot.since) for spot in asked],
        move_spots=[number for number, _ in rows], movement_ids=MINT.ids(len(rows)),
        kinds=[m.kind for m in moves], quantities=[m.quantity for m in moves],
        refs=[m.reference for m in moves], ats=[at_no(m.occurred_at) for m in moves],
        sources=[m.source for m in moves], sequences=[m.sequence for m in moves],
    )  # fmt: skip
    free: list[Free] = []
    for stand in stands:
        for number, on_hand, claimed, safety in zip(
            stand.spots, stand.on_hands, stand.claimeds, stand.safeties, strict=True
        ):
            spot = asked[number - 1]
            free.append(Free(*spot.key, max(0, on_hand - claimed - safety)))
            _answer(told, taken, spot, on_hand, claimed, results)
    return free


def _answer(
    told: Sequence[Told],
    taken: Sequence[bool],
    spot: Spot,
    on_hand: int,
    claimed: int,
    results: list[RowResult | None],
) -> None:
    """Answer a position's rows in turn, each with what stood after it, at their places."""
    sku, node = spot.key
    on_hand -= spot.total
    for place in spot.places:
        if not taken[place]:
            results[place] = RowResult(sku, node, RowStatus.DUPLICATE, on_hand)
            continue
        was_short = claimed > on_hand
        on_hand += told[place].quantity
        short = claimed - on_hand if claimed > on_hand else 0
        results[place] = RowResult(
            sku, node, RowStatus.APPLIED, on_hand, short, was_short and not short
        )
