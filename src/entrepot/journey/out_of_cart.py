"""Orders that come out of carts: which carts they may take over, and how that is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.inventory.carts_model import CartState, Held, WhyNotLive
from entrepot.inventory.carts_rules import why_not_live
from entrepot.inventory.hold import lock
from entrepot.journey.asking import Asking
from entrepot.journey.placing import NotTaken, Placing, Why
from entrepot.orders.model import Fault
from entrepot.plumbing import db
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku

POINTER = "/reservation"


class Lapsed(Exception):  # noqa: N818 - what was found
    """A cart's time is over and no sweep has seen it: end it first, then take the order."""

    def __init__(self, cart_ids: Sequence[UUID]) -> None:
        super().__init__(f"{len(cart_ids)} carts")
        self.cart_ids = cart_ids


@dataclass(slots=True)
class Carts:
    """By place: carts that are live, and locked; refusals; and whose carts have expired."""

    live: dict[int, Held] = field(default_factory=dict)
    refused: dict[int, NotTaken] = field(default_factory=dict)
    lapsed: set[int] = field(default_factory=set)


async def carts_of(
    conn: db.Connection, market: MarketId, wanted: Mapping[int, Placing], *, at: datetime
) -> Carts:
    """Look up, and lock, the carts of these requests, each naming another one.

    What a channel has sold is a fact and takes its cart where it can. Raises Lapsed.
    """
    ids = {place: _cart_of(placing) for place, placing in wanted.items()}
    found = await lock(conn, market, sorted(ids.values()))
    carts = Carts()
    unswept = []
    for place, cart_id in ids.items():
        held, placing = found.get(cart_id), wanted[place]
        why = why_not_live(
            None if held is None else held.cart, at, ChannelId(placing.order.channel)
        )
        if held is not None and why is None:
            carts.live[place] = held
        elif why is WhyNotLive.EXPIRED:
            carts.lapsed.add(place)
            if held is not None and held.cart.state == CartState.HELD:
                unswept.append(cart_id)
        elif why is not None and not placing.fact:
            carts.refused[place] = _refusal(why, held)
    if unswept:
        raise Lapsed(unswept)
    return carts


def own(asking: Asking, held: Held) -> Asking:
    """Ask as somebody who has the cart's units already."""
    sums: dict[tuple[Sku, NodeId], int] = {}
    for claim in held.claims:
        key = (claim.sku, claim.node_id)
        sums[key] = sums.get(key, 0) + claim.quantity
    units = tuple((sku, node, quantity) for (sku, node), quantity in sorted(sums.items()))
    return msgspec.structs.replace(asking, ask=msgspec.structs.replace(asking.ask, own=units))


def of_expired(refusal: NotTaken) -> NotTaken:
    """Say of an order that is short of something that it would not be, had it come in time."""
    if refusal.why is not Why.SHORT:
        return refusal
    detail = "its time was over, and its units have gone to others"
    return NotTaken(
        Why.CART_EXPIRED, (Fault(POINTER, detail), *refusal.faults), f"{POINTER}: {detail}"
    )


def _cart_of(placing: Placing) -> UUID:
    cart = placing.order.reservation
    assert isinstance(cart, UUID)
    return cart


def _refusal(why: WhyNotLive, held: Held | None) -> NotTaken:
    if why is WhyNotLive.COMMITTED and held is not None:
        detail = f"has become order {held.cart.order_id}"
        return NotTaken(Why.CART_ENDED, (Fault(POINTER, detail),), f"{POINTER}: {detail}")
    if why is WhyNotLive.FREED:
        detail = "was released"
        return NotTaken(Why.CART_ENDED, (Fault(POINTER, detail),), f"{POINTER}: {detail}")
    detail = "is another channel's" if why is WhyNotLive.OTHER_CHANNEL else "is not known here"
    return NotTaken(Why.INVALID, (Fault(POINTER, detail),), f"{POINTER}: {detail}")
