"""The network's rows: every read and write its verbs make, and nothing they decide."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from entrepot.network.model import (
    ChannelRow,
    GroupRow,
    LaneRow,
    Named,
    NodeRow,
    PolicyRow,
    Version,
)
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)

ALL = 2**31 - 1
"""Rows of a network that are read at once: all of them."""

R = TypeVar("R")


async def open_market(conn: db.Connection, market: MarketId) -> bool:
    return await db.execute(conn, Q["open_market"], market=market) > 0


async def lock_market(conn: db.Connection, market: MarketId) -> int | None:
    rows = await db.fetch(conn, Q["lock_market"], Version, market=market)
    return rows[0].number if rows else None


async def raise_version(conn: db.Connection, market: MarketId) -> None:
    await db.execute(conn, Q["raise_version"], market=market)


async def network_version(conn: db.Connection, market: MarketId) -> int:
    rows = await db.fetch(conn, Q["network_version"], Version, market=market)
    return rows[0].number


async def policy_in_force(conn: db.Connection, market: MarketId) -> PolicyRow | None:
    rows = await db.fetch(conn, Q["policy_in_force"], PolicyRow, market=market)
    return rows[0] if rows else None


async def nodes(
    conn: db.Connection,
    market: MarketId,
    *,
    names: Collection[str] | None = None,
    after: str = "",
    most: int = ALL,
) -> list[NodeRow]:
    return await db.fetch(
        conn, Q["nodes_of"], NodeRow, market=market, names=_list(names), after=after, most=most
    )


async def groups(
    conn: db.Connection,
    market: MarketId,
    *,
    names: Collection[str] | None = None,
    after: str = "",
    most: int = ALL,
) -> list[GroupRow]:
    return await db.fetch(
        conn, Q["groups_of"], GroupRow, market=market, names=_list(names), after=after, most=most
    )


async def channels(
    conn: db.Connection,
    market: MarketId,
    *,
    names: Collection[str] | None = None,
    after: str = "",
    most: int = ALL,
) -> list[ChannelRow]:
    return await db.fetch(
        conn, Q["channels_of"], ChannelRow,
        market=market, names=_list(names), after=after, most=most,
    )  # fmt: skip


async def lanes(
    conn: db.Connection,
    market: MarketId,
    *,
    names: Collection[str] | None = None,
    after: str = "",
    most: int = ALL,
) -> list[LaneRow]:
    return await db.fetch(
        conn, Q["lanes_of"], LaneRow, market=market, names=_list(names), after=after, most=most
    )


async def known_nodes(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    return await _known(conn, market, "known_nodes", names)


async def known_groups(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    return await _known(conn, market, "known_groups", names)


async def known_channels(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    return await _known(conn, market, "known_channels", names)


async def put_nodes(conn: db.Connection, market: MarketId, rows: Sequence[NodeRow]) -> None:
    await db.execute(conn, Q["put_nodes"], market=market, rows=db.json_text(rows))


async def put_groups(conn: db.Connection, market: MarketId, rows: Sequence[GroupRow]) -> None:
    await db.execute(conn, Q["put_groups"], market=market, rows=db.json_text(rows))


async def put_channels(conn: db.Connection, market: MarketId, rows: Sequence[ChannelRow]) -> None:
    await db.execute(conn, Q["put_channels"], market=market, rows=db.json_text(rows))


async def put_lanes(conn: db.Connection, market: MarketId, rows: Sequence[LaneRow]) -> None:
    await db.execute(conn, Q["put_lanes"], market=market, rows=db.json_text(rows))


async def _known(
    conn: db.Connection, market: MarketId, statement: str, names: Collection[str]
) -> frozenset[str]:
    if not names:
        return frozenset()
    rows = await db.fetch(conn, Q[statement], Named, market=market, names=list(names))
    return frozenset(row.row_id for row in rows)


def _list(names: Collection[str] | None) -> list[str] | None:
    return None if names is None else list(names)
