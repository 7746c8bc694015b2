"""What faces ask of the network: single rows and pages, by ascending id. No locks, no writes."""

from collections.abc import Collection

from entrepot.network import store
from entrepot.network.model import ChannelRow, GroupRow, LaneRow, Named, NamedChannel, NodeRow
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def node(conn: db.Connection, market: MarketId, name: str) -> NodeRow | None:
    """Read one node; None where there is none."""
    return next(iter(await store.nodes(conn, market, names=[name])), None)


async def node_group(conn: db.Connection, market: MarketId, name: str) -> GroupRow | None:
    """Read one node group; None where there is none."""
    return next(iter(await store.groups(conn, market, names=[name])), None)


async def channel(conn: db.Connection, market: MarketId, name: str) -> ChannelRow | None:
    """Read one channel, its secret too; None where there is none."""
    return next(iter(await store.channels(conn, market, names=[name])), None)


async def lane(conn: db.Connection, market: MarketId, name: str) -> LaneRow | None:
    """Read one lane; None where there is none."""
    return next(iter(await store.lanes(conn, market, names=[name])), None)


async def nodes(
    conn: db.Connection, market: MarketId, *, after: str = "", most: int
) -> list[NodeRow]:
    """Read a page of nodes."""
    return await store.nodes(conn, market, after=after, most=most)


async def node_groups(
    conn: db.Connection, market: MarketId, *, after: str = "", most: int
) -> list[GroupRow]:
    """Read a page of node groups."""
    return await store.groups(conn, market, after=after, most=most)


async def channels(
    conn: db.Connection, market: MarketId, *, after: str = "", most: int
) -> list[ChannelRow]:
    """Read a page of channels, their secrets too."""
    return await store.channels(conn, market, after=after, most=most)


async def lanes(
    conn: db.Connection, market: MarketId, *, after: str = "", most: int
) -> list[LaneRow]:
    """Read a page of the rate card."""
    return await store.lanes(conn, market, after=after, most=most)


async def known_nodes(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    """Say which of these nodes there are."""
    return await store.known_nodes(conn, market, names)


async def known_groups(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    """Say which of these node groups there are."""
    return await store.known_groups(conn, market, names)


async def known_channels(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    """Say which of these channels there are."""
    return await store.known_channels(conn, market, names)


async def channels_named(conn: db.Connection, name: str) -> list[NamedChannel]:
    """Read the channels of this name in every market."""
    return await db.fetch(conn, store.Q["channels_named"], NamedChannel, channel_id=name)


async def markets(conn: db.Connection) -> list[MarketId]:
    """Read every market's id."""
    return [MarketId(row.row_id) for row in await db.fetch(conn, store.Q["markets"], Named)]
