"""The rows of what is believed: every read and write, and nothing decided."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from entrepot.inventory.truth_model import (
    Belief,
    LearnedRates,
    NodeSums,
    Rates,
    Standing,
    Untracked,
)
from entrepot.inventory.truth_rules import expected_lost
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId, Sku

Q = sql.load(__package__, "truth.sql")

Key = tuple[Sku, NodeId]


async def beliefs_for_update(
    conn: db.Connection, market: MarketId, keys: Sequence[Key]
) -> list[Belief]:
    return await db.fetch(
        conn, Q["beliefs_for_update"], Belief,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip


async def beliefs_due(
    conn: db.Connection,
    market: MarketId,
    *,
    policy_version: int,
    before: datetime,
    most: int,
) -> list[Belief]:
    return await db.fetch(
        conn, Q["beliefs_due"], Belief,
        market=market, policy_version=policy_version, before=before, most=most,
    )  # fmt: skip


async def beliefs_of(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> list[Belief]:
    return await db.fetch(
        conn, Q["beliefs_of"], Belief,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip


async def standings(
    conn: db.Connection,
    market: MarketId,
    keys: Sequence[Key],
    as_ofs: Sequence[datetime | None],
    at: datetime,
) -> dict[Key, Standing]:
    rows = await db.fetch(
        conn, Q["standings"], Standing,
        market=market, at=at, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        as_ofs=list(as_ofs),
    )  # fmt: skip
    return {(row.sku, row.node_id): row for row in rows}


async def record_beliefs(
    conn: db.Connection, market: MarketId, beliefs: Sequence[Belief], *, policy_version: int
) -> None:
    if not beliefs:
        return
    await db.execute(
        conn, Q["record_beliefs"],
        market=market,
        policy_version=policy_version,
        skus=[b.sku for b in beliefs],
        node_ids=[b.node_id for b in beliefs],
        as_ofs=[b.as_of for b in beliefs],
        looked_ats=[b.looked_at for b in beliefs],
        missings=["{" + ",".join(map(repr, b.missing)) + "}" for b in beliefs],
        exposeds=[b.exposed for b in beliefs],
        runnings=[b.running for b in beliefs],
        losts=[b.lost for b in beliefs],
        pickeds=[b.picked for b in beliefs],
        shorteds=[b.shorted for b in beliefs],
        shorted_ats=[b.shorted_at for b in beliefs],
        attempts=[b.attempts for b in beliefs],
        misfounds=[b.misfound for b in beliefs],
        velocities=[b.velocity for b in beliefs],
        doubtfuls=[b.doubtful for b in beliefs],
        expecteds=[expected_lost(b) for b in beliefs],
    )  # fmt: skip


async def untracked(
    conn: db.Connection, market: MarketId, kinds: Iterable[str], most: int
) -> list[Key]:
    rows = await db.fetch(
        conn, Q["untracked"], Untracked, market=market, kinds=sorted(kinds), most=most
    )
    return [(row.sku, row.node_id) for row in rows]


async def rates_of(
    conn: db.Connection, market: MarketId, node_ids: Iterable[NodeId]
) -> dict[NodeId, Rates]:
    rows = await db.fetch(
        conn, Q["rates_of"], LearnedRates, market=market, node_ids=sorted(set(node_ids))
    )
    return {row.node_id: Rates(row.losses_a_day, row.misfind) for row in rows}


async def node_sums(conn: db.Connection, market: MarketId) -> list[NodeSums]:
    return await db.fetch(conn, Q["node_sums"], NodeSums, market=market)


async def record_rates(
    conn: db.Connection, market: MarketId, rates: dict[NodeId, Rates], at: datetime
) -> None:
    if not rates:
        return
    await db.execute(
        conn, Q["record_rates"],
        market=market, at=at, node_ids=list(rates),
        losses=[each.losses_a_day for each in rates.values()],
        misfinds=[each.misfind for each in rates.values()],
    )  # fmt: skip
