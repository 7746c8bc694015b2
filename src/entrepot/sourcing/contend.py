"""Which nodes could do a piece of work alone, the cheapest first: to be offered it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from entrepot.network.model import NodeKind
from entrepot.sourcing.eligibility import Standing, eligible, usable
from entrepot.sourcing.model import Ask, NoPlan
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import LaneId, NodeId


@dataclass(frozen=True, slots=True)
class Contender:
    """A node, the lane it would send by, and what that would cost (minor units)."""

    node_id: NodeId
    lane_id: LaneId | None
    cost: int


def contenders(
    ask: Ask,
    shelves: Shelves,
    standing: Standing,
    kinds: Collection[NodeKind],
    but: Collection[NodeId],
    most: int,
) -> list[Contender]:
    """Find up to `most` nodes of these kinds that have room and all that is asked, none of `but`.

    They ascend by cost, then by id.
    """
    found = eligible(ask, standing)
    if isinstance(found, NoPlan) or not ask.wants:
        return []
    nodes, freight = found
    compiled = standing.compiled
    free = usable(ask, shelves.of(ask), nodes, compiled, shelves.keeps(ask))
    wanted = np.array([want.quantity for want in ask.wants], np.int64)
    able = (free >= wanted[:, None]).all(axis=0) & ~standing.full_of(ask.method)
    able &= np.array([n.kind in kinds and n.node_id not in but for n in compiled.network.nodes])
    weight = sum(want.weight_g * want.quantity for want in ask.wants)
    volume = sum(want.volume_cm3 * want.quantity for want in ask.wants)
    bids = []
    for node in np.flatnonzero(able).tolist():
        way = freight.way(weight, volume, node)
        cost = way.shipping + int(compiled.handling[node]) * int(wanted.sum())
        cost += int(compiled.making_up[node])
        bids.append(Contender(compiled.network.nodes[node].node_id, way.lane_id, cost))
    return sorted(bids, key=lambda bid: (bid.cost, bid.node_id))[:most]
