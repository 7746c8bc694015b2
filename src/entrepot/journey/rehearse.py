"""Rehearse a policy: what it would say of an order, without any stock and without an order."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.journey.quote import wants_of
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.policies.model import Policy
from entrepot.policies.strategies import Otherwise
from entrepot.sourcing.eligibility import allowed_by, rating_by
from entrepot.sourcing.guide import Guides
from entrepot.sourcing.model import Ask, Guide, split_name
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.place import Place


@dataclass(frozen=True, slots=True)
class Supposed:
    """An order that might come: to be sent, its skus known."""

    channel: ChannelId
    service: str
    destination: Place
    lines: tuple[tuple[Sku, int], ...]
    customer_class: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a strategy says: the nodes it allows, ascending, and what it adds for each of them."""

    strategy: str
    nodes: tuple[NodeId, ...]
    ratings: dict[NodeId, int]
    shipments_max: int | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The profile that fits, its strategies in turn, and what becomes of what they do not find."""

    profile: str
    strategies: tuple[Said, ...]
    otherwise: Otherwise


def rehearse(market: Market, policy: Policy, wanted: Supposed, at: datetime) -> Rehearsal | None:
    """Say what a policy without flaws would say of an order at a time; None: no profile fits."""
    found = Guides(policy.sourcing, market.compiled).of(_ask(market, wanted), at, market.category)
    if found is None:
        return None
    strategies = tuple(_said(market, guide) for guide in found.guides)
    return Rehearsal(found.profile, strategies, found.otherwise)


def _ask(market: Market, wanted: Supposed) -> Ask:
    wants, _ = wants_of(market, wanted.lines)
    return Ask(
        wanted.channel, Method.SHIP, wanted.service, wants, wanted.destination,
        customer_class=wanted.customer_class,
    )  # fmt: skip


def _said(market: Market, guide: Guide) -> Said:
    nodes = [node.node_id for node in market.network.nodes]
    mask, rated = allowed_by(guide, len(nodes)), rating_by(guide)
    allowed = [True] * len(nodes) if mask is None else mask.tolist()
    prices = [0] * len(nodes) if rated is None else rated.tolist()
    return Said(
        split_name(guide.strategy)[1],
        tuple(node for node, may in zip(nodes, allowed, strict=True) if may),
        {n: p for n, p, may in zip(nodes, prices, allowed, strict=True) if p and may},
        guide.shipments_max,
    )
