"""A small market in which everybody wants the same few units, seeded by the house's own verbs.

    TEE at DC      8 there: claimed by orders P (packed), S (shipped) and N (no node works on it
                   yet), by a cart and by one whose time is over; one on display, two free, one of
                   which is protected for the channel `vip`
    TEE at STORE   3 there: one claimed by order R, whose work was rejected; one free
    CAP at DC      1 there, free, and orders W and V wait for it
    CAP at STORE   2 there, one of them damaged, both claimed, by order O and a cart: one is missing

and a purchase order, a transfer that is planned and one that is under way, a new policy whose
safety stands nowhere yet, beliefs about the store, and channels that are to be told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import databases
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.inventory import browse
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.model import FreeRow
from entrepot.inventory.states import TransferVerb
from entrepot.inventory.supply_model import NewSupply, SupplyKind
from entrepot.inventory.transit import NewTransfer, TripAsk
from entrepot.journey import procure, transfer
from entrepot.journey.keep_truth import begin_all
from entrepot.journey.publish import note
from entrepot.journey.stocktake import take_set_asides
from entrepot.journey.world import Market, World
from entrepot.orders.model import Backorder
from entrepot.plumbing import db, mint
from entrepot.plumbing.model import Event
from entrepot.terms.ids import NodeId, OrderId, Sku, TransferId
from entrepot.terms.outcome import Done
from entrepot.work.publication import Publisher
from journey import rules
from journey.cart_shop import Carts
from journey.shop import NEWARK, US, Shop
from proof.stepping import CLOCK, Stepped

TEE, CAP, SET = Sku("TEE"), Sku("CAP"), Sku("SET")
DC, STORE = NodeId("DC"), NodeId("STORE")

BASE = {"publication": [{"channel": "web", "coalesce_ms": 0}]}
NOW_IN_FORCE = BASE | {
    "keep": [{"match": {"nodes": ["DC"], "skus": ["TEE"]}, "units": 1}],
    "segments": [
        {
            "segment": "vip",
            "channels": ["vip"],
            "protect": [{"match": {"skus": ["TEE"]}, "units": 1}],
        }
    ],
    "truth_discount": {"at_least_probability": 0.9},
}


@dataclass(slots=True)
class Scarce:
    """What the commands need to know of the market."""

    at: datetime
    orders: dict[str, OrderId] = field(default_factory=dict)
    carts: dict[str, UUID] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    facts: dict[str, list[Event]] = field(default_factory=dict)


async def seed(pool: db.Pool) -> Scarce:
    """Lay the market into an empty database."""
    shop, made = Shop(pool), Scarce(mint.now())
    carts = Carts(shop)
    await shop.opens(TEE, CAP, SET={TEE: 1, CAP: 1})
    await rules.channel(shop, "vip")
    await shop.node(DC, capacity_per_day=50)
    await shop.node(STORE, NEWARK, kind="store", capacity_per_day=50)
    await rules.rules(shop, **BASE)
    await shop.count(STORE, TEE=3, CAP=2)
    made.orders["R"] = await shop.buy((TEE, 1), external_id="R")
    made.orders["O"] = await shop.buy((CAP, 1), external_id="O")
    made.carts["store"] = await carts.held((CAP, 1), ttl_s=3600, customer="store")
    made.orders["W"] = await shop.buy((CAP, 1), external_id="W", backorder=Backorder.ALLOW)
    await shop.count(DC, TEE=8)
    for name in "PS":
        made.orders[name] = await shop.buy((TEE, 1), external_id=name)
    await shop.turn()
    await _work_of_nodes(shop, made)
    await Publisher(pool, shop.world).turn()
    made.carts["live"] = await carts.held((TEE, 1), ttl_s=3600, customer="live")
    made.carts["old"] = await carts.held((TEE, 1), ttl_s=3600, customer="old")
    await carts.age(made.carts["old"], by=timedelta(hours=2))
    made.orders["N"] = await shop.buy((TEE, 1), external_id="N")
    made.orders["V"] = await shop.buy((CAP, 1), external_id="V", backorder=Backorder.ALLOW)
    await _supply(shop)
    await _set_aside(shop, TEE, DC, AsideReason.DISPLAY)
    await _set_aside(shop, CAP, STORE, AsideReason.DAMAGED)
    await shop.count(DC, CAP=1)
    await rules.rules(shop, **NOW_IN_FORCE)
    await _upkeep(shop)
    await shop.numbered()
    made.facts = await _facts(shop, made)
    made.at = mint.now()
    return made


async def _work_of_nodes(shop: Shop, made: Scarce) -> None:
    for name in "RPS":
        (made.works[name],) = await shop.works(made.orders[name])
    await shop.do(accept, made.works["R"])
    await shop.do(reject, made.works["R"], reason="cannot find it")
    for verb in (accept, pick, pack):
        await shop.do(verb, made.works["P"])
    await shop.ship(made.works["S"])


async def _supply(shop: Shop) -> None:
    market, at = await shop.world.market(US), mint.now()
    bought = NewSupply("PO", SupplyKind.PURCHASE, DC, at + timedelta(days=2), ((TEE, 2),))
    async with shop.pool.acquire() as conn, conn.transaction():
        done = await procure.announce(conn, market, bought, actor="buyer", at=at)
        assert isinstance(done, Done), done
        for name, ends in (("PLANNED", (DC, STORE)), ("SENT", (STORE, DC))):
            new = NewTransfer(TransferId(name), *ends, None, ((TEE, 1),))
            assert await transfer.plan_transfer(conn, market, new, actor="ann", at=at)
        ask = TripAsk(TransferId("SENT"), TransferVerb.SEND, "ann")
        trips = await transfer.carry(conn, market, [ask], at=at)
        assert isinstance(trips.answers[0], Done), trips


async def _set_aside(shop: Shop, sku: Sku, node: NodeId, reason: AsideReason) -> None:
    market = await shop.world.market(US)
    async with shop.pool.acquire() as conn, conn.transaction():
        await take_set_asides(conn, market, [SetAside(sku, node, reason, 1)], at=mint.now())


async def _upkeep(shop: Shop) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        assert await begin_all(conn, shop.world, US, at=mint.now())
        await conn.execute(  # of one belief only it is time to be brought up to date
            "UPDATE inventory.belief SET as_of = as_of + interval '3 days' WHERE sku = 'CAP'"
        )
    async with shop.pool.acquire() as conn, conn.transaction():
        assert await note(conn, await shop.world.market(US), at=mint.now())


async def _facts(shop: Shop, made: Scarce) -> dict[str, list[Event]]:
    """Sort out the facts that no step has followed yet, by what follows."""

    async def of(type_: str, order: str) -> list[Event]:
        return [e for e in await shop.events(type_) if e.order_id == made.orders[order]]

    return {
        "shipped": await of("fulfillment.shipped", "S"),
        "rejected": await of("fulfillment.rejected", "R"),
        "planned": await of("sourcing.planned", "N"),
        "captured": await of("order.captured", "V"),
        "shorted": (await shop.events("inventory.shorted"))[-1:],
        "supplied": (await shop.events("inventory.supplied"))[-1:],
    }


@dataclass(slots=True)
class Process:
    """A process that serves the market: its one connection, and what it knows of it."""

    conn: Stepped
    world: World
    free: Sequence[FreeRow] = ()
    owed: Mapping[Sku, int] = field(default_factory=dict)
    load: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    async def starts(cls, conn: Stepped) -> "Process":
        process = cls(conn, World(databases.OneConnection(conn), CLOCK.get))
        market = await process.world.market(US)
        process.free = await browse.free_by_sku(conn, US)
        process.owed, process.load = dict(market.stock.owed), dict(market.load)
        return process

    @property
    def pool(self) -> db.Pool:
        return databases.OneConnection(self.conn)

    async def market(self) -> Market:
        return await self.world.market(US)

    async def forgets(self) -> None:
        """Let it know what it knew when it had just started, and no more."""
        market = await self.market()
        market.stock.load(self.free)
        market.stock.load_drawn(())
        market.stock.owed = dict(self.owed)
        market.load = dict(self.load)
        market.terms = {}
        market.snapshots_kept = set()
