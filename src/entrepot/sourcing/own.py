"""What an order has already: the units its cart holds, and the plans that keep to them.

What was shown is what is reserved: an order keeps to exactly the units of its cart where they are
enough, else to the cart's nodes where these have the rest, and only then looks everywhere.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from entrepot.network.compiled import Compiled
from entrepot.sourcing.choose import View, short_of
from entrepot.sourcing.eligibility import owned
from entrepot.sourcing.model import Ask
from entrepot.terms.ids import NodeId, Sku


def raised(ask: Ask, limits: tuple[int | None, ...], compiled: Compiled) -> tuple[int | None, ...]:
    """Raise the limits of what may be had in all by what the ask has already."""
    own = owned(ask, compiled).sum(axis=1).tolist()
    return tuple(
        None if limit is None else limit + units for limit, units in zip(limits, own, strict=True)
    )


def kept(view: View) -> View:
    """Narrow the view of an ask with units of its own to the least that is enough for it."""
    compiled = view.freight.compiled
    own = np.minimum(view.free, owned(view.ask, compiled))
    there = np.where(own.any(axis=0), view.free, 0)
    for free in (own, there):
        narrow = replace(view, free=free)
        if not short_of(narrow):
            return narrow
    return view


def beyond(ask: Ask, node_id: NodeId, items: Iterable[tuple[Sku, int]]) -> list[tuple[Sku, int]]:
    """Say what a shipment takes off the shelves: what the ask has already was never on them."""
    own = {sku: quantity for sku, node, quantity in ask.own if node == node_id}
    rest = [(sku, units - min(units, own.get(sku, 0))) for sku, units in items]
    return [(sku, units) for sku, units in rest if units]
