"""What a replay reads once for many of its steps: networks and policies as they were."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from entrepot.catalog.view import CatalogView
from entrepot.inventory import velocity
from entrepot.inventory.keeping import Keeping
from entrepot.journey.guided import Ruled
from entrepot.network import snapshot
from entrepot.network.compiled import Compiled
from entrepot.network.compose import under
from entrepot.network.model import PolicyRow
from entrepot.plumbing import db
from entrepot.policies import browse as policies
from entrepot.policies.keeping import Keep as KeepRule
from entrepot.policies.model import Policy, policy_of
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing.guide import Guides
from entrepot.sourcing.unfold import KeptKey, Unfolded
from entrepot.sourcing.withhold import Keep
from entrepot.terms.ids import MarketId, Sku

NETWORKS_KEPT_MAX: Final = 8
"""Versions of the network held ready: history asks for them in the order of time."""

DECISIONS_AT_ONCE: Final = 512
"""So many decisions of one commit: half a second of work, after which it need not be done again."""

RECORDS_AT_ONCE_MAX: Final = 256

TRIED: Final = -1
"""The policy version that a tried document goes by: none that is in force."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A policy that is only tried: its strategies, and the catalog they may look at."""

    guides: Guides
    catalog: CatalogView

    def category(self, sku: Sku) -> str:
        """An item's category; "" for one that is not known."""
        made = self.catalog.items.get(sku)
        return made.category if made else ""


@dataclass(slots=True)
class Reader:
    """What is read once for many steps: networks by version, the catalog, the tried policy.

    `decisions` are about so many as one commit makes.
    """

    market: MarketId
    catalog: CatalogView = field(init=False)
    decisions: int = DECISIONS_AT_ONCE
    at_once: int = 8
    _networks: OrderedDict[tuple[int, str], Compiled] = field(default_factory=OrderedDict)
    _policies: dict[int, Policy] = field(default_factory=dict)
    _tried: dict[tuple[int, int, str], "Tried"] = field(default_factory=dict)
    _keepings: dict[tuple[int, str], Keeping] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.catalog = CatalogView(self.market)

    def made(self, decisions: int) -> None:
        """A step made so many decisions: read so many records next that it will be as it should."""
        if decisions < self.decisions // 2:
            self.at_once = min(self.at_once * 2, RECORDS_AT_ONCE_MAX)
        elif decisions > self.decisions * 2:
            self.at_once = max(self.at_once // 2, 1)

    async def network(self, conn: db.Connection, version: int) -> Compiled:
        """Give a network as it was; LookupError where no snapshot of it is kept."""
        if (version, "") not in self._networks:
            packed = await sourcing.snapshot(conn, self.market, version)
            if packed is None:
                raise LookupError(f"no snapshot of network version {version} is kept")
            self._hold((version, ""), Compiled(snapshot.unpack(packed)))
        return self._networks[version, ""]

    def tried(self, compiled: Compiled, digest: str, document: str) -> Compiled:
        """Give the same network under the policy that is tried."""
        key = (compiled.network.version, digest)
        if key not in self._networks:
            row = PolicyRow(TRIED, document)
            self._hold(key, Compiled(under(compiled.network, row)))
        return self._networks[key]

    async def policy(self, conn: db.Connection, version: int) -> Policy:
        """Give a policy that was in force; the defaults where none of the version is known."""
        if version not in self._policies:
            self._policies[version] = await version_of(conn, self.market, version) or Policy()
        return self._policies[version]

    async def keeping(
        self, conn: db.Connection, compiled: Compiled, policy: Policy, digest: str
    ) -> Keeping:
        """Give a policy's rules of what is kept back, for a network; velocities are today's."""
        key = (compiled.network.version, digest)
        if key not in self._keepings:
            self._keepings.clear()
            made = Keeping(policy, compiled)
            if made.by_velocity:
                day = await velocity.counted_to(conn, self.market)
                made.paced(await velocity.paces(conn, self.market, made, upto=day), day)
            self._keepings[key] = made
        return self._keepings[key]

    async def kept(
        self, conn: db.Connection, batch: Unfolded, tried: Policy, digest: str
    ) -> Mapping[KeptKey, Keep] | None:
        """Give what a tried policy keeps from channels, if it says otherwise than the one of then.

        None: what was kept then. So it is too where segments are in play: what they had drawn by
        then is not known.
        """
        compiled = batch.scene.compiled
        then = await self.policy(conn, compiled.network.costs.policy_version)
        if by_channel(then) == by_channel(tried) or then.segments or tried.segments:
            return None
        keeping = await self.keeping(conn, compiled, tried, digest)
        if keeping.by_category:
            await self.catalog.fetch_missing(conn, batch.stock.free)
        items = self.catalog.items
        return {
            (ask.channel, want.sku): keeping.kept(
                ask.channel, want.sku, items[want.sku].category if want.sku in items else ""
            ).units
            for ask in batch.asks
            for want in ask.wants
        }

    async def ruled(
        self, conn: db.Connection, batch: Unfolded, tried: Policy, digest: str, on: Compiled
    ) -> Ruled | None:
        """Give a tried policy's strategies, ready for a network; None where it has none."""
        if not tried.sourcing.profiles:
            return None
        await self.catalog.fetch_missing(conn, batch.stock.free)
        key = (on.network.version, batch.scene.compiled.network.version, digest)
        if key not in self._tried:
            if len(self._tried) >= NETWORKS_KEPT_MAX:
                self._tried.clear()
            self._tried[key] = Tried(Guides(tried.sourcing, on), self.catalog)
        return self._tried[key]

    def _hold(self, key: tuple[int, str], compiled: Compiled) -> None:
        self._networks[key] = compiled
        while len(self._networks) > 2 * NETWORKS_KEPT_MAX:
            self._networks.popitem(last=False)


async def version_of(conn: db.Connection, market: MarketId, number: int) -> Policy | None:
    """Read a version of the market's policy, whatever its state; None where there is none."""
    found = await policies.version(conn, market, number)
    return None if found is None else policy_of(found.document)


def digest_of(policy: Policy) -> str:
    """Name a document by what it says, every default spelled out: the SHA-256 of its JSON."""
    return sha256(db.json_text(policy).encode()).hexdigest()


def by_channel(policy: Policy) -> tuple[KeepRule, ...]:
    """Give a policy's rules of what single channels leave."""
    return tuple([rule for rule in policy.keep if rule.match.channels is not None])


def safety(policy: Policy) -> tuple[KeepRule, ...]:
    """Give a policy's rules of what everybody leaves."""
    return tuple([rule for rule in policy.keep if rule.match.channels is None])
