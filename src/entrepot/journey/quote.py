"""Quote promises: every way a cart could be had, each with its dates, its cost and its nodes.

The same plan and the same promise as at capture: what is shown is what would be reserved. Writes
nothing, takes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from entrepot.catalog.rules import explode
from entrepot.journey import asking, withhold
from entrepot.journey.guided import tried
from entrepot.journey.promising import Case, improved
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.promise.model import Promise
from entrepot.promise.rules import promised
from entrepot.sourcing.model import Ask, NoPlan, Plan, Want, WhyNoPlan
from entrepot.sourcing.solve import plan_each
from entrepot.terms.ids import ChannelId, LineNo, NodeId, Sku
from entrepot.terms.place import Place

STORES_MAX = 5
"""Stores offered for pickup: the nearest ones; a list of fifty helps nobody choose."""


@dataclass(frozen=True, slots=True)
class Cart:
    """What a shopper might order, and where it would go."""

    channel: ChannelId
    destination: Place | None
    lines: tuple[tuple[Sku, int], ...]
    methods: tuple[Method, ...]
    pickup_node: NodeId | None = None
    customer_class: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to have the cart. `node` is the store of pickup and curbside."""

    method: Method
    service: str
    plan: Plan
    promise: Promise


@dataclass(frozen=True, slots=True)
class Quote:
    """The options, best first per method; why not, where a method has none; unknown lines."""

    options: tuple[Option, ...]
    refusals: tuple[tuple[Method, str, NoPlan], ...]
    unknown: tuple[int, ...]


def quote(market: Market, carts: Sequence[Cart], *, at: datetime) -> list[Quote]:
    """Answer every cart, in order: all options of all carts are planned in one pass."""
    asks: list[Ask] = []
    owners: list[int] = []
    unknown: list[tuple[int, ...]] = []
    for place, cart in enumerate(carts):
        wants, missing = wants_of(market, cart.lines)
        unknown.append(missing)
        options = _asks(market, cart, wants) if not missing else []
        asks += options
        owners += [place] * len(options)
    answers = _answers(market, asks, at) if asks else []
    found: list[list[Option]] = [[] for _ in carts]
    refused: list[list[tuple[Method, str, NoPlan]]] = [[] for _ in carts]
    cases: list[Case] = []
    for owner, ask, answer in zip(owners, asks, answers, strict=True):
        option = _option(market, ask, answer, at)
        if isinstance(option, Option):
            found[owner].append(option)
            cases.append(Case(ask, option.plan, option.promise))
        else:
            refused[owner].append((ask.method, ask.service, option))
    if market.learned is not None:
        promises = iter(improved(market, cases, at))
        found = [[replace(each, promise=next(promises)) for each in options] for options in found]
    return [
        Quote(tuple(sorted(f, key=_rank)), tuple(r), u)
        for f, r, u in zip(found, refused, unknown, strict=True)
    ]


def _answers(market: Market, asks: Sequence[Ask], at: datetime) -> list[Plan | NoPlan]:
    stock, days = withhold.seen(market, asks, at), market.compiled.days(at)

    def plan(some: Sequence[Ask]) -> list[Plan | NoPlan]:
        return plan_each(
            some, stock, market.compiled, days, market.load, market.prices, market.services
        )

    standing = market.standing(at)
    return tried(market, asks, plan, standing, at).final


def wants_of(
    market: Market, lines: Sequence[tuple[Sku, int]]
) -> tuple[tuple[Want, ...], tuple[int, ...]]:
    """Say what some lines want, kits by their parts; and which of them (from 0) nobody knows."""
    needs: list[asking.Need] = []
    weights: dict[Sku, int] = {}
    volumes: dict[Sku, int] = {}
    missing = []
    for at, ((_, quantity), units) in enumerate(
        zip(lines, explode(lines, market.catalog.items), strict=True)
    ):
        if units is None:
            missing.append(at)
            continue
        for unit in units:
            needs.append((LineNo(at + 1), unit.sku, unit.per_unit * quantity))
            weights[unit.sku] = unit.weight_g
            if unit.volume_cm3:
                volumes[unit.sku] = unit.volume_cm3
    return asking.wants(needs, weights, volumes), tuple(missing)


def _asks(market: Market, cart: Cart, wants: tuple[Want, ...]) -> list[Ask]:
    asks = []
    ask = partial(Ask, channel=cart.channel, customer_class=cart.customer_class, wants=wants)
    for method in cart.methods:
        if method is Method.SHIP:
            asks += [
                ask(method=method, service=service, destination=cart.destination)
                for service in market.compiled.services
                if cart.destination is not None
            ]
        else:
            asks += [
                ask(method=method, service="", pickup_node=node)
                for node in _stores(market, cart, method)
            ]
    return asks


def _stores(market: Market, cart: Cart, method: Method) -> list[NodeId]:
    """The chosen store, or the nearest ones of the channel that offer the method."""
    if cart.pickup_node is not None:
        return [cart.pickup_node]
    compiled = market.compiled
    view = compiled.channel_mask(cart.channel)
    if view is None:
        return []
    able = (compiled.offers[method] & compiled.enabled & view).nonzero()[0]
    if cart.destination is not None:
        able = able[compiled.distances(cart.destination)[able].argsort(kind="stable")]
    return [compiled.network.nodes[ix].node_id for ix in able[:STORES_MAX]]


def _option(market: Market, ask: Ask, answer: Plan | NoPlan, at: datetime) -> Option | NoPlan:
    if isinstance(answer, NoPlan):
        return answer
    shipments = [(each.node_id, each.lane_id) for each in answer.shipments]
    promise = promised(shipments, ask, market.compiled, at)
    if promise is None:
        return NoPlan(WhyNoPlan.NODE_CANNOT, (), "no date can be promised")
    return Option(ask.method, ask.service, answer, promise)


def _rank(option: Option) -> tuple[str, datetime, int]:
    return option.method.value, option.promise.latest, option.plan.cost
