"""What a serving process knows of each market in memory: network, catalog, stock and days' work.

It is read at first use and kept fresh by polling; nothing is sold on its word alone.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from entrepot.catalog.view import CatalogView
from entrepot.inventory import browse as inventory
from entrepot.inventory import launch, velocity
from entrepot.inventory.keeping import Keeping
from entrepot.inventory.launch_model import Launch
from entrepot.inventory.supply_model import Terms
from entrepot.inventory.view import StockView
from entrepot.journey import learn_promises
from entrepot.network import read as network
from entrepot.network.compiled import Compiled, Days
from entrepot.network.model import Method, Network
from entrepot.plumbing import db
from entrepot.policies import browse as policies
from entrepot.policies.model import Policy
from entrepot.promise import performance, versions
from entrepot.promise.learning.learned import Learned
from entrepot.promise.model import Promise
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing import price_rows
from entrepot.sourcing.cost import Bools
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.guide import Guides
from entrepot.sourcing.model import ALL_WORK, DayKey, Prices
from entrepot.sourcing.price_table import unpack
from entrepot.sourcing.record import Scene
from entrepot.terms.ids import LaunchId, MarketId, NodeId, Sku, id_at

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=1)
"""A movement's id is taken before its transaction commits; reading so far back again finds those
that committed late. Positions are read as they are now, so that reading twice is harmless."""

Load = dict[tuple[int, int], int]
"""Fulfillment orders planned per (node index, day ordinal)."""


class Promises:
    """Promises made while the same working days hold; others forget them all."""

    def __init__(self) -> None:
        self._days: Days | None = None
        self._made: dict[Hashable, Promise | None] = {}

    def get(self, days: Days, key: Hashable) -> Promise | None:
        """Give what was promised under these days; None where nothing was yet."""
        return self._made.get(key) if days is self._days else None

    def put(self, days: Days, key: Hashable, promise: Promise | None) -> None:
        """Remember a promise."""
        if days is not self._days:
            self._days, self._made = days, {}
        self._made[key] = promise


@dataclass(frozen=True, slots=True)
class InUse:
    """What was learned, by its version and the moment up to which it remembers."""

    version: int
    as_of: datetime
    value: Learned


class Market:
    """One market as this process sees it."""

    def __init__(self, market: MarketId, compiled: Compiled, policy: Policy) -> None:
        self.id = market
        self.learn_rules(compiled, policy)
        self.catalog = CatalogView(market)
        self.stock = StockView(compiled.index)
        self.load: Load = {}
        self.services: dict[tuple[int, int, Method], int] = {}
        self.promises = Promises()
        self.learned: InUse | None = None
        self.terms: dict[Sku, Terms] = {}
        self.launches: Mapping[Sku, Launch] = {}
        self.lines: Mapping[LaunchId, Launch] = {}
        self.prices: Prices | None = None
        self.prices_of: date | None = None
        self.as_of: datetime | None = None
        self.snapshots_kept: set[int] = set()
        self.transit_version = 0

    @property
    def network(self) -> Network:
        """The network all of it was read at."""
        return self.compiled.network

    def learn_rules(self, compiled: Compiled, policy: Policy) -> None:
        """The network and the policy of one version were read."""
        self.compiled = compiled
        self.policy = policy
        self.keeping = Keeping(policy, compiled)
        profiles = policy.sourcing.profiles
        self.guides = Guides(policy.sourcing, compiled) if profiles else None

    def learn_terms(self, skus: Sequence[Sku], terms: Mapping[Sku, Terms]) -> bool:
        """Some skus' terms were read; answers whether they were other than believed."""
        changed = any(self.terms.get(sku) != terms.get(sku) for sku in skus)
        for sku in skus:
            self.terms.pop(sku, None)
        self.terms.update(terms)
        return changed

    def learn_launches(self, launches: Sequence[Launch]) -> bool:
        """The launches that have not ended were read; answers whether they were other than known.

        `launches` has them by sku, `lines` by name those that are sold by turns.
        """
        by_sku = {sku: launch for launch in launches for sku in launch.skus}
        changed = by_sku.keys() != self.launches.keys() or any(
            launch.version != self.launches[sku].version for sku, launch in by_sku.items()
        )
        self.launches = by_sku
        self.lines = {each.launch_id: each for each in launches if each.line is not None}
        return changed

    def category(self, sku: Sku) -> str:
        """An item's category; "" for one that is not known here."""
        made = self.catalog.items.get(sku)
        return made.category if made else ""

    def standing(self, at: datetime) -> Standing:
        """How the nodes stand at a moment, for a decision."""
        return Standing(self.compiled, self.compiled.days(at), self.load, self.services)

    def working(self, at: datetime) -> Bools:
        """Give bool[N], the nodes that are switched on and not paused."""
        paused = self.compiled.paused(at)
        return self.compiled.enabled if paused is None else self.compiled.enabled & ~paused

    def scene(self, at: datetime) -> Scene:
        """What a decision sees at a moment besides the stock."""
        return Scene(self.compiled, self.compiled.days(at), self.load, at, self.services)

    def limits(self, node: NodeId, day: date, method: str) -> dict[DayKey, int]:
        """The limits that one more fulfillment order of a method comes under on a node's day."""
        even = self.compiled.even_limits
        if node in even:
            limit = even[node]
            return {} if limit is None else {(node, day, ALL_WORK): limit}
        made = self.network.nodes[self.compiled.index[node]]
        found = {(node, day, ALL_WORK): made.limit_on(day)}
        found[node, day, method] = made.limit_on(day, Method(method))
        return {key: limit for key, limit in found.items() if limit is not None}

    def to_give_back(
        self, days: Iterable[tuple[NodeId, date, str]]
    ) -> tuple[list[DayKey], dict[DayKey, int]]:
        """The counters that work on these days came under, once for each time, and their limits."""
        limits = [self.limits(*day) for day in days]
        return [key for under in limits for key in under], {
            key: limit for under in limits for key, limit in under.items()
        }

    def day_with_room(self, ix: int, day: int, method: Method, ahead: Mapping[DayKey, int]) -> int:
        """Find a node's first working day from `day` on that is not full; the last looked at.

        `ahead` is what others are about to plan beside what is planned.
        """
        while self._is_full(ix, day, method, ahead):
            later = self.compiled.next_work_day(ix, day)
            if later < 0:
                break
            day = later
        return day

    def _is_full(self, ix: int, day: int, method: Method, ahead: Mapping[DayKey, int]) -> bool:
        limits = self.limits(self.network.nodes[ix].node_id, date.fromordinal(day), method)
        for key, limit in limits.items():
            all_work = self.load.get((ix, day), 0)
            planned = all_work if key[2] == ALL_WORK else self.services.get((ix, day, method), 0)
            if planned + ahead.get(key, 0) >= limit:
                return True
        return False

    def planned_on(self, key: DayKey, count: int) -> None:
        """So much is planned on a node's day now."""
        node, day, service = key
        ix, ordinal = self.compiled.index[node], day.toordinal()
        if service == ALL_WORK:
            self.load[ix, ordinal] = count
        else:
            self.services[ix, ordinal, Method(service)] = count


class World:
    """The markets this process has been asked about.

    `stock` False: no view of the stock is kept, for a process that reads rows before it plans.
    `plans` False: nor of what plans and promises are made of, for one that does neither.
    """

    def __init__(
        self,
        pool: db.Pool,
        clock: Callable[[], datetime],
        *,
        stock: bool = True,
        plans: bool = True,
    ) -> None:
        self._pool = pool
        self._stock = stock
        self._plans = plans
        self._clock = clock
        self._markets: dict[MarketId, Market] = {}
        self._locks: dict[MarketId, asyncio.Lock] = {}

    async def market(self, market: MarketId) -> Market:
        """Give a market, read whole at its first use."""
        known = self._markets.get(market)
        if known is not None:
            return known
        async with self._locks.setdefault(market, asyncio.Lock()):
            if market not in self._markets:
                self._markets[market] = await self._read(market)
        return self._markets[market]

    async def fresh(self, conn: db.Connection, market: MarketId) -> Market:
        """Give a market whose network is as new as the rows this connection sees.

        A fact may name a node that was put a moment before it, by another process.
        """
        known = await self.market(market)
        await self._read_network(conn, known)
        return known

    async def fresh_load(self, conn: db.Connection, known: Market) -> None:
        """Read what is planned on the nodes' days now, for whoever plans on rows."""
        await self._read_load(conn, known)

    async def refresh(self, market: MarketId, *, stock: bool = True) -> None:
        """Read what changed in a market since it was last read."""
        known = self._markets.get(market)
        if known is None:
            return
        async with self._locks.setdefault(market, asyncio.Lock()), self._pool.acquire() as conn:
            await self._read_network(conn, known)
            await known.catalog.refresh(conn, at=self._clock())
            if self._plans:
                known.learn_launches(await launch.live(conn, known.id))
                await self._read_prices(conn, known)
                await self._read_learned(conn, known)
            if stock and self._stock:
                await self._read_stock(conn, known)

    async def keep_fresh(self, every_s: float, stop: asyncio.Event) -> None:
        """Refresh every market again and again until `stop` is set."""
        while not stop.is_set():
            try:
                for market in list(self._markets):
                    await self.refresh(market)
            except db.UNREACHABLE as fault:
                log.warning("the view could not be refreshed: %r", fault)
            except Exception:
                log.exception("the view could not be refreshed")
            try:
                await asyncio.wait_for(stop.wait(), every_s)
            except TimeoutError:
                continue

    async def _read(self, market: MarketId) -> Market:
        async with self._pool.acquire() as conn:
            at = self._clock()
            value = await network.read(conn, market)
            _, policy = await policies.current(conn, market)
            learned = await _learned(conn, market, policy)
            made = Market(market, Compiled(value, learned.days), policy)
            made.transit_version = learned.version
            await made.catalog.refresh(conn, at=at)
            if self._stock:
                made.stock.load(await inventory.free_by_sku(conn, market))
                made.stock.owed = await inventory.owed(conn, market)
            if self._plans:
                made.learn_launches(await launch.live(conn, market))
                await self._read_keeping(conn, made)
                await self._read_load(conn, made)
                await self._read_prices(conn, made)
                await self._read_learned(conn, made)
            made.as_of = at
            return made

    async def _read_learned(self, conn: db.Connection, known: Market) -> None:
        """Load the version in force where it, or what it remembers, is another one than before.

        It is made ready in a thread of its own: orders do not wait for it.
        """
        force = await versions.in_force(conn, known.id)
        if force is None:
            known.learned = None
        elif known.learned is None or force != versions.InForce(
            known.learned.version, known.learned.as_of
        ):
            packed = await learn_promises.packed(conn, known.id, force.version, upto=force.as_of)
            if packed is not None:
                value = await asyncio.to_thread(learn_promises.unpacked, packed)
                known.learned = InUse(force.version, force.as_of, value)

    async def _read_network(self, conn: db.Connection, known: Market) -> None:
        if await network.version(conn, known.id) == known.network.version:
            if known.policy.learned_transit is not None:
                await self._read_transit(conn, known)
            return
        value = await network.read(conn, known.id)
        _, policy = await policies.current(conn, known.id)
        learned = await _learned(conn, known.id, policy)
        compiled, known.transit_version = Compiled(value, learned.days), learned.version
        before = set(known.compiled.index)
        known.stock.renumber(compiled.index)
        known.learn_rules(compiled, policy)
        known.prices = None  # they are by the nodes' places
        if not self._plans:
            return
        await self._read_prices(conn, known)
        await self._read_keeping(conn, known)
        if self._stock and set(compiled.index) - before:
            # A node that was unknown until now may have had stock all along.
            known.stock.load(await inventory.free_by_sku(conn, known.id))
        await self._read_load(conn, known)

    async def _read_transit(self, conn: db.Connection, known: Market) -> None:
        """Read again what lanes have shown, where there is a newer version of it."""
        if await performance.version(conn, known.id) != known.transit_version:
            learned = await _learned(conn, known.id, known.policy)
            known.compiled = Compiled(known.network, learned.days)
            known.transit_version = learned.version

    async def _read_stock(self, conn: db.Connection, known: Market) -> None:
        at = self._clock()
        since = id_at((known.as_of or at) - OVERLAP)
        known.stock.put(await inventory.free_since(conn, known.id, since))
        known.stock.owed = await inventory.owed(conn, known.id)
        await self._read_pace(conn, known)
        await self._read_load(conn, known)
        known.as_of = at

    async def _read_keeping(self, conn: db.Connection, known: Market) -> None:
        """Read what the rules depend on beside the network and the catalog."""
        if known.keeping.segments and self._stock:
            known.stock.load_drawn(await inventory.drawn_everywhere(conn, known.id))
        await self._read_pace(conn, known)

    async def _read_pace(self, conn: db.Connection, known: Market) -> None:
        """Read the velocities again where a day was counted since, and any rule asks for them."""
        keeping = known.keeping
        if keeping.by_velocity:
            day = await velocity.counted_to(conn, known.id)
            if day != keeping.paced_on:
                keeping.paced(await velocity.paces(conn, known.id, keeping, upto=day), day)

    async def _read_prices(self, conn: db.Connection, known: Market) -> None:
        """Read the newest prices where the policy looks ahead and they are not known yet.

        Of those that are known the ones of another day are taken when it has come.
        """
        if known.policy.look_ahead is None:
            known.prices = None
            return
        version, _ = await price_rows.newest(conn, known.id)
        today = self._clock().astimezone(UTC).date()
        if known.prices is not None and known.prices.version == version:
            if known.prices_of != today:
                known.prices, known.prices_of = known.prices.on(today), today
            return
        document = await price_rows.read(conn, known.id, version)
        made = unpack(document, version, known.compiled) if document else None
        known.prices, known.prices_of = made and made.on(today), today

    async def _read_load(self, conn: db.Connection, known: Market) -> None:
        yesterday = (self._clock() - timedelta(days=2)).date()
        index = known.compiled.index
        rows = await sourcing.node_days_from(conn, known.id, yesterday)
        known.load, known.services = {}, {}
        for row in rows:
            if row.node_id in index:
                known.planned_on((row.node_id, row.day, row.service), row.planned)


async def _learned(conn: db.Connection, market: MarketId, policy: Policy) -> performance.Table:
    """Read what lanes have shown, where the policy promises by it."""
    if policy.learned_transit is None:
        return performance.Table(0, [])
    return await performance.table(conn, market)
