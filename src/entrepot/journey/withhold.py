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
from entrepot.inventory.model import Claim
from entrepot.inventory.protection import EVERYBODY
from entrepot.journey.world import Market
from entrepot.sourcing.model import Ask, Held, Stock
from entrepot.terms.ids import ChannelId, Sku

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
    channel: ChannelId,
    sku: Sku,
    nodes: Nodes,
    free: Nodes,
    drawn: Drawn,
    at: datetime,
) -> Ints:
    """Give the units a channel may take at each of some nodes (their indexes), of what is free."""
    kept = market.keeping.kept(channel, sku, market.category(sku)).units
    units = free - (kept if isinstance(kept, int) else kept[nodes])
    for grant in grants_of(market, sku, at):
        if channel not in grant.channels:
            leave = grant.leave(at)
            units -= np.clip(_left(grant, nodes, free, drawn), 0, leave)
    taken: Ints = np.maximum(units, 0)
    return taken


def is_even(market: Market, channel: ChannelId, sku: Sku) -> bool:
    """Say whether a channel leaves the same of a sku at every node, whatever was drawn."""
    keeping, category = market.keeping, market.category(sku)
    return keeping.plain or (
        not keeping.grants(sku, category)
        and isinstance(keeping.kept(channel, sku, category).units, int)
    )


def guarded(
    market: Market, claims: Sequence[Claim], channel: ChannelId, at: datetime
) -> list[Claim]:
    """Give the claims with what must stay where they are, for the second look under the lock."""
    keeping = market.keeping
    if keeping.plain:
        buffer = market.compiled.buffer(channel)
        if not buffer:
            return list(claims)
        return [msgspec.structs.replace(claim, keep=buffer) for claim in claims]
    return [_guarded(market, claim, channel, at) for claim in claims]


def _guarded(market: Market, claim: Claim, channel: ChannelId, at: datetime) -> Claim:
    node = market.compiled.index[claim.node_id]
    keep = market.keeping.kept(channel, claim.sku, market.category(claim.sku)).at(node)
    draws: str | None = None
    guards = []
    for grant in grants_of(market, claim.sku, at):
        if not grant.anything[node]:
            continue
        if channel in grant.channels:
            draws = grant.segment.segment
        else:
            guards.append(grant.guard(node, at))
            if draws is None and grant.share[node]:
                draws = EVERYBODY
    return msgspec.structs.replace(claim, keep=keep, draws=draws, guards=tuple(guards))


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
    """Give what is held for segments of some skus, as far as the view knows."""
    found = {}
    for sku in skus if market.keeping.segments else ():
        held = tuple([_held(market, sku, grant, at) for grant in grants_of(market, sku, at)])
        if held:
            found[sku] = held
    return found


def _held(market: Market, sku: Sku, grant: Grant, at: datetime) -> Held:
    drawn, units = market.stock.drawn.get(sku, {}), grant.units
    if drawn or grant.by_share:
        nodes, free = market.stock.of((sku,))[sku]
        units = grant.units.copy()
        units[nodes] = _left(grant, nodes, free, drawn)
    return Held(grant.segment.segment, grant.channels, units, grant.leave(at))


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
