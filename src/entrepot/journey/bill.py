"""Why so many? The itemized bill of what a channel may sell: at each node, from on hand down.

Every item takes at most what the ones before it have left, so that a bill always adds up: what is
on hand, less its items, is what is available. `asked` is there where an item would have taken more.
The rules are those of `offer` and of every plan, read off the same rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from entrepot.inventory import browse, protection, secure
from entrepot.inventory.keeping import NO_RULE, Grant, Kept
from entrepot.inventory.model import Position
from entrepot.journey import withhold
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import ChannelId, NodeId, Sku

POSITIONS_MAX = 2**31 - 1


class What(StrEnum):
    """What takes units off what is on hand, in the order in which they are taken."""

    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    SAFETY = "safety"
    KEPT_BACK = "kept_back"
    PROTECTED = "protected"
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True, slots=True)
class Item:
    """Units taken off. `rule` is a place in the policy (a JSON Pointer), `why` a reason or name."""

    what: What
    units: int
    asked: int
    why: str = ""
    rule: str = ""
    note: str = ""
    policy_version: int | None = None


@dataclass(frozen=True, slots=True)
class AtNode:
    """A node's part of the bill: `on_hand` less the items is `available`."""

    node: NodeId
    on_hand: int
    items: tuple[Item, ...]
    available: int


@dataclass(frozen=True, slots=True)
class Bill:
    """A stocked sku's bill: the nodes' available units less `owed` are `available`.

    `owed_in_all` units wait in the whole market; what cannot be sold by this channel anyway is
    counted for them first.
    """

    sku: Sku
    per_unit: int
    nodes: tuple[AtNode, ...]
    owed: int
    owed_in_all: int
    available: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A sku's answer: of a kit, as many as the scarcest of its parts allows."""

    sku: Sku
    available: int
    known: bool
    bills: tuple[Bill, ...]


@dataclass(slots=True)
class _Column:
    """A bill's column of figures: takes off what is left, and says how much that was."""

    left: int
    items: list[Item] = field(default_factory=list)

    def less(self, what: What, asked: int, **why: str | int) -> None:
        units = min(max(asked, 0), self.left)
        if asked > 0:
            self.items.append(Item(what, units, asked, **why))  # type: ignore[arg-type]
            self.left -= units


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
    for row in await browse.positions(
        conn, market.id, skus=stocked, node_id=None, after=("", ""), most=POSITIONS_MAX
    ):
        rows[row.sku].append(row)
    owed = await browse.owed(conn, market.id, stocked)
    sweep = await secure.sweep_of(conn, market.id)
    desk = _Desk(market, channel, sweep.policy_version if sweep else 0, at)
    bills = {sku: desk.bill(sku, rows[sku], owed.get(sku, 0)) for sku in stocked}
    return [_explained(sku, parts.get(sku), bills) for sku in skus]


def _explained(
    sku: Sku, made: Sequence[tuple[Sku, int]] | None, bills: Mapping[Sku, Bill]
) -> Explained:
    if made is None:
        return Explained(sku, 0, known=False, bills=())
    own = [_per_unit(bills[part], count) for part, count in made]
    available = min((bill.available // bill.per_unit for bill in own), default=0)
    return Explained(sku, available, known=True, bills=tuple(own))


def _per_unit(bill: Bill, count: int) -> Bill:
    return Bill(bill.sku, count, bill.nodes, bill.owed, bill.owed_in_all, bill.available)


class _Desk:
    """Writes bills for one channel of one market at one moment."""

    def __init__(
        self, market: Market, channel: ChannelId, swept_version: int, at: datetime
    ) -> None:
        self._market, self._channel, self._at = market, channel, at
        self._swept_version = swept_version
        self._mask = market.compiled.channel_mask(channel)

    def bill(self, sku: Sku, rows: Iterable[Position], owed: int) -> Bill:
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
        nodes, free = [], 0
        for row in rows:
            free += max(0, row.free)
            nodes.append(self._at_node(row, safety, kept, grants))
        available = sum(node.available for node in nodes)
        sellable = browse.sellable(available, free, owed)
        return Bill(sku, 1, tuple(nodes), available - sellable, owed, sellable)

    def _at_node(self, row: Position, safety: Kept, kept: Kept, grants: Sequence[Grant]) -> AtNode:
        column = _Column(row.on_hand)
        column.less(What.RESERVED, row.reserved)
        column.less(What.UNAVAILABLE, row.unavailable)
        index = self._market.compiled.index.get(row.node_id)
        self._safety(column, row, safety, index)
        if index is not None:
            self._kept(column, kept, index)
            drawn = protection.read(row.drawn)
            for grant in grants:
                if grant.here[index]:
                    guard = grant.guard(index, self._at)
                    left = protection.left(guard, row.free, drawn)
                    column.less(What.PROTECTED, left, why=guard.segment)
        for why in self._why_not(index):
            column.less(What.NOT_ELIGIBLE, column.left, why=why)
        return AtNode(row.node_id, row.on_hand, tuple(column.items), column.left)

    def _safety(self, column: _Column, row: Position, safety: Kept, index: int | None) -> None:
        """What stands in the row counts; the rule is named where it says the same."""
        rule = NO_RULE if index is None or safety.at(index) != row.safety else safety.rule_at(index)
        column.less(What.SAFETY, row.safety, policy_version=self._swept_version, **self._rule(rule))

    def _kept(self, column: _Column, kept: Kept, index: int) -> None:
        rule = kept.rule_at(index)
        named = {"why": "the channel's buffer"} if rule == NO_RULE else self._rule(rule)
        version = self._market.keeping.version
        column.less(What.KEPT_BACK, kept.at(index), policy_version=version, **named)

    def _rule(self, rule: int) -> dict[str, str]:
        if rule == NO_RULE:
            return {}
        return {"rule": f"/keep/{rule}", "note": self._market.keeping.keep[rule].note}

    def _why_not(self, index: int | None) -> Iterator[str]:
        compiled = self._market.compiled
        if index is None:
            yield "unknown_node"
        elif not compiled.enabled[index]:
            yield "disabled"
        elif self._mask is not None and not self._mask[index]:
            yield "not_in_channel"
