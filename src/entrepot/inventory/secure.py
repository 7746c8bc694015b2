"""Write what the rules keep from everybody into the positions: one commit of a bounded set.

Safety is no balance: nothing moves, and the ledger says nothing of it. What stands in a position is
what every sale, view and answer takes off; that it is what the rules say is checked by an audit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot.inventory import store
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX, Secured, Sweep
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId, NodeId, Sku, uuid7

Q = sql.load(__package__, "safety.sql")

FORGET_AFTER = timedelta(days=1)
"""Servers look every moment: one that has not for a day reads everything anew."""

Safety = Callable[[Sku, NodeId], int]
"""What the rules keep from everybody at a position."""


@dataclass(frozen=True, slots=True)
class Raised:
    """How many positions were set to what they were not, and the skus of which less stays now."""

    changed: int
    freer: frozenset[Sku]


async def sweep_of(conn: db.Connection, market: MarketId) -> Sweep | None:
    """Say how far the sweep has come; None before the first."""
    rows = await db.fetch(conn, Q["sweep_of"], Sweep, market=market)
    return rows[0] if rows else None


async def take_sweep(conn: db.Connection, market: MarketId) -> Sweep | None:
    """Hold the market's sweep until the transaction ends; None where another has it."""
    rows = await db.fetch(conn, Q["take_sweep"], Sweep, market=market)
    if rows:
        return rows[0]
    await db.execute(conn, Q["open_sweep"], market=market)
    rows = await db.fetch(conn, Q["take_sweep"], Sweep, market=market)
    return rows[0] if rows else None


async def move_sweep(conn: db.Connection, market: MarketId, sweep: Sweep) -> None:
    """Say how far it has come now."""
    await db.execute(
        conn, Q["move_sweep"],
        market=market, mark=sweep.mark, swept=sweep.swept, after_sku=sweep.after_sku,
        after_node=sweep.after_node, ruled=sweep.ruled, policy_version=sweep.policy_version,
    )  # fmt: skip


async def after(
    conn: db.Connection, market: MarketId, sku: str, node: str, *, most: int = ROWS_PER_COMMIT_MAX
) -> list[Secured]:
    """Read the next positions in key order."""
    return await db.fetch(
        conn, Q["secured_after"], Secured,
        market=market, after_sku=sku, after_node=node, most=most,
    )  # fmt: skip


async def unsecured(
    conn: db.Connection, market: MarketId, *, most: int = ROWS_PER_COMMIT_MAX
) -> list[Secured]:
    """Read positions that the rules were not asked about yet."""
    return await db.fetch(conn, Q["unsecured"], Secured, market=market, most=most)


async def secure(
    conn: db.Connection,
    market: MarketId,
    rows: Sequence[Secured],
    safety: Safety,
    *,
    policy_version: int,
    at: datetime,
) -> Raised:
    """Set what stays at these positions, where that is not what stands there.

    Locks only those it changes, in key order, and leaves a note of them for the servers' views. The
    caller owns the transaction.
    """
    ought = {(row.sku, row.node_id): safety(row.sku, row.node_id) for row in rows}
    wrong = [r for r in rows if r.unsecured or r.safety != ought[r.sku, r.node_id]]
    if not wrong:
        return Raised(0, frozenset())
    keys = [(row.sku, row.node_id) for row in wrong]
    await store.positions_for_update(conn, market, keys)
    skus, nodes = [sku for sku, _ in keys], [node for _, node in keys]
    await db.execute(
        conn, Q["set_safety"],
        market=market, skus=skus, node_ids=nodes, safeties=[ought[key] for key in keys],
    )  # fmt: skip
    changed = [row for row in wrong if row.safety != ought[row.sku, row.node_id]]
    if changed:
        await db.execute(
            conn, Q["tell_set"],
            market=market, set_id=MINT.one(), policy_version=policy_version,
            skus=[row.sku for row in changed], node_ids=[row.node_id for row in changed],
        )  # fmt: skip
        before = int((at - FORGET_AFTER).timestamp() * 1000)
        await db.execute(conn, Q["forget_sets"], market=market, before=uuid7(before, 0))
    freer = frozenset(r.sku for r in changed if ought[r.sku, r.node_id] < r.safety)
    return Raised(len(changed), freer)
