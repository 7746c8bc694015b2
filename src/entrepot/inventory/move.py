"""Apply movements: what a node says came, went, broke or was found, and what it sets aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.inventory import buckets, heard, lots, plain, reckon, rules, store
from entrepot.inventory.buckets import NOTHING, Aside, SetAside
from entrepot.inventory.feed_model import Heard
from entrepot.inventory.heard import Told
from entrepot.inventory.lots_judge import Judge
from entrepot.inventory.model import Change, CountMark, Delta, Free, Position, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def move(
    conn: db.Connection,
    market: MarketId,
    deltas: Sequence[Delta],
    *,
    at: datetime,
    actor: str | None = None,
) -> list[RowResult]:
    """Answer every movement in order, each whole or not at all. The caller owns the commit.

    What was heard before is a duplicate and changes nothing.
    """
    await store.hold(conn, market, store.keys_of(deltas))
    return (await tell(conn, market, deltas, at=at, actor=actor)).results


async def tell(
    conn: db.Connection,
    market: MarketId,
    told: Sequence[Told],
    *,
    at: datetime,
    actor: str | None = None,
) -> Heard:
    """Answer movements and set-asides of positions that are locked, in order."""
    wrong = [_is_wrong(each) for each in told]
    right = told if True not in wrong else [e for e, no in zip(told, wrong, strict=True) if not no]
    fresh = await heard.claim(conn, market, right)
    taken = [
        is_wrong or fresh is None or heard.take(fresh, each)
        for each, is_wrong in zip(told, wrong, strict=True)
    ]
    found = plain.spots(told, taken, wrong)
    results: list[RowResult | None] = [None] * len(told)
    free = await plain.move(conn, market, told, taken, found, results, at=at, actor=actor)
    rest = [place for place, each in enumerate(results) if each is None] if None in results else []
    if rest:
        books = await _books(conn, market, [(told[place], taken[place]) for place in rest])
        for place, result in zip(rest, books.results, strict=True):
            results[place] = result
        await store.record_changes(conn, market, books.changes, at, actor=actor)
        await heard.owe(conn, market, books.owing())
        await heard.forget(conn, market, books.refused)
        free += books.free()
    return Heard([result for result in results if result is not None], free)


async def _books(
    conn: db.Connection, market: MarketId, rows: Sequence[tuple[Told, bool]]
) -> "_Books":
    """Open the books of some locked positions and decide row after row."""
    keys = store.keys_of(each for each, _ in rows)
    locked = await store.positions_for_update(conn, market, keys)
    asides = await store.asides_of(conn, market, locked)
    moved = [each for each, taken in rows if taken and isinstance(each, Delta)]
    dated = store.keys_of(d for d in moved if d.occurred_at is not None)
    marks = reckon.by_position(await store.count_marks(conn, market, dated) if dated else [])
    anchors = {key: reckon.anchor(there.values()) for key, there in marks.items()}
    keys = store.keys_of(moved)
    deficits = await heard.deficits(conn, market, keys) if keys else {}
    books = _Books({(p.sku, p.node_id): p for p in locked}, asides, anchors, deficits)
    if any(each.lots for each, _ in rows):
        books.lots = await lots.judge(conn, market, [(each.sku, each.lots) for each, _ in rows])
    books.judge(rows)
    return books


@dataclass(slots=True)
class _Books:
    """Positions as row after row leaves them, and all that is to be written of it."""

    positions: dict[store.Key, Position]
    asides: dict[store.Key, Aside]
    anchors: dict[store.Key, CountMark | None]
    deficits: dict[store.Key, int]
    lots: Judge | None = None
    owed: dict[store.Key, int] = field(default_factory=dict)
    results: list[RowResult] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    refused: list[Told] = field(default_factory=list)

    def judge(self, rows: Iterable[tuple[Told, bool]]) -> None:
        self.owed = dict(self.deficits)
        for each, taken in rows:
            self.results.append(self._answer(each, taken=taken))

    def owing(self) -> dict[store.Key, int]:
        """Give what is owed from now on, where it is another number than before."""
        return {k: u for k, u in self.owed.items() if u != self.deficits.get(k, 0)}

    def free(self) -> list[Free]:
        changed = dict.fromkeys((change.sku, change.node_id) for change in self.changes)
        return [Free(*key, max(0, self.positions[key].free)) for key in changed]

    def _answer(self, each: Told, *, taken: bool) -> RowResult:
        if not taken:
            return self._unchanged(each, RowStatus.DUPLICATE)
        if isinstance(each, SetAside):
            return self._set_aside(each)
        return self._moved(each)

    def _moved(self, each: Delta) -> RowResult:
        if rules.sign_is_wrong(each):
            return self._unchanged(each, RowStatus.WRONG_SIGN)
        if each.lots and self.lots is not None and (why := self.lots.delta(each)) is not None:
            return self._refuse(each, why)
        key = (each.sku, each.node_id)
        position, aside = self.positions[key], self.asides.get(key, NOTHING)
        seen = reckon.was_seen(each, self.anchors.get(key))
        done = reckon.told(position, self.owed.get(key, 0), each, aside, seen=seen)
        if done is None:
            return self._unchanged(each, RowStatus.INSUFFICIENT)
        written, self.owed[key] = done
        self._write(written, aside)
        status = reckon.status(each, seen=seen, deficit=self.owed[key])
        return rules.applied(position, written[-1], status)

    def _set_aside(self, each: SetAside) -> RowResult:
        key = (each.sku, each.node_id)
        position, aside = self.positions[key], self.asides.get(key, NOTHING)
        decided = rules.set_aside(position, each, aside)
        if each.lots and self.lots is not None and not isinstance(decided, RowStatus):
            decided = self.lots.set_aside(each) or decided
        if isinstance(decided, RowStatus):
            return self._refuse(each, decided)
        self._write([decided], aside)
        return rules.applied(position, decided)

    def _write(self, changes: list[Change], aside: Aside) -> None:
        first, last = changes[0], changes[-1]
        key = (last.sku, last.node_id)
        self.changes += changes
        self.positions[key] = rules.after(self.positions[key], last)
        self.asides[key] = buckets.after(aside, first.buckets)

    def _refuse(self, each: Told, why: RowStatus) -> RowResult:
        if each.sequence is not None and why is not RowStatus.WRONG_SIGN:
            self.refused.append(each)
        return self._unchanged(each, why)

    def _unchanged(self, each: Told, status: RowStatus) -> RowResult:
        on_hand = self.positions[each.sku, each.node_id].on_hand
        return RowResult(each.sku, each.node_id, status, on_hand)


def _is_wrong(each: Told) -> bool:
    """Whether a row can never be applied as it is: it is not heard of."""
    return each.quantity == 0 if isinstance(each, SetAside) else rules.sign_is_wrong(each)
