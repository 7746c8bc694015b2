"""From what a channel has sold to an order to be placed as a fact. Pure."""

import hashlib
from datetime import datetime

import msgspec

from entrepot.journey.fill import filled
from entrepot.journey.placing import Placing
from entrepot.network.model import Method
from entrepot.ports.channel import SoldOrder

_encode = msgspec.json.Encoder().encode


def placing_of(sold: SoldOrder, channel: str, *, at: datetime) -> Placing:
    """Make the fact of a channel's sale.

    What the connector doubts, and a parcel without an address, is put on hold for a person.
    """
    order = msgspec.structs.replace(
        filled(sold, channel, placed_at=sold.placed_at or at),
        method=Method(sold.method),
        service=sold.service if sold.method == "ship" else None,
        pickup_node=sold.pickup_node,
    )
    return Placing(
        order,
        hashlib.blake2b(_encode(order), digest_size=16).digest(),
        channel,
        fact=True,
        holds=tuple(_holds(sold)),
        digital=frozenset(n for n, line in enumerate(sold.lines, start=1) if line.digital),
    )


def _holds(sold: SoldOrder) -> list[tuple[str, str]]:
    holds = []
    if sold.doubts:
        holds.append(("manual", "; ".join(doubt.detail for doubt in sold.doubts)[:500]))
    if sold.method == "ship" and sold.ship_to is None and not all(x.digital for x in sold.lines):
        holds.append(("address", "the channel gave no address to ship to"))
    return holds
