"""Vet a policy before it is published: every name in its rules must be known, and every rule whole.

A name that nobody knows would be a rule that never fits, and nobody would be told.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from entrepot.catalog import browse as catalog
from entrepot.network import browse as network
from entrepot.plumbing import db
from entrepot.policies.flaws import Flaw, sourcing_flaws
from entrepot.policies.keeping import Keep, Match, Protect, Segment
from entrepot.policies.model import Policy
from entrepot.terms.ids import MarketId, Sku


@dataclass(slots=True)
class Names:
    """Names by what they name, each with the places it stands at."""

    at: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def note(self, kind: str, names: Iterable[str] | None, pointer: str) -> None:
        """Remember where names stand."""
        for place, name in enumerate(names or ()):
            self.at.setdefault(kind, {}).setdefault(name, []).append(f"{pointer}/{place}")

    def note_one(self, kind: str, name: str, pointer: str) -> None:
        """Remember where a name stands alone."""
        self.at.setdefault(kind, {}).setdefault(name, []).append(pointer)

    def note_keys(self, kind: str, names: Iterable[str] | None, pointer: str) -> None:
        """Remember where names stand that are keys of an object."""
        for name in names or ():
            escaped = name.replace("~", "~0").replace("/", "~1")
            self.at.setdefault(kind, {}).setdefault(name, []).append(f"{pointer}/{escaped}")

    def of(self, kind: str) -> list[str]:
        """Give the names of a kind."""
        return list(self.at.get(kind, ()))


async def vet(conn: db.Connection, market: MarketId, policy: Policy) -> list[Flaw]:
    """Give what is wrong with a policy, in the order of its text; nothing where it may be used."""
    flaws = [*_flaws(policy), *sourcing_flaws(policy.sourcing)]
    names = _names(policy)
    known: dict[str, Collection[str]] = {
        "node": await network.known_nodes(conn, market, names.of("node")),
        "node group": await network.known_groups(conn, market, names.of("node group")),
        "channel": await network.known_channels(conn, market, names.of("channel")),
        "category": await catalog.known_categories(conn, market, names.of("category")),
        "sku": await catalog.categories(conn, market, set(map(Sku, names.of("sku")))),
    }
    for kind, places in names.at.items():
        for name, pointers in places.items():
            if name not in known[kind]:
                flaws += [Flaw(pointer, f"there is no {kind} {name}") for pointer in pointers]
    return sorted(flaws, key=lambda flaw: [_key(part) for part in flaw.pointer.split("/")])


def _key(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdigit() else (-1, part)


def _names(policy: Policy) -> Names:
    names = Names()
    for at, rule in enumerate(policy.keep):
        _note(names, rule.match, f"/keep/{at}/match")
    for at, each in enumerate(policy.publication):
        names.note_one("channel", each.channel, f"/publication/{at}/channel")
    _note_sourcing(names, policy)
    for at, claim in enumerate(policy.claiming):
        names.note("channel", claim.channels, f"/claiming/{at}/channels")
    for at, segment in enumerate(policy.segments):
        names.note("channel", segment.channels, f"/segments/{at}/channels")
        for place, protect in enumerate(segment.protect):
            _note(names, protect.match, f"/segments/{at}/protect/{place}/match")
    return names


def _note_sourcing(names: Names, policy: Policy) -> None:
    for at, profile in enumerate(policy.sourcing.profiles):
        for place, strategy in enumerate(profile.strategies):
            pointer = f"/sourcing/profiles/{at}/strategies/{place}"
            limits = strategy.limits
            names.note("node", limits.nodes, f"{pointer}/limits/nodes")
            names.note("node group", limits.node_groups, f"{pointer}/limits/node_groups")
            for n, fence in enumerate(strategy.fences):
                names.note("node", fence.nodes, f"{pointer}/fences/{n}/nodes")
                names.note("node group", fence.node_groups, f"{pointer}/fences/{n}/node_groups")
            for n, rating in enumerate(strategy.ratings):
                names.note_keys("node", rating.by_node, f"{pointer}/ratings/{n}/by_node")
                names.note_keys("node group", rating.by_group, f"{pointer}/ratings/{n}/by_group")


def _note(names: Names, match: Match, pointer: str) -> None:
    names.note("sku", match.skus, f"{pointer}/skus")
    names.note("category", match.categories, f"{pointer}/categories")
    names.note("node", match.nodes, f"{pointer}/nodes")
    names.note("node group", match.node_groups, f"{pointer}/node_groups")
    names.note("channel", match.channels, f"{pointer}/channels")


def _flaws(policy: Policy) -> Iterator[Flaw]:
    for at, rule in enumerate(policy.keep):
        yield from _of_rule(rule, f"/keep/{at}")
    yield from _told_twice(policy)
    seen: dict[str, str] = {}
    owners: dict[str, str] = {}
    for at, segment in enumerate(policy.segments):
        pointer = f"/segments/{at}"
        if segment.segment in seen:
            yield Flaw(f"{pointer}/segment", f"{segment.segment} comes more than once")
        seen[segment.segment] = pointer
        plain = segment.customer_classes is None  # who is in several draws on the first
        for place, channel in enumerate((segment.channels or ()) if plain else ()):
            owner = owners.setdefault(channel, segment.segment)
            if owner != segment.segment:
                yield Flaw(f"{pointer}/channels/{place}", f"{channel} is in segment {owner}")
        yield from _of_segment(segment, pointer)


def _told_twice(policy: Policy) -> Iterator[Flaw]:
    said: set[str] = set()
    for at, rule in enumerate(policy.publication):
        if rule.channel in said:
            detail = f"{rule.channel} has a rule already"
            yield Flaw(f"/publication/{at}/channel", detail)
        said.add(rule.channel)


def _of_rule(rule: Keep, pointer: str) -> Iterator[Flaw]:
    if (rule.units is None) == (rule.days is None):
        yield Flaw(pointer, "say units, or days, and not both")
    yield from _of_match(rule.match, f"{pointer}/match")


def _of_match(match: Match, pointer: str) -> Iterator[Flaw]:
    low, below = match.velocity_from, match.velocity_below
    if low is not None and below is not None and low >= below:
        yield Flaw(f"{pointer}/velocity_from", "is not less than velocity_below")


def _of_segment(segment: Segment, pointer: str) -> Iterator[Flaw]:
    if segment.channels is None and segment.customer_classes is None:
        yield Flaw(pointer, "say channels, or customer_classes, or both")
    for place, protect in enumerate(segment.protect):
        yield from _of_protect(protect, f"{pointer}/protect/{place}")
    borrow = segment.borrow
    if borrow is not None and borrow.hours_before_end is not None and segment.until is None:
        yield Flaw(f"{pointer}/borrow/hours_before_end", "needs until, the segment's end")


def _of_protect(protect: Protect, pointer: str) -> Iterator[Flaw]:
    if (protect.units is None) == (protect.share is None):
        yield Flaw(pointer, "say units, or share, and not both")
    if protect.match.channels is not None:
        yield Flaw(f"{pointer}/match/channels", "the segment says for which channels it is")
    yield from _of_match(protect.match, f"{pointer}/match")
