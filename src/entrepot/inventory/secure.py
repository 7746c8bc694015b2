"""Write what the rules keep from everybody into the positions: one commit of a bounded set.

Safety is no balance: nothing moves, and the ledger says nothing of it. What stands in a position is
what every sale, view and answer takes off; that it is what the rules say is checked by an audit.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot.inventory import store
from entrepot.inventory.model import (
    ROWS_PER_COMMIT_MAX,
    Doubtful,
    NodeSweep,
    Secured,
    Sweep,
    Unheard,
)
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId, NodeId, Sku, uuid7

Q = sql.load(__package__, "safety.sql")

FORGET_AFTER = timedelta(days=1)
"""Servers look every moment: one that has not for a day reads everything anew."""

Key = tuple[Sku, NodeId]

Safety = Callable[[Sku, NodeId], int]
"""What the rules keep from everybody at a position."""

Asked = Callable[[Sequence[Key]], Awaitable[Safety]]
"""Asks the rules about some positions."""


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


async def hold_sweep(conn: db.Connection, market: MarketId) -> None:
    """Keep the market's sweep still until the transaction ends: the rules read now will hold."""
    await db.execute(conn, Q["open_sweep"], market=market)
    await db.fetch(conn, Q["hold_sweep"], Sweep, market=market)


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


async def of_skus(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> list[Secured]:
    """Read all positions of some skus, in key order."""
    return await db.fetch(conn, Q["secured_of_skus"], Secured, market=market, skus=sorted(skus))


async def unsecured(
    conn: db.Connection, market: MarketId, *, most: int = ROWS_PER_COMMIT_MAX
) -> list[Secured]:
    """Read positions that the rules were not asked about yet."""
    return await db.fetch(conn, Q["unsecured"], Secured, market=market, most=most)


async def unsettle(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> None:
    """Have the rules asked again about these positions. The caller owns the commit."""
    if keys:
        await db.execute(
            conn, Q["unsettle"],
            market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        )  # fmt: skip


async def doubtful_at(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> dict[Key, int]:
    """Read how many units of some positions are not to be counted on; only where any are."""
    rows = await db.fetch(
        conn, Q["doubtful_at"], Doubtful,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip
    return {(row.sku, row.node_id): row.units for row in rows}


async def nodes_unheard(conn: db.Connection, market: MarketId) -> list[NodeId]:
    """Read which nodes have a feed that has fallen silent."""
    return [r.node_id for r in await db.fetch(conn, Q["nodes_unheard"], Unheard, market=market)]


async def resweep_nodes(conn: db.Connection, market: MarketId, nodes: Sequence[NodeId]) -> None:
    """Have the rules asked again about all positions of these nodes."""
    await db.execute(conn, Q["resweep_nodes"], market=market, node_ids=sorted(set(nodes)))


async def node_sweeps(conn: db.Connection, market: MarketId) -> list[NodeSweep]:
    """Say which nodes are being gone through, and how far."""
    return await db.fetch(conn, Q["node_sweeps"], NodeSweep, market=market)


async def take_node_sweep(conn: db.Connection, market: MarketId) -> NodeSweep | None:
    """Hold the next node that is to be gone through until the transaction ends."""
    rows = await db.fetch(conn, Q["take_node_sweep"], NodeSweep, market=market)
    return rows[0] if rows else None


async def at_node(
    conn: db.Connection, market: MarketId, here: NodeSweep, *, most: int = ROWS_PER_COMMIT_MAX
) -> list[Secured]:
    """Read the next positions of a node that is gone through, by sku."""
    return await db.fetch(
        conn, Q["secured_at_node"], Secured,
        market=market, node_id=here.node_id, after_sku=here.after_sku, most=most,
    )  # fmt: skip


async def move_node_sweep(
    conn: db.Connection, market: MarketId, here: NodeSweep, rows: Sequence[Secured]
) -> None:
    """Say how far it has come: past these rows; to its end where there are none."""
    if rows:
        await db.execute(
            conn, Q["move_node_sweep"],
            market=market, node_id=here.node_id, after_sku=rows[-1].sku,
        )  # fmt: skip
    else:
        await db.execute(conn, Q["end_node_sweep"], market=market, node_id=here.node_id)


async def secure(
    conn: db.Connection,
    market: MarketId,
    rows: Sequence[Secured],
    asked: Asked,
    *,
    policy_version: int,
    at: datetime,
) -> Raised:
    """Set what stays at these positions, where that is not what stands there.

    Locks only those it changes, in key order, and asks about these once more: what was learned
    until then counts, what is learned later says so. Leaves a note of them for the servers' views.
    The caller owns the transaction.
    """
    seen = await asked([(row.sku, row.node_id) for row in rows])
    wrong = [(r.sku, r.node_id) for r in rows if r.unsecured or r.safety != seen(r.sku, r.node_id)]
    if not wrong:
        return Raised(0, frozenset())
    locked = await store.positions_for_update(conn, market, wrong)
    safety = await asked(wrong)
    ought = {(p.sku, p.node_id): safety(p.sku, p.node_id) for p in locked}
    await db.execute(
        conn, Q["set_safety"],
        market=market, skus=[sku for sku, _ in ought], node_ids=[node for _, node in ought],
        safeties=list(ought.values()),
    )  # fmt: skip
    changed = [p for p in locked if p.safety != ought[p.sku, p.node_id]]
    if changed:
        await db.execute(
            conn, Q["tell_set"],
            market=market, set_id=MINT.one(), policy_version=policy_version,
            skus=[p.sku for p in changed], node_ids=[p.node_id for p in changed],
        )  # fmt: skip
        before = int((at - FORGET_AFTER).timestamp() * 1000)
        await db.execute(conn, Q["forget_sets"], market=market, before=uuid7(before, 0))
    freer = frozenset(p.sku for p in changed if ought[p.sku, p.node_id] < p.safety)
    return Raised(len(changed), freer)
