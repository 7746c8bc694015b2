"""Say of a node, for a while, what its own row does not: pause it, cap a day, close it earlier.

An override is part of the network, so that it raises its version as any change of a node does: the
next order is decided by it, and a decision made under it is run again under it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from entrepot.network import overrides, store
from entrepot.network.model import OverrideRow
from entrepot.network.open import hold
from entrepot.network.override_rules import Wanted, WhyNotTaken, lasting, over_at
from entrepot.plumbing import db
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused

TIME_IS_OVER = "its time is over"


async def override(
    conn: db.Connection, market: MarketId, wanted: Wanted, *, actor: str, at: datetime
) -> Outcome[OverrideRow, WhyNotTaken]:
    """Write an override; the caller owns the transaction. Refused for the first reason there is."""
    await hold(conn, market)
    nodes = await store.nodes(conn, market, names=[wanted.node_id])
    if not nodes:
        return Refused(WhyNotTaken.UNKNOWN_NODE, f"node: there is no node {wanted.node_id}")

    when = lasting(wanted, nodes[0].time_zone, at)

    if isinstance(when, Refused):
        return when
    begins, ends = when.value
    row = OverrideRow(
        MINT.one(), wanted.node_id, wanted.kind, wanted.method, wanted.day, wanted.limit,
        wanted.clock, begins, ends, begins <= at, wanted.reason, actor, at,
    )  # fmt: skip
    await overrides.put(conn, market, row)
    await store.raise_version(conn, market)
    return Done(row)


async def lift(
    conn: db.Connection,
    market: MarketId,
    override_id: UUID,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> OverrideRow | None:
    """End an override before its time; None where none of this id stands."""
    await hold(conn, market)
    ended = await overrides.end(conn, market, [override_id], actor=actor, reason=reason, at=at)
    if not ended:
        return None
    await store.raise_version(conn, market)
    return ended[0]


@dataclass(slots=True)
class Passed:
    """What time has done: overrides that began, and those that are over."""

    begun: list[OverrideRow] = field(default_factory=list)
    over: list[OverrideRow] = field(default_factory=list)


async def let_time_pass(
    conn: db.Connection, market: MarketId, *, actor: str, at: datetime
) -> Passed:
    """Begin and end what is due. The caller owns the transaction."""
    rows = await overrides.standing(conn, market)
    if not _due(rows, at):
        return Passed()
    await hold(conn, market)
    rows = await overrides.standing(conn, market)
    over = [row.override_id for row in rows if over_at(row) <= at]
    begun = [row for row in _due(rows, at) if row.override_id not in over]
    ended = await overrides.end(conn, market, over, actor=actor, reason=TIME_IS_OVER, at=at)
    await overrides.begin(conn, market, [row.override_id for row in begun])
    if ended or begun:
        await store.raise_version(conn, market)
    return Passed(begun, ended)


def _due(rows: Sequence[OverrideRow], at: datetime) -> list[OverrideRow]:
    return [row for row in rows if over_at(row) <= at or (not row.begun and row.begins_at <= at)]
