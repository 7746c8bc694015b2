"""What of the stock an order may not take, by the market's rules, at this moment. No I/O.

The same rules three times: for the plan (`seen`), for the claims it makes, which are looked at
again under the lock (`guarded`), and for what is offered (`offer`, `bill`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.inventory.keeping import Grant, Ints, in_force
from entrepot.inventory.model import Claim, Free
from entrepot.inventory.protection import EVERYBODY, Guard, read
from entrepot.journey.world import Market
from entrepot.sourcing.model import Ask, Held, Stock
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, NodeId, Sku

Nodes = npt.NDArray[np.int32]
Drawn = Mapping[int, Mapping[str, int]]
"""What was drawn, by node index."""


def seen(
    market: Market, asks: Sequence[Ask], at: datetime, *, owed: Mapping[Sku, int] | None = None
) -> Stock:
    """Give the stock as the view has it, with what these asks may not take of it.

    `owed`: instead of what the view says is owed to others.
    """
    skus = {want.sku for ask in asks for want in ask.wants}
    free = market.stock.of(skus)
    owing = market.stock.owed if owed is None else owed
    if market.keeping.plain:
        return Stock(free, owing)
    pairs = {(ask.channel, want.sku) for ask in asks for want in ask.wants}
    return Stock(free, owing, _kept(market, pairs), _held_of(market, skus, at))


def grants_of(market: Market, sku: Sku, at: datetime) -> list[Grant]:
    """Give what segments may count on of a sku while their time is not over."""
    grants = market.keeping.grants(sku, market.category(sku))
    return [grant for grant in grants if in_force(grant.segment, at)]


def takable(  # noqa: PLR0913, PLR0917 - a question, and the rows it is asked of
    market: Market,
    buyer: Buyer,
    sku: Sku,
    nodes: Nodes,
    free: Nodes,
    drawn: Drawn,
    at: datetime,
) -> Ints:
    """Give the units a buyer may take at each of some nodes (their indexes), of what is free."""
    kept = market.keeping.kept(buyer.channel, sku, market.category(sku)).units
    units = free - (kept if isinstance(kept, int) else kept[nodes])
    for grant in grants_of(market, sku, at):
        if not grant.audience.has(buyer):
            leave = grant.leave(at)
            units -= np.clip(_left(grant, nodes, free, drawn), 0, leave)
    taken: Ints = np.maximum(units, 0)
    return taken


def takable_of(
    market: Market, buyer: Buyer, sku: Sku, rows: Sequence[Free], at: datetime
) -> dict[NodeId, int]:
    """Give the units of a sku that a buyer may take at each node, of rows that were read.

    A node that the network does not know has none.
    """
    index = market.compiled.index
    known = [row for row in rows if row.node_id in index]
    nodes = np.array([index[row.node_id] for row in known], np.int32)
    free = np.array([row.free for row in known], np.int32)
    drawn = {index[row.node_id]: read(row.drawn) for row in known if row.drawn}
    units = takable(market, buyer, sku, nodes, free, drawn, at).tolist()
    return {row.node_id: count for row, count in zip(known, units, strict=True)}


def is_even(market: Market, channel: ChannelId, sku: Sku) -> bool:
    """Say whether a channel leaves the same of a sku at every node, whatever was drawn."""
    keeping, category = market.keeping, market.category(sku)
    return keeping.plain or (
        not keeping.grants(sku, category)
        and isinstance(keeping.kept(channel, sku, category).units, int)
    )


def is_plain(market: Market, channel: ChannelId, sku: Sku) -> bool:
    """Say whether a channel's buffer is all that it leaves of a sku, at every node."""
    keeping = market.keeping
    return keeping.plain or (
        not keeping.has_rules_for(channel) and not keeping.grants(sku, market.category(sku))
    )


def guarded(market: Market, claims: Sequence[Claim], buyer: Buyer, at: datetime) -> list[Claim]:
    """Give the claims with what must stay where they are, for the second look under the lock."""
    keeping = market.keeping
    if keeping.plain:
        buffer = market.compiled.buffer(buyer.channel)
        if not buffer:
            return list(claims)
        return [msgspec.structs.replace(claim, keep=buffer) for claim in claims]
    made = []
    for claim in claims:
        node, category = market.compiled.index[claim.node_id], market.category(claim.sku)
        keep = keeping.kept(buyer.channel, claim.sku, category).at(node)
        grants = keeping.grants(claim.sku, category)
        made.append(
            _guarded(claim, grants, node, keep, buyer, at)
            if grants
            else Claim(
                claim.order_id, claim.line_no, claim.sku, claim.node_id, claim.quantity, keep
            )
        )
    return made


def _guarded(
    claim: Claim, grants: Iterable[Grant], node: int, keep: int, buyer: Buyer, at: datetime
) -> Claim:
    """A buyer who is in several segments draws on the first of them, and is held back by none."""
    draws: str | None = None
    guards: list[Guard] = []
    shared = False
    for grant in grants:
        if not grant.here[node] or not in_force(grant.segment, at):
            continue
        shared |= grant.by_share
        if not grant.audience.has(buyer):
            guards.append(grant.guard(node, at))
        elif draws is None:
            draws = grant.segment.segment
    if draws is None and shared:
        draws = EVERYBODY
    return Claim(
        claim.order_id, claim.line_no, claim.sku, claim.node_id, claim.quantity, keep, draws,
        tuple(guards),
    )  # fmt: skip


def _kept(
    market: Market, pairs: Iterable[tuple[ChannelId, Sku]]
) -> dict[tuple[ChannelId, Sku], int | Ints]:
    keeping = market.keeping
    return {
        (channel, sku): keeping.kept(channel, sku, market.category(sku)).units
        for channel, sku in pairs
        if keeping.has_rules_for(channel)
    }


def _held_of(market: Market, skus: Iterable[Sku], at: datetime) -> dict[Sku, tuple[Held, ...]]:
    """Give what is held for segments of some skus, as far as the view knows.

    Skus of which the same segments may count on the same are worked out together.
    """
    keeping = market.keeping
    if not keeping.segments:
        return {}
    groups: dict[tuple[Grant, ...], list[Sku]] = {}
    for sku in skus:
        grants = keeping.grants(sku, market.category(sku))
        if grants:
            groups.setdefault(grants, []).append(sku)
    found: dict[Sku, tuple[Held, ...]] = {}
    for grants, members in groups.items():
        standing = [grant for grant in grants if in_force(grant.segment, at)]
        for grant in standing:
            leave = grant.leave(at)
            for sku, units in zip(members, _lefts(market, grant, members), strict=True):
                held = Held(grant.segment.segment, grant.audience, units, leave)
                found[sku] = (*found.get(sku, ()), held)
    return found


def _lefts(market: Market, grant: Grant, skus: Sequence[Sku]) -> Sequence[Ints]:
    """Give int64[N] for each of some skus: what a segment has left of it at every node."""
    drawn = market.stock.drawn
    if not grant.by_share and not any(sku in drawn for sku in skus):
        return [grant.units] * len(skus)
    left = np.tile(grant.units, (len(skus), 1))
    if grant.by_share:
        left += -(-grant.share * _ever(market, skus) // 100)
    for row, sku in enumerate(skus):
        own = drawn.get(sku, {}).get(grant.segment.segment)
        if own is not None:
            left[row] -= own
    return list(left)


def _ever(market: Market, skus: Sequence[Sku]) -> Ints:
    """Give int64[S, N], all of each sku that was ever for sale at every node."""
    rows = [market.stock.of((sku,))[sku] for sku in skus]
    ever = np.zeros((len(skus), len(market.network.nodes)), np.int64)
    row = np.repeat(np.arange(len(skus)), [len(nodes) for nodes, _ in rows])
    ever[row, np.concatenate([nodes for nodes, _ in rows])] = np.concatenate(
        [free for _, free in rows]
    )
    for at, sku in enumerate(skus):
        for units in market.stock.drawn.get(sku, {}).values():
            ever[at] += units
    return ever


def _left(grant: Grant, nodes: Nodes, free: Nodes, drawn: Drawn) -> Ints:
    """Give what a segment has left at each of some nodes; negative where it drew more than that."""
    left = grant.units[nodes]
    if grant.by_share:
        ever = free.astype(np.int64)
        for node, each in drawn.items():
            ever[nodes == node] += sum(each.values())
        left += -(-grant.share[nodes] * ever // 100)
    for node, each in drawn.items():
        left[nodes == node] -= each.get(grant.segment.segment, 0)
    return left
