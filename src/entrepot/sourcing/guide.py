"""What the policy's strategies say of the nodes for an order, as guides that sourcing keeps to.

A policy is compiled once for a network. What an expression answers is remembered by what it looks
at: of a rule about services there are as many answers as services, so that nearly every order finds
its guides made. What could be asked of millions of addresses is forgotten in time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from entrepot.network.compiled import Compiled
from entrepot.network.model import Method
from entrepot.policies.cel import Gives, Program, Scope, Values, compiled
from entrepot.policies.strategies import (
    RATING_MAX,
    Expression,
    Fence,
    Limits,
    Otherwise,
    Profile,
    Rating,
    Sourcing,
    Strategy,
)
from entrepot.sourcing.cost import Bools, Ints
from entrepot.sourcing.model import Ask, Guide
from entrepot.terms.ids import NodeId, Sku

ANSWERS_KEPT_MAX: Final = 20_000
"""Guides of one strategy that are remembered: at 205 nodes some 25 MB."""

FENCES_IGNORED: Final = "fences ignored"
NO_STRATEGY: Final = "no strategy"

Category = Callable[[Sku], str]
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Guided:
    """The guides of an order, to be tried in turn, and what becomes of units that none finds."""

    profile: str
    guides: tuple[Guide, ...]
    otherwise: Otherwise


class Guides:
    """A policy's profiles, made ready for a network's nodes."""

    def __init__(self, sourcing: Sourcing, network: Compiled) -> None:
        nodes = _Nodes(network)
        self._profiles = [_Profile(profile, nodes) for profile in sourcing.profiles]
        self._choose = _Features(
            program.features for profile in self._profiles for program in profile.conditions()
        )
        self._chosen: dict[Key, tuple[int, tuple[int, ...]] | None] = {}
        self.lenient = any(
            profile.otherwise in {Otherwise.WAIT, Otherwise.EXCEPTION}
            for profile in sourcing.profiles
        )

    def of(self, ask: Ask, at: datetime, category: Category) -> Guided | None:
        """Give what the policy says of this order now; None where no profile speaks of it.

        Who collects has chosen the store, and what is sent nowhere yet may lie anywhere.
        """
        if ask.method is not Method.SHIP or ask.destination is None:
            return None
        chosen = self._choice(ask, at, category)
        if chosen is None:
            return None
        profile = self._profiles[chosen[0]]
        guides = [profile.strategies[which].guide(ask, at) for which in chosen[1]]
        if profile.said.otherwise is Otherwise.IGNORE_FENCES:
            guides.append(profile.ignored)
        return Guided(profile.said.profile, tuple(guides or [profile.none]), profile.said.otherwise)

    def _choice(
        self, ask: Ask, at: datetime, category: Category
    ) -> tuple[int, tuple[int, ...]] | None:
        if self._choose.alone:
            return self._looked(ask, at, category)
        key = self._choose.key(ask, at)
        if key not in self._chosen:
            if len(self._chosen) >= ANSWERS_KEPT_MAX:
                self._chosen.clear()
            self._chosen[key] = self._looked(ask, at, category)
        return self._chosen[key]

    def _looked(
        self, ask: Ask, at: datetime, category: Category
    ) -> tuple[int, tuple[int, ...]] | None:
        values = _values(ask, at, self._choose.names)
        if "lines" in self._choose.names:
            values["lines"] = _lines(ask, category)
        for which, profile in enumerate(self._profiles):
            if _holds(profile.when, values):
                fit = [n for n, s in enumerate(profile.strategies) if _holds(s.when, values)]
                return which, tuple(fit)
        return None


class _Nodes:
    """The network's nodes as expressions see them, and as tables name them."""

    def __init__(self, network: Compiled) -> None:
        self.network = network
        nodes = network.network.nodes
        members = [(str(g.group_id), g.node_ids) for g in network.network.groups]
        self.groups: dict[str, Bools] = {
            name: np.array([node.node_id in ids for node in nodes], np.bool_)
            for name, ids in members
        }
        self.kinds = np.array([node.kind.value for node in nodes], np.str_)
        self.columns: dict[str, list[object]] = {
            "node.id": [str(node.node_id) for node in nodes],
            "node.kind": [node.kind.value for node in nodes],
            "node.groups": [[n for n, ids in members if node.node_id in ids] for node in nodes],
            "node.country": [node.place.country for node in nodes],
            "node.region": [node.place.region for node in nodes],
            "node.postal_code": [node.place.postal_code for node in nodes],
            "node.handling_cost": [node.handling_cost for node in nodes],
            "node.handling_hours": [node.handling_hours for node in nodes],
            "node.capacity_per_day": [node.capacity_per_day or 0 for node in nodes],
        }

    def named(self, nodes: Sequence[str] | None, groups: Sequence[str] | None) -> Bools | None:
        """Give bool[N], the nodes of these names and the members of these groups; None: all."""
        if nodes is None and groups is None:
            return None
        mask = np.zeros(len(self.kinds), np.bool_)
        for node in nodes or ():
            at = self.network.index.get(NodeId(node))
            if at is not None:
                mask[at] = True
        for group in groups or ():
            if group in self.groups:
                mask |= self.groups[group]
        return mask

    def rated(self, rating: Rating) -> Ints:
        """Give int64[N], what a table adds for each node."""
        prices = np.zeros(len(self.kinds), np.int64)
        for kind, price in (rating.by_kind or {}).items():
            prices[self.kinds == kind] = price
        for group, price in reversed((rating.by_group or {}).items()):
            if group in self.groups:
                prices[self.groups[group]] = price
        for node, price in (rating.by_node or {}).items():
            at = self.network.index.get(NodeId(node))
            if at is not None:
                prices[at] = price
        return prices


class _Profile:
    def __init__(self, said: Profile, nodes: _Nodes) -> None:
        self.said = said
        self.when = _program(said.when, Scope.ORDER, Gives.TRUTH)
        self.strategies = [_Strategy(each, said, nodes) for each in said.strategies]
        self.ignored = Guide(f"{said.profile}/{FENCES_IGNORED}")
        nobody = np.zeros(len(nodes.kinds), np.bool_)
        self.none = Guide(f"{said.profile}/{NO_STRATEGY}", np.packbits(nobody).tobytes())

    def conditions(self) -> list[Program]:
        """Give the conditions that choose among strategies."""
        found = [self.when, *(each.when for each in self.strategies)]
        return [program for program in found if isinstance(program, Program)]


class _Strategy:
    """A strategy: what its tables say of the nodes once and for all, and its expressions."""

    def __init__(self, said: Strategy, profile: Profile, nodes: _Nodes) -> None:
        self.name = f"{profile.profile}/{said.strategy}"
        self.when = _program(said.when, Scope.ORDER, Gives.TRUTH)
        self._nodes, self._shipments_max = nodes, said.limits.shipments_max
        fences = [_program(f.node, Scope.NODE, Gives.TRUTH) for f in said.fences]
        ratings = [_program(r.node, Scope.NODE, Gives.NUMBER) for r in said.ratings]
        self._fences = [each for each in fences if each is not True]
        self._ratings = [each for each in ratings if each is not True]
        self._mask = _mask(said.fences, said.limits, nodes)
        self._prices: Ints = np.zeros(len(nodes.kinds), np.int64)
        for rating in said.ratings:
            self._prices += nodes.rated(rating)
        limits = [said.limits.distance_km_max, *(f.distance_km_max for f in said.fences)]
        self._km_max = min((km for km in limits if km is not None), default=None)
        programs = [p for p in (*self._fences, *self._ratings) if isinstance(p, Program)]
        self._sees_distance = any("node.distance_km" in p.features for p in programs)
        self._features = _Features(
            (p.features for p in programs),
            place=self._sees_distance or self._km_max is not None,
        )
        self._made: dict[Key, Guide] = {}

    def guide(self, ask: Ask, at: datetime) -> Guide:
        """Give what it says of the nodes for this order."""
        key = self._features.key(ask, at)
        found = self._made.get(key)
        if found is None:
            if len(self._made) >= ANSWERS_KEPT_MAX:
                self._made.clear()
            found = self._made[key] = self._guide(ask, at)
        return found

    def _guide(self, ask: Ask, at: datetime) -> Guide:
        mask, prices = self._mask, self._prices
        nodes, columns = self._nodes, self._nodes.columns
        if self._features.place and ask.destination is not None:
            kilometers = nodes.network.distances(ask.destination)
            if self._km_max is not None:
                mask = _both(mask, kilometers <= self._km_max)
            if self._sees_distance:
                columns = {**columns, "node.distance_km": kilometers.tolist()}
        values = _values(ask, at, self._features.names)
        for fence in self._fences:
            mask = _both(mask, _truths(fence, values, columns))
        for rating in self._ratings:
            prices = prices + _numbers(rating, values, columns)
        return Guide(self.name, _packed_mask(mask), _packed_prices(prices), self._shipments_max)


class _Features:
    """What answers depend on: they are the same for all orders with the same key.

    `alone`: each order has its own, for lines are looked at.
    """

    def __init__(self, of: Iterable[frozenset[str]], *, place: bool = False) -> None:
        self.names = frozenset().union(*of)
        self.place = place
        self.alone = "lines" in self.names
        found = sorted(self.names & _GETTERS.keys())
        self._getters = tuple(_GETTERS[name] for name in found) + ((_where,) if place else ())

    def key(self, ask: Ask, at: datetime) -> Key:
        """Give what this order's answers are kept by."""
        return tuple([getter(ask, at) for getter in self._getters])


def _values(ask: Ask, at: datetime, names: Iterable[str]) -> dict[str, object]:
    return {name: _GETTERS[name](ask, at) for name in names if name in _GETTERS}


def _lines(ask: Ask, category: Category) -> list[dict[str, object]]:
    return [
        {
            "sku": str(want.sku),
            "category": category(want.sku),
            "quantity": want.quantity,
            "weight_g": want.weight_g,
        }
        for want in ask.wants
    ]


def _where(ask: Ask, _: datetime) -> object:
    place = ask.destination
    return None if place is None else (place.latitude, place.longitude)


_OF_ORDER: Final[Mapping[str, Callable[[Ask], object]]] = {
    "channel": lambda ask: str(ask.channel),
    "service": lambda ask: ask.service,
    "country": lambda ask: ask.destination.country if ask.destination else "",
    "region": lambda ask: ask.destination.region if ask.destination else "",
    "postal_code": lambda ask: ask.destination.postal_code if ask.destination else "",
    "units": lambda ask: sum(want.quantity for want in ask.wants),
    "weight_g": lambda ask: sum(want.quantity * want.weight_g for want in ask.wants),
}

_Getter = Callable[[Ask, datetime], object]


def _of_ask(get: Callable[[Ask], object]) -> _Getter:
    return lambda ask, _: get(ask)


_GETTERS: Final[Mapping[str, _Getter]] = {
    **{f"order.{name}": _of_ask(get) for name, get in _OF_ORDER.items()},
    "customer.class": _of_ask(lambda ask: ask.customer_class),
    "channel": _of_ask(_OF_ORDER["channel"]),
    "now": lambda _, at: at.replace(second=0, microsecond=0),
}


_Compiled = Program | bool
"""An expression; True where none is said, False where it does not compile (any more)."""


def _program(text: Expression | None, scope: Scope, gives: Gives) -> _Compiled:
    if text is None:
        return True
    found = compiled(text, scope, gives)
    return found if isinstance(found, Program) else False


def _holds(condition: _Compiled, values: Values) -> bool:
    return condition.of(values) is True if isinstance(condition, Program) else condition


def _truths(fence: _Compiled, values: Values, columns: Values) -> Bools:
    """Give bool[N]: where a fence is true; what cannot be evaluated is outside of it."""
    count = len(columns["node.id"])
    if not isinstance(fence, Program):
        return np.full(count, fence, np.bool_)
    return np.array([each is True for each in fence.of_each(values, columns, count)], np.bool_)


def _numbers(rating: _Compiled, values: Values, columns: Values) -> Ints:
    """Give int64[N], whole minor units up to RATING_MAX; what cannot be evaluated adds 0."""
    count = len(columns["node.id"])
    if not isinstance(rating, Program):
        return np.zeros(count, np.int64)
    found = rating.of_each(values, columns, count)
    raw = np.array([0.0 if each is None else each for each in found], np.float64)
    bounded = np.clip(np.nan_to_num(raw, nan=0.0), -RATING_MAX, RATING_MAX)
    return np.floor(bounded + 0.5).astype(np.int64)


def _mask(fences: Sequence[Fence], limits: Limits, nodes: _Nodes) -> Bools | None:
    """Give bool[N], what the tables of fences and limits allow; None: every node."""
    mask = nodes.named(limits.nodes, limits.node_groups)
    for fence in fences:
        mask = _both(mask, nodes.named(fence.nodes, fence.node_groups))
        if fence.node_kinds is not None:
            mask = _both(mask, np.isin(nodes.kinds, list(fence.node_kinds)))
    return mask


def _both(one: Bools | None, other: Bools | None) -> Bools | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _packed_mask(mask: Bools | None) -> bytes | None:
    return None if mask is None or mask.all() else np.packbits(mask).tobytes()


def _packed_prices(prices: Ints) -> bytes | None:
    if not prices.any():
        return None
    return np.clip(prices, -RATING_MAX, RATING_MAX).astype("<i4").tobytes()
