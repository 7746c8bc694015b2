"""What is kept back of a market's stock: a policy's rules, made ready for one network. Pure.

Two questions are asked of two lists, and in each the first rule that fits a position wins: what is
kept from everybody (`safety`), and what is kept from one channel beside it (`kept`; its buffer
where no rule fits). What segments may count on (`grants`) comes on top, and only against others.
Everything is an array over the network's nodes, in their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from entrepot.inventory.protection import Guard
from entrepot.network.compiled import Compiled
from entrepot.policies.keeping import Keep, Match, Protect, Segment
from entrepot.policies.model import Policy
from entrepot.terms.audience import Audience
from entrepot.terms.ids import ChannelId, NodeId, Sku

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

K = TypeVar("K")
A = TypeVar("A")

NO_RULE: Final = -1

ANSWERS_KEPT_MAX: Final = 1 << 15
"""Answers remembered per question: (channel, sku) pairs; most share one array per set of rules."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Units kept back, per node or the same at each, and by which rule of the list.

    NO_RULE: by none, which is nothing, or the channel's buffer.
    """

    units: int | Ints
    rule: int | Ints

    def at(self, node: int) -> int:
        """Give the units kept at a node."""
        return self.units if isinstance(self.units, int) else int(self.units[node])

    def rule_at(self, node: int) -> int:
        """Give the rule that wins at a node."""
        return self.rule if isinstance(self.rule, int) else int(self.rule[node])


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """What a segment may count on of some skus: int64[N] each; `here`: where that is anything.

    One object is what it is of all skus that the same rules fit, and equal to nothing else.
    """

    segment: Segment
    audience: Audience
    units: Ints
    share: Ints
    here: tuple[bool, ...]
    by_share: bool

    def leave(self, at: datetime) -> int | None:
        """Give what others must leave if they may borrow at a moment; None: they may not."""
        borrow, ends = self.segment.borrow, self.segment.until
        if borrow is None:
            return None
        if borrow.hours_before_end is None or ends is None:
            return borrow.leave
        near = at >= ends - timedelta(hours=borrow.hours_before_end)
        return borrow.leave if near else None

    def guard(self, node: int, at: datetime) -> Guard:
        """Give what it may count on at one node."""
        units, share = int(self.units[node]), int(self.share[node])
        return Guard(self.segment.segment, units, share, self.leave(at))


class Keeping:
    """The rules of one policy on one network.

    `pace` is units sold a day by sku and node, as far as it is known; it is set by `paced` only.
    """

    def __init__(self, policy: Policy, compiled: Compiled) -> None:
        self.compiled = compiled
        self.version = compiled.network.costs.policy_version
        self.keep, self.segments = policy.keep, policy.segments
        self.for_good = frozenset(s.segment for s in policy.segments if not s.give_back)
        self.velocity_days = policy.velocity_days
        self.pace: Mapping[Sku, Floats] = {}
        self.paced_on: object = None
        tests = [_Test(rule.match, compiled) for rule in policy.keep]
        by_channel: dict[ChannelId, list[int]] = {}
        for number, rule in enumerate(policy.keep):
            for channel in rule.match.channels or ():
                by_channel.setdefault(ChannelId(channel), []).append(number)
        everybody = [n for n, rule in enumerate(policy.keep) if rule.match.channels is None]
        self._tests = tests
        self._everybody, self._by_channel = everybody, by_channel
        self._protect = [
            [_Test(each.match, compiled) for each in segment.protect] for segment in policy.segments
        ]
        self._kept: dict[tuple[ChannelId, Sku, str], Kept] = {}
        self._grants: dict[tuple[Sku, str], tuple[Grant, ...]] = {}
        self._patterns: dict[tuple[int, ...], Kept] = {}
        self._grant_patterns: dict[tuple[tuple[bool, ...], ...], tuple[Grant, ...]] = {}
        matches = [rule.match for rule in policy.keep]
        matches += [each.match for segment in policy.segments for each in segment.protect]
        self.by_velocity = any(map(_by_velocity, matches)) or any(
            rule.days is not None for rule in policy.keep
        )
        if policy.look_ahead is not None and policy.look_ahead.overstock is not None:
            self.by_velocity = True
        self.by_category = any(match.categories is not None for match in matches)
        self.discounts_doubt = policy.truth_discount is not None
        self.stale_stock = policy.stale_stock
        self.guards_everybody = bool(everybody)
        self.secures = self.guards_everybody or self.discounts_doubt or bool(self.stale_stock)
        self.plain = not by_channel and not policy.segments

    def paced(self, pace: Mapping[Sku, Floats], on: object) -> None:
        """Take other velocities, as of `on`; what was answered on the old ones is forgotten."""
        self.pace, self.paced_on = pace, on
        self._kept.clear()
        self._grants.clear()

    def safety(self, sku: Sku, category: str, pace: Floats | None = None) -> Kept:
        """Say what is kept from everybody. `pace`: float64[N], instead of what is known."""
        return self._first(self._everybody, sku, category, 0, pace)

    def has_rules_for(self, channel: ChannelId) -> bool:
        """Say whether any rule speaks of a channel."""
        return channel in self._by_channel

    def kept(self, channel: ChannelId, sku: Sku, category: str) -> Kept:
        """Say what is kept from a channel beside the safety."""
        numbers = self._by_channel.get(channel)
        if not numbers:
            return Kept(self.compiled.buffer(channel), NO_RULE)
        key = (channel, sku, category)
        found = self._kept.get(key)
        if found is None:
            buffer = self.compiled.buffer(channel)
            found = self._first(numbers, sku, category, buffer, None)
            _remember(self._kept, key, found)
        return found

    def grants(self, sku: Sku, category: str) -> tuple[Grant, ...]:
        """Say what each segment may count on, whatever the time; none that may count on nothing."""
        if not self.segments:
            return ()
        found = self._grants.get((sku, category))
        if found is None:
            found = self._granted(sku, category)
            _remember(self._grants, (sku, category), found)
        return found

    def _first(
        self, numbers: Sequence[int], sku: Sku, category: str, default: int, pace: Floats | None
    ) -> Kept:
        fitting = [n for n in numbers if self._tests[n].names(sku, category)]
        if not fitting:
            return Kept(default, NO_RULE)
        rules = [self.keep[n] for n in fitting]
        if any(_by_velocity(rule.match) or rule.days is not None for rule in rules):
            return self._decided(fitting, default, self._pace(sku) if pace is None else pace)
        key = (default, *fitting)
        if key not in self._patterns:
            self._patterns[key] = self._decided(fitting, default, None)
        return self._patterns[key]

    def _decided(self, fitting: Sequence[int], default: int, pace: Floats | None) -> Kept:
        count = len(self.compiled.network.nodes)
        if not count:
            return Kept(default, NO_RULE)
        units, rule = np.full(count, default, np.int64), np.full(count, NO_RULE, np.int64)
        for number in fitting:
            hit = self._tests[number].at(pace) & (rule == NO_RULE)
            units[hit] = _units(self.keep[number], pace, count)[hit]
            rule[hit] = number
        same = bool((units == units[0]).all()) and bool((rule == rule[0]).all())
        if same:
            return Kept(int(units[0]), int(rule[0]))
        units.setflags(write=False)
        return Kept(units, rule)

    def _granted(self, sku: Sku, category: str) -> tuple[Grant, ...]:
        """Skus that the same lines fit share their grants, but where velocity decides."""
        pairs = list(zip(self.segments, self._protect, strict=True))
        key = tuple(tuple(t.names(sku, category) for t in tests) for _, tests in pairs)
        lines = [each for segment in self.segments for each in segment.protect]
        paced = any(_by_velocity(each.match) for each in lines)
        if paced or key not in self._grant_patterns:
            made = [self._grant(segment, tests, sku, category) for segment, tests in pairs]
            found = tuple(grant for grant in made if grant is not None)
            if paced:
                return found
            self._grant_patterns[key] = found
        return self._grant_patterns[key]

    def _grant(
        self, segment: Segment, tests: Sequence["_Test"], sku: Sku, category: str
    ) -> Grant | None:
        count = len(self.compiled.network.nodes)
        units, share = np.zeros(count, np.int64), np.zeros(count, np.int64)
        undecided = np.ones(count, np.bool_)
        for test, protect in zip(tests, segment.protect, strict=True):
            if not test.names(sku, category):
                continue
            hit = test.at(self._pace(sku) if _by_velocity(protect.match) else None) & undecided
            units[hit], share[hit] = _granted(protect)
            undecided &= ~hit
        here = tuple(((units > 0) | (share > 0)).tolist())
        if not any(here):
            return None
        for array in (units, share):
            array.setflags(write=False)
        return Grant(segment, _audience(segment), units, share, here, bool(share.any()))

    def _pace(self, sku: Sku) -> Floats:
        found = self.pace.get(sku)
        return np.zeros(len(self.compiled.network.nodes)) if found is None else found


class _Test:
    """A match, made ready: names are sets, nodes are a mask."""

    def __init__(self, match: Match, compiled: Compiled) -> None:
        self._skus = None if match.skus is None else frozenset(match.skus)
        self._categories = None if match.categories is None else frozenset(match.categories)
        self._mask = _nodes(match, compiled)
        self._below, self._from = match.velocity_below, match.velocity_from

    def names(self, sku: Sku, category: str) -> bool:
        """Say whether a sku may be meant at all."""
        return (self._skus is None or sku in self._skus) and (
            self._categories is None or category in self._categories
        )

    def at(self, pace: Floats | None) -> Bools:
        """Give bool[N], at which nodes a sku that may be meant is meant."""
        mask = self._mask
        if pace is not None and self._below is not None:
            mask = mask & (pace < self._below)
        if pace is not None and self._from is not None:
            mask = mask & (pace >= self._from)
        return mask


def _nodes(match: Match, compiled: Compiled) -> Bools:
    nodes = compiled.network.nodes
    mask = np.ones(len(nodes), np.bool_)
    if match.node_kinds is not None:
        mask &= np.array([node.kind.value in match.node_kinds for node in nodes], np.bool_)
    if match.nodes is not None or match.node_groups is not None:
        named = set(map(NodeId, match.nodes or ()))
        for group in compiled.network.groups:
            if group.group_id in (match.node_groups or ()):
                named |= group.node_ids
        mask &= np.array([node.node_id in named for node in nodes], np.bool_)
    return mask


def _by_velocity(match: Match) -> bool:
    return match.velocity_below is not None or match.velocity_from is not None


def _units(rule: Keep, pace: Floats | None, count: int) -> Ints:
    if rule.days is None or pace is None:
        return np.full(count, rule.units or 0, np.int64)
    # Rounded first: 0.1 a day for 30 days is three units, not four.
    return np.ceil(np.round(pace * rule.days, 6)).astype(np.int64)


def _audience(segment: Segment) -> Audience:
    channels, classes = segment.channels, segment.customer_classes
    return Audience(
        None if channels is None else frozenset(map(ChannelId, channels)),
        None if classes is None else frozenset(classes),
    )


def _granted(protect: Protect) -> tuple[int, int]:
    return protect.units or 0, protect.share or 0


def _remember(answers: dict[K, A], key: K, answer: A) -> None:
    if len(answers) >= ANSWERS_KEPT_MAX:
        answers.clear()
    answers[key] = answer


def in_force(segment: Segment, at: datetime) -> bool:
    """Say whether a segment's protection holds at a moment: until its end."""
    return segment.until is None or at < segment.until
