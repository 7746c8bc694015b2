"""Why so many? The itemized bill of what a channel may sell: at each node, from on hand down.

Each deduction takes at most what the ones before it have left, so that a bill always adds up: what
is on hand, less all of them, is what is available.
The rules are those of `offer` and of every plan, read off the same rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from entrepot.inventory import browse, protection, secure
from entrepot.inventory.buckets import NOTHING, Aside, AsideReason, by_position
from entrepot.inventory.keeping import NO_RULE, Grant, Ints, Kept
from entrepot.inventory.launch_model import NOT_ON_SALE
from entrepot.inventory.model import Position
from entrepot.inventory.protection import Guard
from entrepot.journey import withhold
from entrepot.journey.discount import Discounts, discounts
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import NodeId, Sku


class What(StrEnum):
    """What takes units off what is on hand, in the order in which they are taken."""

    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    NOT_ON_SALE = "not_on_sale"
    SAFETY = "safety"
    DOUBTFUL = "doubtful"
    STALE_FEED = "stale_feed"
    KEPT_BACK = "kept_back"
    PROTECTED = "protected"
    NOT_ELIGIBLE = "not_eligible"


class Deduction(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Units taken off; `what` as listed, in that order.

    `asked` is there where more would have been taken than was left; `rule` is a place in the
    policy of `policy_version` (a JSON Pointer); `why` a segment, a reason, a channel's buffer, or
    the launch that opens at `until`.
    """

    what: What
    units: int
    asked: int | None = None
    why: str | None = None
    rule: str | None = None
    note: str | None = None
    policy_version: int | None = None
    until: datetime | None = None


class NodeBill(msgspec.Struct, frozen=True, gc=False):
    """`on_hand` less the units of all `less` is `available`."""

    node: NodeId
    on_hand: int
    less: list[Deduction]
    available: int


class SkuBill(msgspec.Struct, frozen=True):
    """The sum of the nodes' `available`, less `owed`, is `available`: units of a stocked sku.

    `per_unit` go into one unit of the kit that was asked for. `owed_in_all` wait in the whole
    market; what this channel cannot sell anyway is counted for them first.
    """

    sku: Sku
    per_unit: int
    nodes: list[NodeBill]
    owed: int
    owed_in_all: int
    available: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A sku's answer: of a kit, as many as the scarcest of its parts allows."""

    sku: Sku
    available: int
    known: bool
    bills: list[SkuBill]


@dataclass(frozen=True, slots=True)
class Question:
    """Which skus, for whom."""

    buyer: Buyer
    skus: tuple[Sku, ...]


async def explained(
    conn: db.Connection, market: Market, questions: Sequence[Question], *, at: datetime
) -> list[list[Explained]]:
    """Answer every question, for each of its skus in order: six statements at most."""
    skus = {sku for question in questions for sku in question.skus}
    await market.catalog.fetch_missing(conn, skus)
    items = market.catalog.items
    parts = {
        sku: [(part.sku, part.quantity) for part in items[sku].parts] or [(sku, 1)]
        for sku in skus
        if sku in items
    }
    rows: dict[Sku, list[Position]] = {part: [] for made in parts.values() for part, _ in made}
    stocked = sorted(rows)
    for row in await browse.positions_of_skus(conn, market.id, stocked):
        rows[row.sku].append(row)
    owed = await browse.owed(conn, market.id, stocked)
    keys = [(row.sku, row.node_id) for sku in stocked for row in rows[sku]]
    off = await discounts(conn, market.id, market.keeping, keys)
    held = [(r.sku, r.node_id) for found in rows.values() for r in found if r.unavailable]
    asides = by_position(await browse.held_at(conn, market.id, held))
    sweep = await secure.sweep_of(conn, market.id)
    version = sweep.policy_version if sweep else 0
    buyers = {question.buyer for question in questions}
    desks = {buyer: _Desk(market, buyer, version, off, asides, at) for buyer in buyers}
    bills: dict[tuple[Buyer, Sku], SkuBill] = {}
    answers = []
    for question in questions:
        buyer, needed = question.buyer, [parts.get(sku, []) for sku in question.skus]
        for part in {part for made in needed for part, _ in made}:
            if (buyer, part) not in bills:
                bill = desks[buyer].bill(part, rows[part], owed.get(part, 0))
                bills[buyer, part] = bill
        own = {part: bill for (who, part), bill in bills.items() if who == buyer}
        answers.append([_explained(sku, parts.get(sku), own) for sku in question.skus])
    return answers


def _explained(
    sku: Sku, made: Sequence[tuple[Sku, int]] | None, bills: Mapping[Sku, SkuBill]
) -> Explained:
    if made is None:
        return Explained(sku, 0, known=False, bills=[])
    own = [msgspec.structs.replace(bills[part], per_unit=count) for part, count in made]
    available = min((bill.available // bill.per_unit for bill in own), default=0)
    return Explained(sku, available, known=True, bills=own)


_Rule = tuple[str | None, str | None]
"""A rule's place in the policy, and its note."""

_Asked = tuple[int, What, str | None, str | None, str | None, int | None]
"""What would be taken off, whatever is left: units, what, and a deduction's words."""

_PLAIN: Final = (None, None, None, None)
_NOTHING: Final = (0, What.NOT_ELIGIBLE, *_PLAIN)
_NOWHERE: Final = -1  # a node that the network does not know
_ALL: Final = 1 << 62  # all that is left


def _why_not(*, on: bool, works: bool) -> str:
    return "disabled" if not on else "not_in_channel" if works else "paused"


class _Desk:
    """Writes bills for one buyer of one market at one moment."""

    def __init__(
        self,
        market: Market,
        buyer: Buyer,
        swept_version: int,
        off: Discounts,
        asides: Mapping[tuple[Sku, NodeId], Aside],
        at: datetime,
    ) -> None:
        self._market, self._buyer, self._at = market, buyer, at
        self._asides = asides
        self._swept_version, self._off = swept_version, off
        compiled = market.compiled
        mask = compiled.channel_mask(buyer.channel)
        seen = compiled.enabled if mask is None else mask
        working = market.working(at)
        self._why_not = [
            None if works and view else _why_not(on=on, works=works)
            for on, works, view in zip(
                compiled.enabled.tolist(), working.tolist(), seen.tolist(), strict=True
            )
        ] + ["unknown_node"]  # where _NOWHERE looks
        rules = enumerate(market.keeping.keep)
        self._rules: dict[int, _Rule] = {n: (f"/keep/{n}", r.note or None) for n, r in rules}
        self._rules[NO_RULE] = (None, None)

    def bill(self, sku: Sku, rows: Sequence[Position], owed: int) -> SkuBill:
        """Write a sku's bill."""
        nodes = [
            NodeBill(row.node_id, row.on_hand, *_deducted(row.on_hand, asked))
            for row, asked in zip(rows, self._asked(sku, rows), strict=True)
        ]
        if sku in self._off.unopened:
            nodes = [_dated(node, self._off.unopened[sku].opens_at) for node in nodes]
        available = sum([node.available for node in nodes])
        sellable = browse.sellable(available, sum([max(0, row.free) for row in rows]), owed)
        return SkuBill(sku, 1, nodes, available - sellable, owed, sellable)

    def _asked(self, sku: Sku, rows: Sequence[Position]) -> Iterable[Iterable[_Asked]]:
        """Give per row what would be taken off there, in order; worked out column by column."""
        index, keeping = self._market.compiled.index, self._market.keeping
        category = self._market.category(sku)
        at = [index.get(row.node_id, _NOWHERE) for row in rows]
        columns: list[Iterable[_Asked]] = [
            [(row.reserved, What.RESERVED, *_PLAIN) for row in rows],
            *self._aside(rows),
            *self._unopened(sku, rows),
            *self._safety(rows, at, keeping.safety(sku, category)),
            self._kept(at, keeping.kept(self._buyer.channel, sku, category)),
        ]
        others = [
            grant
            for grant in withhold.grants_of(self._market, sku, self._at)
            if not grant.audience.has(self._buyer)
        ]
        columns += [self._protected(rows, at, grant) for grant in others]
        whys = [self._why_not[node] for node in at]
        columns.append([(_ALL, What.NOT_ELIGIBLE, w, *_PLAIN[1:]) if w else _NOTHING for w in whys])
        return zip(*columns, strict=True)

    def _aside(self, rows: Sequence[Position]) -> Iterable[list[_Asked]]:
        """What is not for sale, reason by reason; rows that were just changed, as a whole."""
        there = [self._asides.get((row.sku, row.node_id), NOTHING) for row in rows]
        there = [
            aside if sum(aside.values()) == row.unavailable else NOTHING
            for row, aside in zip(rows, there, strict=True)
        ]
        if any(row.unavailable and not aside for row, aside in zip(rows, there, strict=True)):
            yield [
                (0 if aside else row.unavailable, What.UNAVAILABLE, *_PLAIN)
                for row, aside in zip(rows, there, strict=True)
            ]
        for reason in AsideReason:
            if any(reason in aside for aside in there):
                yield [
                    (aside.get(reason, 0), What.UNAVAILABLE, reason.value, *_PLAIN[1:])
                    for aside in there
                ]

    def _unopened(self, sku: Sku, rows: Sequence[Position]) -> Iterable[list[_Asked]]:
        """All of what is not on sale yet, where the row says so."""
        launch = self._off.unopened.get(sku)
        if launch is not None:
            what = (_ALL, What.NOT_ON_SALE, launch.launch_id, *_PLAIN[1:])
            yield [what if row.safety == NOT_ON_SALE else _NOTHING for row in rows]

    def _safety(
        self, rows: Sequence[Position], at: Sequence[int], kept: Kept
    ) -> Iterable[list[_Asked]]:
        """What stands in the row counts; it is taken apart where the policy says the same."""
        version, rules, off = self._swept_version, self._rules, self._off
        units, numbers = _listed(kept.units, at), _listed(kept.rule, at)
        doubts = [off.doubtful.get((row.sku, row.node_id), 0) for row in rows]
        stales = [off.stale.get(row.node_id, 0) for row in rows]
        known = [
            u + doubt + stale == row.safety
            for row, u, doubt, stale in zip(rows, units, doubts, stales, strict=True)
        ]
        told = zip(rows, units, numbers, known, strict=True)
        yield [
            (
                u if same else row.safety % NOT_ON_SALE, What.SAFETY, None,
                *rules[n if same else NO_RULE], version,
            )
            for row, u, n, same in told
        ]  # fmt: skip
        for what, rule, column in (
            (What.DOUBTFUL, "/truth_discount", doubts), (What.STALE_FEED, "/stale_stock", stales),
        ):  # fmt: skip
            if any(column):
                yield [
                    (n if same else 0, what, None, rule, None, version)
                    for n, same in zip(column, known, strict=True)
                ]

    def _kept(self, at: Sequence[int], kept: Kept) -> list[_Asked]:
        version, rules = self._market.keeping.version, self._rules
        told = {n: ("the channel's buffer" if n == NO_RULE else None, *rules[n]) for n in rules}
        return [
            (0 if n == _NOWHERE else u, What.KEPT_BACK, *told[rule], version)
            for n, u, rule in zip(at, _listed(kept.units, at), _listed(kept.rule, at), strict=True)
        ]

    def _protected(self, rows: Sequence[Position], at: Sequence[int], grant: Grant) -> list[_Asked]:
        name, leave = grant.segment.segment, grant.leave(self._at)
        units, share = grant.units.tolist(), grant.share.tolist()
        return [
            (
                protection.left(
                    Guard(name, units[n], share[n], leave), row.free, protection.read(row.drawn)
                ),
                What.PROTECTED, name, *_PLAIN[1:],
            )
            if n != _NOWHERE and grant.here[n]
            else _NOTHING
            for row, n in zip(rows, at, strict=True)
        ]  # fmt: skip


def _dated(node: NodeBill, until: datetime) -> NodeBill:
    """Say of what is not on sale until when."""
    less = [
        msgspec.structs.replace(each, until=until) if each.what is What.NOT_ON_SALE else each
        for each in node.less
    ]
    return msgspec.structs.replace(node, less=less)


def _deducted(left: int, asked: Iterable[_Asked]) -> tuple[list[Deduction], int]:
    """Take off what is asked, as far as it goes; gives the deductions and what is left."""
    less = []
    for units, what, why, rule, note, version in asked:
        if units <= 0 or (units == _ALL and not left):
            continue
        if units > left:
            more = None if units == _ALL else units
            less.append(Deduction(what, left, more, why, rule, note, version))
            left = 0
        else:
            less.append(Deduction(what, units, None, why, rule, note, version))
            left -= units
    return less, left


def _listed(values: int | Ints, at: Sequence[int]) -> list[int]:
    """Give what is said of each of some nodes; of no node whatever is said of the last."""
    if isinstance(values, int):
        return [values] * len(at)
    every: list[int] = values.tolist()
    return [every[n] for n in at]
