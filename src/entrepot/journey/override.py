"""Operations say of a node for a while what its row does not, and what follows of it at once."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from entrepot.journey import days, override_told
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.world import Market, World
from entrepot.network.model import Method, OverrideKind, OverrideRow
from entrepot.network.override import Passed, let_time_pass
from entrepot.network.override import lift as lift_row
from entrepot.network.override import override as put_row
from entrepot.network.override_rules import Wanted, WhyNotTaken
from entrepot.plumbing import db, mint, outbox
from entrepot.sourcing import capacity
from entrepot.sourcing.model import ALL_WORK
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused

ENTREPOT = "entrepot"

MOVES_WORK = frozenset({OverrideKind.PAUSE, OverrideKind.CAP, OverrideKind.CLOSE})
"""Kinds for which there is work that may be planned again; another cut-off moves none."""


@dataclass(frozen=True, slots=True)
class Set:
    """An override that was set, and how much of its node's work was not begun and stands in it."""

    row: OverrideRow
    not_begun: int


async def override(  # noqa: PLR0913 - who says what of which, why and when
    conn: db.Connection, world: World, market: MarketId, wanted: Wanted, *,
    replan: bool, actor: str, at: datetime,
) -> Outcome[Set, WhyNotTaken]:  # fmt: skip
    """Set an override; with `replan` the work that stands in it is planned again, by the journey.

    The caller owns the transaction, and has the world read the network after it.
    """
    before = await world.fresh(conn, market)
    made = await put_row(conn, market, wanted, actor=actor, at=at)
    if isinstance(made, Refused):
        return made
    row = made.value
    await _begin_counting(conn, before, row)
    facts = [override_told.overridden(row, actor=actor, reason=row.reason)]
    if replan:
        facts.append(override_told.clearing(row, actor=actor, reason=row.reason))
    await outbox.tell(conn, market, facts, at=at)
    return Done(Set(row, await days.not_begun(conn, before, row)))


async def clear(
    conn: db.Connection, market: MarketId, row: OverrideRow, *, actor: str, at: datetime
) -> None:
    """Ask for the work that stands in an override to be planned again."""
    fact = override_told.clearing(row, actor=actor, reason=row.reason)
    await outbox.tell(conn, market, [fact], at=at)


async def lift(
    conn: db.Connection, market: MarketId, override_id: UUID, *,
    actor: str, reason: str, at: datetime,
) -> OverrideRow | None:  # fmt: skip
    """End an override now; who waits for what its node has is told. None: none of this id stands.

    The caller owns the transaction.
    """
    row = await lift_row(conn, market, override_id, actor=actor, reason=reason, at=at)
    if row is not None:
        await _restored(conn, market, [row], actor=actor, reason=reason, at=at)
    return row


async def pass_time(pool: db.Pool, market: MarketId) -> int:
    """Begin and end the overrides of a market that are due; answers how many."""
    passed = await db.in_transaction(pool, partial(_pass_time, market))
    return len(passed.begun) + len(passed.over)


async def _pass_time(market: MarketId, conn: db.Connection) -> Passed:
    at = mint.now()
    passed = await let_time_pass(conn, market, actor=ENTREPOT, at=at)
    for reason in {row.end_reason or "" for row in passed.over}:
        await _restored(conn, market, passed.over, actor=ENTREPOT, reason=reason, at=at)
    return passed


async def _restored(
    conn: db.Connection, market: MarketId, rows: list[OverrideRow], *,
    actor: str, reason: str, at: datetime,
) -> None:  # fmt: skip
    facts = [override_told.restored(row, actor=actor, reason=reason) for row in rows]
    await outbox.tell(conn, market, facts, at=at)
    nodes = sorted({row.node_id for row in rows if row.kind == OverrideKind.PAUSE})
    if nodes:
        await tell_those_who_wait(conn, market, await days.skus_waiting(conn, market, nodes), at)


async def _begin_counting(conn: db.Connection, before: Market, row: OverrideRow) -> None:
    """A day that had no limit was not counted: it is from now on."""
    if row.kind != OverrideKind.CAP or row.day is None:
        return
    node = before.network.nodes[before.compiled.index[row.node_id]]
    method = None if row.method is None else Method(row.method)
    if node.limit_on(row.day, method) is not None:
        return
    counts = await days.counted(conn, before.id, row.node_id, row.day, row.day)
    planned = sum(each.works for each in counts if method is None or each.method == method)
    key = (row.node_id, row.day, row.method or ALL_WORK)
    await capacity.begin(conn, before.id, {key: planned})
