"""Keep decisions: what was seen and said, and the network it was said of, once a version."""

from collections.abc import Mapping
from datetime import datetime

from entrepot.plumbing import db
from entrepot.sourcing import store
from entrepot.terms.ids import MarketId, OrderId


async def keep_decisions(  # noqa: PLR0913 - a decision's columns
    conn: db.Connection,
    market: MarketId,
    places: Mapping[OrderId, int],
    record: bytes,
    *,
    kind: str,
    network_version: int,
    policy_version: int | None = None,
    at: datetime,
) -> bool:
    """Keep a packed record, and which order was decided at which place of it (from 0).

    The caller owns the transaction. With a `policy_version` it answers whether that one is still in
    force: where it is not, nothing may be committed.
    """
    kept = await store.record_decisions(
        conn, market, places, record, kind=kind, network_version=network_version,
        policy_version=policy_version, at=at,
    )  # fmt: skip
    return kept == len(places)


async def keep_network(
    conn: db.Connection, market: MarketId, version: int, document: bytes
) -> None:
    """Keep a network's snapshot, unless its version is kept already."""
    await store.keep_snapshot(conn, market, version, document)
