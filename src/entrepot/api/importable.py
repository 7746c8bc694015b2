"""What can be brought in from files, kind by kind: master data, stock, orders, shipments.

The command line and the background bring in the same kinds in the same way.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from entrepot.access.model import Scope
from entrepot.api import import_counts as counts
from entrepot.api import import_orders as orders
from entrepot.api import import_shipments as shipments
from entrepot.api import kinds as master
from entrepot.api.problems import Problem
from entrepot.catalog.model import ROWS_PER_COMMIT_MAX, Item, WhyRefused
from entrepot.imports.coerce import coerce
from entrepot.imports.fields import Field, FieldSort, fields_of
from entrepot.imports.kind import AnyKind, Group, Kind, Wrong
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX as COUNTS_PER_COMMIT_MAX
from entrepot.inventory.model import Count
from entrepot.journey.history import ORDERS_PER_COMMIT_MAX
from entrepot.journey.note_sent import Sent
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId

B = TypeVar("B")
E = TypeVar("E")
S = TypeVar("S")
R = TypeVar("R")

ID_ABOUT = "its name among all others"


def _wrong(problem: Problem) -> Wrong:
    where, reason = "", problem.detail
    if problem.errors:
        where = problem.errors[0].pointer.removeprefix("/").replace("/", ".")
        reason = problem.errors[0].detail
    return Wrong(where, reason)


def _reader(
    read: Callable[[Group, datetime], R],
) -> Callable[[Group, datetime], R]:
    """Read as the faces do; what they refuse is what is wrong with the row."""

    def reading(group: Group, written_at: datetime) -> R:
        try:
            return read(group, written_at)
        except Problem as problem:
            raise _wrong(problem) from None

    return reading


def _of(kind: master.Kind[B, E, S], scope: Scope) -> Kind[E]:
    def read(group: Group, _: datetime) -> tuple[Hashable | None, E]:
        (row,) = group
        return master.entry(kind, coerce(row.data, kind.body, textual=row.textual))

    first = Field(kind.id_field, FieldSort.TEXT, required=True, about=ID_ABOUT)
    return Kind(
        kind.noun, scope, tuple(fields_of(kind.body, first)), _reader(read), kind.put,
        ROWS_PER_COMMIT_MAX, later=kind.later,
    )  # fmt: skip


def _items() -> Kind[Item]:
    kind = _of(master.ITEMS, Scope.CATALOG_WRITE)
    return Kind(
        kind.noun, kind.scope, kind.fields, kind.read, kind.put, kind.per_commit,
        later=kind.later, needs=lambda item: [part.sku for part in item.components],
        unmet=WhyRefused.UNKNOWN_COMPONENT.value,
    )  # fmt: skip


def _read_count(group: Group, written_at: datetime) -> tuple[None, Count]:
    (row,) = group
    return None, counts.read(row, written_at)


def _read_order(group: Group, _: datetime) -> tuple[Hashable | None, orders.OrderRow]:
    return orders.key_of(group[0]), orders.read(group)


def _read_shipment(group: Group, _: datetime) -> tuple[None, Sent]:
    return None, shipments.read(group)


def _orders(clock: Callable[[], datetime]) -> Kind[orders.OrderRow]:
    worlds: dict[db.Pool, World] = {}

    async def place(
        pool: db.Pool, market: MarketId, rows: Sequence[orders.OrderRow], at: datetime
    ) -> list[master.Result]:
        world = worlds.setdefault(pool, World(pool, clock))
        return await orders.put(orders.Here(pool, world, market), rows, at)

    whole = Field(
        "lines", FieldSort.LIST, about="all lines of an order, where it stands in one row"
    )
    in_parts = fields_of(orders.LineRow, above="line.")
    own = fields_of(orders.OrderRow, without=("lines", "reservation"))
    return Kind(
        "orders", Scope.ORDERS_WRITE, (*own, *in_parts, whole), _reader(_read_order),
        orders.foresee, ORDERS_PER_COMMIT_MAX, apart=place, key=orders.key_of,
    )  # fmt: skip


def importable(clock: Callable[[], datetime] = mint.now) -> Mapping[str, AnyKind]:
    """Give every kind by its noun, made for one file: an order's world grows old."""
    found: list[AnyKind] = [
        _items(),
        _of(master.NODES, Scope.NETWORK_WRITE),
        _of(master.NODE_GROUPS, Scope.NETWORK_WRITE),
        _of(master.CHANNELS, Scope.NETWORK_WRITE),
        _of(master.LANES, Scope.NETWORK_WRITE),
        _of(master.CUSTOMERS, Scope.CUSTOMERS_WRITE),
        Kind(
            "inventory", Scope.INVENTORY_WRITE, tuple(fields_of(counts.CountBody)),
            _reader(_read_count), counts.put, COUNTS_PER_COMMIT_MAX,
        ),
        _orders(clock),
        Kind(
            "shipments", Scope.FULFILLMENT_WRITE, tuple(fields_of(shipments.ShipmentRow)),
            _reader(_read_shipment), shipments.put, shipments.SHIPMENTS_PER_COMMIT_MAX,
            key=shipments.key_of,
        ),
    ]  # fmt: skip
    return {each.noun: each for each in found}


KINDS = importable()
"""The kinds as they are shown: their names, their fields, and who may bring them in."""
