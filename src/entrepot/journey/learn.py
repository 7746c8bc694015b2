"""fulfillment.picked, .shorted, .rejected -> inventory.learn: what pickers saw of the shelves.

And what the policy makes of it: which nodes are learned of, and what is discounted.
"""

from collections.abc import Iterator, Sequence

import msgspec

from entrepot.inventory.learn import learn
from entrepot.inventory.truth_model import Bar, Evidence, Sighting
from entrepot.journey.here import Here, UnitsTold
from entrepot.journey.model import InHand
from entrepot.journey.replan import NO_DOUBT
from entrepot.journey.world import Market
from entrepot.plumbing import db, sql
from entrepot.plumbing.model import Event
from entrepot.terms.ids import NodeId, Sku

Q = sql.load(__package__, "in_hand.sql")

_EVIDENCE = {
    "fulfillment.picked": Evidence.FOUND,
    "fulfillment.shorted": Evidence.EMPTY,
    "fulfillment.rejected": Evidence.FEWER,
}


class SeenTold(msgspec.Struct, frozen=True):
    """What a fact says of a shelf; `missing` are those units of a rejection that were not found."""

    node: NodeId
    lines: list[UnitsTold] = []
    missing: list[UnitsTold] | None = None
    reason: str | None = None


_seen = msgspec.json.Decoder(SeenTold)


async def learn_from_picks(here: Here, events: Sequence[Event]) -> None:
    """Learn of every position that was picked, picked short or rejected for want of goods."""
    market = await here.world.fresh(here.conn, here.market)
    told = [(event, _seen.decode(event.data)) for event in events]
    known = [(event, seen) for event, seen in told if is_tracked(market, seen.node)]
    units = await _in_hand(here, known)
    sightings = [each for event, seen in known for each in _sightings(event, seen, units)]
    await learn(here.conn, here.market, sightings, bar=bar_of(market), at=here.at)


def is_tracked(market: Market, node: NodeId) -> bool:
    """Say whether the policy wants to know what is really there at a node."""
    place = market.compiled.index.get(node)
    if place is None:
        return False
    return market.network.nodes[place].kind.value in market.policy.truth.node_kinds


def bar_of(market: Market) -> Bar:
    """Give what the policy in force discounts."""
    version, discount = market.network.costs.policy_version, market.policy.truth_discount
    if discount is None:
        return Bar(version)
    return Bar(version, frozenset(discount.node_kinds), discount.at_least_probability)


def _sightings(
    event: Event, told: SeenTold, in_hand: dict[tuple[Sku, NodeId], int]
) -> Iterator[Sighting]:
    what = _EVIDENCE[event.type]
    if what is not Evidence.FOUND and (told.reason or "") in NO_DOUBT:
        return
    lines = told.lines if told.missing is None else told.missing
    sums: dict[Sku, int] = {}
    for line in lines:
        sums[line.sku] = sums.get(line.sku, 0) + line.quantity
    for sku, units in sums.items():
        held = in_hand.get((sku, told.node), 0)
        yield Sighting(sku, told.node, what, units, held, event.at)


async def _in_hand(
    here: Here, known: Sequence[tuple[Event, SeenTold]]
) -> dict[tuple[Sku, NodeId], int]:
    if not known:
        return {}
    rows = await db.fetch(
        here.conn, Q["in_hand"], InHand,
        market=here.market, node_ids=sorted({told.node for _, told in known}),
        skus=sorted({line.sku for _, told in known for line in told.lines}),
    )  # fmt: skip
    return {(row.sku, row.node_id): row.units for row in rows}
