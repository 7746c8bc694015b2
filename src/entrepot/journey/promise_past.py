"""The market's own deliveries, as learning is given them, wherever they happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import numpy as np

from entrepot.network.compiled import Compiled
from entrepot.network.model import Lane
from entrepot.orders.model import Address
from entrepot.plumbing import db, sql
from entrepot.promise.learning.table import DAY_S, Parcels, Row, Strings, parcels_of
from entrepot.terms.geo import located
from entrepot.terms.ids import LaneId, MarketId, NodeId
from entrepot.terms.place import Place

Q = sql.load(__package__, "promise_past.sql")

LOOKS_BACK = timedelta(days=800)
PARCELS_MAX = 200_000
"""The newest parcels of two years are learned from: as many as fit a few minutes of one core."""

MINOR = 100.0
"""Amounts are learned in hundreds of minor units, whatever the currency."""


@dataclass(frozen=True, slots=True)
class ParcelTold:
    """A node's part of an order. `document` is the order's, as JSON text; sums are of its lines."""

    fulfillment_order_id: UUID
    placed_at: datetime
    node_id: NodeId
    document: str
    lane_id: str | None
    service: str
    ship_by: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    weight_g: float | None
    units: float | None
    lines: float | None
    category: str | None
    price: float | None
    parcels: float | None


class _Payment(msgspec.Struct, frozen=True):
    provider: str = ""


class _Document(msgspec.Struct, frozen=True):
    """What of an order's document says where it goes and how it was paid."""

    ship_to: Address | None = None
    payment: _Payment | None = None
    shipping: int = 0


_decode = msgspec.json.Decoder(_Document).decode


async def read_parcels(
    conn: db.Connection, market: MarketId, network: Compiled, *, at: datetime
) -> tuple[Strings, Parcels]:
    """Read the parcels of two years before `at`, and their ids, in the order they were placed."""
    told = await db.fetch(
        conn, Q["parcels_told"], ParcelTold, market=market, since=at - LOOKS_BACK, most=PARCELS_MAX
    )
    rows = [_row(each, network) for each in told if each.node_id in network.index]
    rows.sort(key=lambda row: (row.placed, row.order, row.node))
    ids = np.array([row.order for row in rows], np.str_) if rows else np.empty(0, "U1")
    return ids, parcels_of(rows)


def _row(told: ParcelTold, network: Compiled) -> Row:
    said = _decode(told.document)
    ix = network.index[told.node_id]
    start = network.network.nodes[ix].place
    offset = told.placed_at.astimezone(network.zone_info(ix)).utcoffset()
    known = network.lane_index.get(LaneId(told.lane_id or ""))
    lane = None if known is None else network.lane(known)
    to = _place(said.ship_to)
    handling = 0.0
    if lane is not None and told.ship_by is not None:
        handling = max((told.ship_by - told.placed_at).total_seconds() / DAY_S, 0.0)
    return Row(
        order=str(told.fulfillment_order_id),
        placed=told.placed_at,
        node=told.node_id,
        origin=start.region or start.country,
        region=to.region or to.country,
        postal_code=to.postal_code,
        carrier=lane_name(lane) if lane else f"/{told.service}",
        category=told.category or "",
        payment=said.payment.provider if said.payment else "",
        handed=told.shipped_at,
        delivered=told.delivered_at,
        clock_s=offset.total_seconds() if offset else 0.0,
        latitude=to.latitude,
        longitude=to.longitude,
        from_latitude=start.latitude,
        from_longitude=start.longitude,
        weight_g=told.weight_g,
        units=told.units or 1.0,
        lines=told.lines or 1.0,
        parcels=told.parcels or 1.0,
        price=None if told.price is None else told.price / MINOR,
        freight=said.shipping / MINOR,
        capacity=capacity_of(network, ix),
        stated_handling=handling,
        stated_transit=float(lane.transit_days) if lane else 0.0,
    )


def capacity_of(network: Compiled, ix: int) -> float | None:
    """Give how many pieces of work a node's day holds; None: it has no limit."""
    capacity = network.network.nodes[ix].capacity_per_day
    return float(capacity) if capacity else None


def lane_name(lane: Lane) -> str:
    """Name a lane as learning files it: lanes of a carrier's service into a zone are alike.

    What was sent without a planned lane, as elsewhere, is filed by its service: who carried it was
    not known when it was ordered.
    """
    return f"{lane.carrier}/{lane.service}/{lane.zone}"


def _place(address: Address | None) -> Place:
    if address is None:
        return Place("", "")
    return located(
        address.country, address.postal_code, address.region or "", address.latitude,
        address.longitude,
    )  # fmt: skip
