"""Have the kernel ready before the first order: compiled the first time, read from disk later."""

from datetime import UTC, datetime

import numpy as np

from entrepot.network.compiled import Compiled, Days, default_rate_card
from entrepot.network.model import Channel, Method, Network, Node, NodeKind
from entrepot.sourcing.model import Ask, Plan, Stock, Want
from entrepot.sourcing.solve import plan_batch
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku
from entrepot.terms.place import Place


def warm() -> bool:
    """Decide a made-up order; says whether it was planned, as it is."""
    place = Place("US", "10001")
    node = Node(NodeId("N"), "", NodeKind.DC, place, "UTC", services=frozenset({Method.SHIP}))
    channel = ChannelId("C")
    network = Network(MarketId("warm"), 1, (node,), default_rate_card(), (Channel(channel),))
    compiled = Compiled(network)
    days = Days(np.full(1, 1, np.int32), datetime.max.replace(tzinfo=UTC))
    stock = Stock({Sku("S"): (np.zeros(1, np.int32), np.ones(1, np.int32))})
    ask = Ask(channel, Method.SHIP, "standard", (Want(Sku("S"), 1, 1),), place)
    (answer,) = plan_batch([ask], stock, compiled, days, {})
    return isinstance(answer, Plan)
