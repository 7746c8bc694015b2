"""Why so many? The itemized bill of what a channel may sell: at each node, from on hand down.

Each deduction takes at most what the ones before it have left, so that a bill always adds up: what
is on hand, less all of them, is what is available.
The rules are those of `offer` and of every plan, read off the same rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from entrepot.inventory import browse, protection, secure
from entrepot.inventory.keeping import NO_RULE, Grant, Kept
from entrepot.inventory.model import Position
from entrepot.journey import withhold
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import ChannelId, NodeId, Sku


class What(StrEnum):
    """What takes units off what is on hand, in the order in which they are taken."""

    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    SAFETY = "safety"
    KEPT_BACK = "kept_back"
    PROTECTED = "protected"
    NOT_ELIGIBLE = "not_eligible"


class Deduction(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Units taken off: `what` is reserved, unavailable, safety, kept_back, protected, not_eligible.

    `asked` is there where more would have been taken than was left; `rule` is a place in the
    policy of `policy_version` (a JSON Pointer); `why` a segment, a reason, or a channel's buffer.
    """

    what: What
    units: int
    asked: int | None = None
    why: str | None = None
    rule: str | None = None
    note: str | None = None
    policy_version: int | None = None


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


async def explained(
    conn: db.Connection, market: Market, channel: ChannelId, skus: Sequence[Sku], *, at: datetime
) -> list[Explained]:
    """Answer for each sku, in order: three statements, however many there are."""
    await market.catalog.fetch_missing(conn, skus)
    items = market.catalog.items
    parts = {
        sku: [(part.sku, part.quantity) for part in items[sku].parts] or [(sku, 1)]
        for sku in skus
        if sku in items
    }
    stocked = sorted({part for made in parts.values() for part, _ in made})
    rows: dict[Sku, list[Position]] = {sku: [] for sku in stocked}
    for row in await browse.positions_of_skus(conn, market.id, stocked):
        rows[row.sku].append(row)
    owed = await browse.owed(conn, market.id, stocked)
    sweep = await secure.sweep_of(conn, market.id)
    desk = _Desk(market, channel, sweep.policy_version if sweep else 0, at)
    bills = {sku: desk.bill(sku, rows[sku], owed.get(sku, 0)) for sku in stocked}
    return [_explained(sku, parts.get(sku), bills) for sku in skus]


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


class _Desk:
    """Writes bills for one channel of one market at one moment."""

    def __init__(
        self, market: Market, channel: ChannelId, swept_version: int, at: datetime
    ) -> None:
        self._market, self._channel, self._at = market, channel, at
        self._swept_version = swept_version
        compiled = market.compiled
        mask = compiled.channel_mask(channel)
        seen = compiled.enabled if mask is None else mask
        self._why_not = [
            None if on and view else "not_in_channel" if on else "disabled"
            for on, view in zip(compiled.enabled.tolist(), seen.tolist(), strict=True)
        ]
        rules = enumerate(market.keeping.keep)
        self._rules: dict[int, _Rule] = {n: (f"/keep/{n}", r.note or None) for n, r in rules}
        self._rules[NO_RULE] = (None, None)

    def bill(self, sku: Sku, rows: Iterable[Position], owed: int) -> SkuBill:
        """Write a sku's bill."""
        market = self._market
        category = market.category(sku)
        safety = market.keeping.safety(sku, category)
        kept = market.keeping.kept(self._channel, sku, category)
        grants = [
            grant
            for grant in withhold.grants_of(market, sku, self._at)
            if self._channel not in grant.channels
        ]
        nodes, free, index = [], 0, market.compiled.index
        for row in rows:
            free += max(0, row.free)
            less: list[Deduction] = []
            left = _less(less, row.on_hand, row.reserved, What.RESERVED)
            left = _less(less, left, row.unavailable, What.UNAVAILABLE)
            node = index.get(row.node_id)
            left = self._safety(less, left, row, safety, node)
            if node is not None:
                left = self._withheld(less, left, row, kept, grants, node)
            why = "unknown_node" if node is None else self._why_not[node]
            if why is not None:
                left = _less(less, left, left, What.NOT_ELIGIBLE, why)
            nodes.append(NodeBill(row.node_id, row.on_hand, less, left))
        available = sum([node.available for node in nodes])
        sellable = browse.sellable(available, free, owed)
        return SkuBill(sku, 1, nodes, available - sellable, owed, sellable)

    def _safety(
        self, less: list[Deduction], left: int, row: Position, safety: Kept, node: int | None
    ) -> int:
        """What stands in the row counts; the rule is named where it says the same."""
        if not row.safety:
            return left
        says_so = node is not None and safety.at(node) == row.safety
        rule = safety.rule_at(node) if node is not None and says_so else NO_RULE
        named = self._rules[rule]
        return _less(less, left, row.safety, What.SAFETY, None, *named, self._swept_version)

    def _withheld(
        self,
        less: list[Deduction],
        left: int,
        row: Position,
        kept: Kept,
        grants: Sequence[Grant],
        node: int,
    ) -> int:
        keep = kept.at(node)
        if keep:
            rule = kept.rule_at(node)
            why = "the channel's buffer" if rule == NO_RULE else None
            version = self._market.keeping.version
            left = _less(less, left, keep, What.KEPT_BACK, why, *self._rules[rule], version)
        for grant in grants:
            if grant.here[node]:
                guard = grant.guard(node, self._at)
                units = protection.left(guard, row.free, protection.read(row.drawn))
                left = _less(less, left, units, What.PROTECTED, guard.segment)
        return left


def _less(  # noqa: PLR0913, PLR0917 - a deduction's columns
    less: list[Deduction],
    left: int,
    asked: int,
    what: What,
    why: str | None = None,
    rule: str | None = None,
    note: str | None = None,
    version: int | None = None,
) -> int:
    """Take units off what is left, as far as they go; gives what is left then."""
    if asked <= 0:
        return left
    units = min(asked, left)
    more = None if units == asked else asked
    less.append(Deduction(what, units, more, why, rule, note, version))
    return left - units
