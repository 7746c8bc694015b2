"""What the six kinds of master data have in common: read a row, put rows, find one, list some.

Single calls, bulk calls and imports from files all go this one way; a kind's row below says how.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from entrepot.api import bodies_catalog as goods
from entrepot.api import bodies_customers as people
from entrepot.api import bodies_lanes as lanes
from entrepot.api import bodies_network as places
from entrepot.api import strict
from entrepot.api.problems import invalid
from entrepot.catalog import browse as catalog
from entrepot.catalog import upsert as catalog_upsert
from entrepot.catalog.model import Item
from entrepot.catalog.model import Upserted as ItemUpserted
from entrepot.customers import browse as customers
from entrepot.customers import upsert as customers_upsert
from entrepot.customers.model import Customer
from entrepot.customers.model import Upserted as CustomerUpserted
from entrepot.network import browse as network
from entrepot.network import upsert as network_upsert
from entrepot.network.model import ChannelRow, GroupRow, LaneRow, NodeRow
from entrepot.network.model import Upserted as RowUpserted
from entrepot.network.open import hold
from entrepot.plumbing import db
from entrepot.terms.ids import CustomerId, MarketId, Sku

ID_CHARS_MAX = 128

B = TypeVar("B")
E = TypeVar("E")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row. `code` says why it was refused, and is "" otherwise."""

    name: str
    status: str
    version: int
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Kind(Generic[B, E, S]):
    """One kind: `B` is the body on the wire, `E` what is written, `S` what is stored and shown.

    `find`, `page` and `put` read and write; `lock` keeps one as it is until the commit; `show` and
    `version_of` tell of what is stored. `later` are entries that wait until the others are there.
    """

    noun: str
    id_field: str
    body: type[B]
    read: Callable[[str, B], E]
    put: Callable[[db.Connection, MarketId, Sequence[E], datetime], Awaitable[list[Result]]]
    find: Callable[[db.Connection, MarketId, str], Awaitable[S | None]]
    page: Callable[[db.Connection, MarketId, str, int], Awaitable[list[S]]]
    lock: Callable[[db.Connection, MarketId, str], Awaitable[None]]
    show: Callable[[S], object]
    name_of: Callable[[S], str]
    version_of: Callable[[S], int]
    later: Callable[[E], bool] = lambda _: False


def entry(kind: Kind[B, E, S], row: Mapping[str, object]) -> tuple[str, E]:
    """Read a row that carries its id among its fields; raises Problem naming what is wrong."""
    fields = dict(row)
    name = fields.pop(kind.id_field, None)
    if name is None:
        raise invalid(f"/{kind.id_field}", "is missing")
    if not isinstance(name, str) or not 0 < len(name) <= ID_CHARS_MAX or not name.isprintable():
        raise invalid(f"/{kind.id_field}", f"1 to {ID_CHARS_MAX} printable characters")
    return name, kind.read(name, strict.convert(kind.body, fields))


@dataclass(frozen=True, slots=True)
class _ChannelEntry:
    row: ChannelRow
    keep_secret: bool


def _channel_entry(name: str, body: places.ChannelBody) -> _ChannelEntry:
    return _ChannelEntry(places.channel_row(name, body), places.keeps_secret(body))


async def _put_items(
    conn: db.Connection, market: MarketId, rows: Sequence[Item], at: datetime
) -> list[Result]:
    return [_of_item(each) for each in await catalog_upsert.upsert(conn, market, rows, at=at)]


async def _put_nodes(
    conn: db.Connection, market: MarketId, rows: Sequence[NodeRow], _: datetime
) -> list[Result]:
    return [_of_row(each) for each in await network_upsert.upsert_nodes(conn, market, rows)]


async def _put_groups(
    conn: db.Connection, market: MarketId, rows: Sequence[GroupRow], _: datetime
) -> list[Result]:
    return [_of_row(each) for each in await network_upsert.upsert_node_groups(conn, market, rows)]


async def _put_channels(
    conn: db.Connection, market: MarketId, entries: Sequence[_ChannelEntry], _: datetime
) -> list[Result]:
    rows = [each.row for each in entries]
    keep = {each.row.channel_id for each in entries if each.keep_secret}
    done = await network_upsert.upsert_channels(conn, market, rows, keep_secret=keep)
    return [_of_row(each) for each in done]


async def _put_lanes(
    conn: db.Connection, market: MarketId, rows: Sequence[LaneRow], _: datetime
) -> list[Result]:
    return [_of_row(each) for each in await network_upsert.upsert_lanes(conn, market, rows)]


async def _put_customers(
    conn: db.Connection, market: MarketId, rows: Sequence[Customer], _: datetime
) -> list[Result]:
    return [_of_customer(each) for each in await customers_upsert.upsert(conn, market, rows)]


def _of_item(done: ItemUpserted) -> Result:
    code = done.why.value if done.why else ""
    return Result(done.sku, done.status.value, done.version, code, done.detail)


def _of_row(done: RowUpserted) -> Result:
    code = done.why.value if done.why else ""
    return Result(done.name, done.status.value, done.version, code, done.detail)


def _of_customer(done: CustomerUpserted) -> Result:
    code = done.why.value if done.why else ""
    return Result(done.customer_id, done.status.value, done.version, code, done.detail)


async def _find_item(conn: db.Connection, market: MarketId, name: str) -> Item | None:
    return await catalog.item(conn, market, Sku(name))


async def _find_customer(conn: db.Connection, market: MarketId, name: str) -> Customer | None:
    return await customers.customer(conn, market, CustomerId(name))


async def _page_items(conn: db.Connection, market: MarketId, after: str, most: int) -> list[Item]:
    return await catalog.items(conn, market, after=after, most=most)


async def _page_nodes(
    conn: db.Connection, market: MarketId, after: str, most: int
) -> list[NodeRow]:
    return await network.nodes(conn, market, after=after, most=most)


async def _page_groups(
    conn: db.Connection, market: MarketId, after: str, most: int
) -> list[GroupRow]:
    return await network.node_groups(conn, market, after=after, most=most)


async def _page_channels(
    conn: db.Connection, market: MarketId, after: str, most: int
) -> list[ChannelRow]:
    return await network.channels(conn, market, after=after, most=most)


async def _page_lanes(
    conn: db.Connection, market: MarketId, after: str, most: int
) -> list[LaneRow]:
    return await network.lanes(conn, market, after=after, most=most)


async def _page_customers(
    conn: db.Connection, market: MarketId, after: str, most: int
) -> list[Customer]:
    return await customers.customers(conn, market, after=after, most=most)


async def _lock_item(conn: db.Connection, market: MarketId, name: str) -> None:
    await catalog_upsert.hold(conn, market, [Sku(name)])


async def _lock_customer(conn: db.Connection, market: MarketId, name: str) -> None:
    await customers_upsert.hold(conn, market, CustomerId(name))


async def _lock_network(conn: db.Connection, market: MarketId, _: str) -> None:
    await hold(conn, market)


ITEMS = Kind(
    noun="items",
    id_field="sku",
    body=goods.ItemBody,
    read=goods.item_of,
    put=_put_items,
    find=_find_item,
    page=_page_items,
    lock=_lock_item,
    show=goods.item_answer,
    name_of=lambda item: item.sku,
    version_of=lambda item: item.version,
    later=lambda item: bool(item.components),
)

NODES = Kind(
    noun="nodes",
    id_field="node",
    body=places.NodeBody,
    read=places.node_row,
    put=_put_nodes,
    find=network.node,
    page=_page_nodes,
    lock=_lock_network,
    show=places.node_answer,
    name_of=lambda row: row.node_id,
    version_of=lambda row: row.version,
)

NODE_GROUPS = Kind(
    noun="node-groups",
    id_field="group",
    body=places.GroupBody,
    read=places.group_row,
    put=_put_groups,
    find=network.node_group,
    page=_page_groups,
    lock=_lock_network,
    show=places.group_answer,
    name_of=lambda row: row.group_id,
    version_of=lambda row: row.version,
)

CHANNELS = Kind(
    noun="channels",
    id_field="channel",
    body=places.ChannelBody,
    read=_channel_entry,
    put=_put_channels,
    find=network.channel,
    page=_page_channels,
    lock=_lock_network,
    show=places.channel_answer,
    name_of=lambda row: row.channel_id,
    version_of=lambda row: row.version,
)

LANES = Kind(
    noun="lanes",
    id_field="lane",
    body=lanes.LaneBody,
    read=lanes.lane_row,
    put=_put_lanes,
    find=network.lane,
    page=_page_lanes,
    lock=_lock_network,
    show=lanes.lane_answer,
    name_of=lambda row: row.lane_id,
    version_of=lambda row: row.version,
)

CUSTOMERS = Kind(
    noun="customers",
    id_field="customer",
    body=people.CustomerBody,
    read=people.customer_of,
    put=_put_customers,
    find=_find_customer,
    page=_page_customers,
    lock=_lock_customer,
    show=people.customer_answer,
    name_of=lambda customer: customer.customer_id,
    version_of=lambda customer: customer.version,
)
