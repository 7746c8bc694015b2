"""Parcels of an order history in the Olist layout, read by the product's own connector."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from entrepot.ports.history import PastItem, PastNode, PastOrder, Stage
from entrepot.promise.learning.table import Floats, Parcels, Row, Strings, days, parcels_of
from entrepot_olist.plugin import Olist

CENTAVOS = 100


class Told:
    """Parcels, and beside each the day the platform had promised (days since 1970)."""

    def __init__(self, parcels: Parcels, promised: Floats, regions: Strings) -> None:
        self.parcels, self.promised, self.regions = parcels, promised, regions


def read(folder: Path) -> Told:
    """Read a folder. Orders that were canceled are left out: nobody waited for them."""
    nodes: dict[str, PastNode] = {}
    items: dict[str, PastItem] = {}
    rows: list[Row] = []
    promises: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for told in Olist().read(folder, Path(scratch)):
            if isinstance(told, PastNode):
                nodes[told.node_id] = told
            elif isinstance(told, PastItem):
                items[told.sku] = told
            elif isinstance(told, PastOrder) and told.stage is not Stage.CANCELED:
                rows += _rows(told, nodes, items)
                promises[told.external_id] = _promised(told)
    rows.sort(key=lambda row: (row.placed, row.order, row.node))
    parcels = parcels_of(rows)
    promised = np.array([promises[row.order] for row in rows])
    return Told(parcels, promised, parcels.keys["region"])


def _promised(order: PastOrder) -> float:
    """Give the beginning of the day that was promised, as the files have it."""
    if order.promised_by is None:
        return float("nan")
    day = order.promised_by.replace(hour=0, minute=0, second=0)
    return float(days([day])[0])


def _rows(
    order: PastOrder, nodes: dict[str, PastNode], items: dict[str, PastItem]
) -> Iterator[Row]:
    sources = dict.fromkeys(line.node_id for line in order.lines if line.node_id is not None)
    offset = order.placed_at.utcoffset()
    for source in sources:
        node = nodes[source]
        lines = [line for line in order.lines if line.node_id == source]
        goods = [(items[line.sku], line.quantity) for line in lines]
        to = order.ship_to
        yield Row(
            order=order.external_id,
            placed=order.placed_at,
            node=source,
            origin=node.region,
            region=to.region or "" if to else "",
            postal_code=to.postal_code if to else "",
            category=goods[0][0].category,
            payment=order.payment.provider if order.payment else "",
            handed=order.handed_over_at,
            delivered=order.delivered_at,
            clock_s=offset.total_seconds() if offset else 0.0,
            latitude=to.latitude if to else None,
            longitude=to.longitude if to else None,
            from_latitude=node.latitude,
            from_longitude=node.longitude,
            weight_g=float(sum(item.weight_g * count for item, count in goods)),
            volume_l=_volume(goods),
            units=float(sum(count for _, count in goods)),
            lines=float(len(lines)),
            parcels=float(len(sources)),
            price=sum(line.unit_price * line.quantity for line in lines) / CENTAVOS,
            freight=order.shipping / CENTAVOS,
        )


def _volume(goods: list[tuple[PastItem, int]]) -> float | None:
    volume = 0.0
    for item, count in goods:
        sides = [item.attributes.get(f"{side}_cm") for side in ("length", "height", "width")]
        if not all(isinstance(side, int | float) for side in sides):
            return None
        volume += float(np.prod(np.array(sides, np.float64))) / 1000 * count
    return volume
