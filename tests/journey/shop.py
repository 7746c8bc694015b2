"""A whole market in a database of the test's own, driven by the house's own verbs.

`Shop` puts items, nodes and stock, places orders in batches, lets the journey run until nothing is
left to do, and looks at what stands afterwards.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec

from entrepot.catalog.model import Item, Part
from entrepot.catalog.upsert import upsert
from entrepot.fulfillment import tell
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Acted, Ask, Packed, Work
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.ship import ship
from entrepot.inventory import browse as inventory
from entrepot.inventory.model import Count, Delta, Demand, MovementKind, RowResult
from entrepot.journey.cancel import Canceled, Wish, cancel
from entrepot.journey.place import place
from entrepot.journey.placing import NotTaken, Placed, Placing, Taken
from entrepot.journey.progress import Standing, standings
from entrepot.journey.stocktake import take_counts, take_movements
from entrepot.journey.world import World
from entrepot.network.model import ChannelRow, NodeRow
from entrepot.network.open import open_market
from entrepot.network.upsert import upsert_channels, upsert_nodes
from entrepot.orders.model import Address, NewLine, NewOrder
from entrepot.plumbing import db, exceptions, mint, outbox
from entrepot.plumbing.idempotency import Key
from entrepot.plumbing.model import Event, Trouble
from entrepot.plumbing.relay import events_after, relay
from entrepot.terms.ids import ChannelId, LineNo, MarketId, NodeId, OrderId, Sku
from entrepot.terms.outcome import Done
from entrepot.work.journey import Runner
from entrepot.work.lookout import look, times
from entrepot.work.timers import sweep

US = MarketId("US")
AUSTIN = '{"country":"US","postal_code":"78701","region":"TX"}'
NEWARK = '{"country":"US","postal_code":"07102","region":"NJ"}'
HOME = Address(postal_code="78701", country="US", region="TX")
TO_SHIPPED = (accept, pick, pack, ship)


def order(*lines: tuple[str, int], external_id: str = "1", **changes) -> NewOrder:
    """Write an order of (sku, units) that is right in itself, to be shipped to Austin."""
    some = {
        "channel": "web", "external_id": external_id, "placed_at": mint.now(), "currency": "USD",
        "ship_to": HOME,
        "lines": [NewLine(sku=sku, quantity=units, unit_price=1999) for sku, units in lines],
    }  # fmt: skip
    return NewOrder(**some | changes)


def placing(asked: NewOrder, key: str | None = None, **changes) -> Placing:
    """Ask for an order to be placed, by the till, under a key or none."""
    content = msgspec.json.encode(msgspec.structs.replace(asked, placed_at=None))
    digest = hashlib.blake2b(content, digest_size=16).digest()
    return Placing(asked, digest, "till", Key("till", key, digest) if key else None, **changes)


def taken(answer: Placed) -> OrderId:
    """Give the id of an order that was taken."""
    assert isinstance(answer, Taken), answer
    return OrderId(answer.order_id)


def not_taken(answer: Placed) -> tuple[str, list[str]]:
    """Say why an order was not taken, and which fields are at fault."""
    assert isinstance(answer, NotTaken), answer
    return answer.why.value, [fault.pointer for fault in answer.faults]


class Shop:
    """One market, `US`, whose channel `web` sells from every node."""

    def __init__(self, pool: db.Pool) -> None:
        self.pool = pool
        self.world = World(pool, mint.now)
        self.runner = Runner(pool, self.world, 0)

    # What is there before anything happens.

    async def opens(self, *skus: str, **kits: dict[str, int]) -> None:
        """Sell these items, and kits of them."""
        items = [Item(Sku(sku), sku, weight_g=500) for sku in skus]
        items += [
            Item(Sku(sku), sku, components=tuple(Part(Sku(s), q) for s, q in sorted(parts.items())))
            for sku, parts in kits.items()
        ]
        async with self.pool.acquire() as conn, conn.transaction():
            await open_market(conn, US)
            await upsert(conn, US, items, at=mint.now())
            await upsert_channels(
                conn, US, [ChannelRow(ChannelId("web"), "Web", None, None, None, None, 0)]
            )

    async def node(self, name: str, address: str = AUSTIN, **changes) -> None:
        """Open a node that ships, for nothing and at any time."""
        row = NodeRow(
            NodeId(name), name, "dc", address, "America/Chicago", None, None, None, ["ship"], 0,
            enabled=True,
        )  # fmt: skip
        async with self.pool.acquire() as conn, conn.transaction():
            await upsert_nodes(conn, US, [replace(row, **changes)])
        await self.world.refresh(US)

    async def count(self, node: str, **units: int) -> list[RowResult]:
        """Count units of skus at a node, now."""
        at = mint.now()
        rows = [Count(Sku(s), NodeId(node), q, "wms", None, at) for s, q in units.items()]
        market = await self.world.market(US)
        async with self.pool.acquire() as conn, conn.transaction():
            booked = await take_counts(conn, market, rows, at=at)
        market.stock.put(booked.free)
        return booked.results

    async def receive(self, node: str, **units: int) -> list[RowResult]:
        """Let units of skus come in at a node."""
        kind = MovementKind.RECEIPT
        rows = [Delta(kind, Sku(s), NodeId(node), q) for s, q in units.items()]
        market = await self.world.market(US)
        async with self.pool.acquire() as conn, conn.transaction():
            booked = await take_movements(conn, market, rows, at=mint.now())
        market.stock.put(booked.free)
        return booked.results

    # What people do.

    async def place(self, *placings: Placing) -> list[Placed]:
        """Place a batch."""
        return await place(self.pool, self.world, US, placings)

    async def buy(self, *lines: tuple[str, int], **changes) -> OrderId:
        """Place one order that is taken."""
        return taken((await self.place(placing(order(*lines, **changes))))[0])

    async def cancel(
        self, order_id: OrderId, *wishes: tuple[int, int | None], reason: str = "changed my mind"
    ) -> Canceled:
        """Cancel (line, units), or all of an order."""
        asked = [Wish(LineNo(line), units) for line, units in wishes] or None

        market = await self.world.market(US)

        async def work(conn: db.Connection) -> Canceled:
            return await cancel(
                conn, market, order_id, asked, actor="kim", reason=reason, at=mint.now()
            )

        answer = await db.in_transaction(self.pool, work)
        if isinstance(answer, Done):
            market.stock.give_back(answer.value.freed)
        return answer

    async def do(self, verb, work: Work, **told) -> Acted:
        """Take a step of a node's work; it must be allowed."""
        async with self.pool.acquire() as conn, conn.transaction():
            return await self.step(conn, verb, work, **told)

    async def step(self, conn: db.Connection, verb, work: Work, **told) -> Acted:
        """The same in a transaction that is open."""
        if verb is ship and "packages" not in told:
            told["packages"] = (Packed(f"T{work.id.hex[-12:]}", "acme"),)
        at = mint.now()
        answers = await verb(conn, US, [Ask(work.id, "ann", **told)], at=at)
        acted = done(answers)
        assert len(acted) == 1, answers
        await outbox.tell(conn, US, tell.facts(acted), at=at)
        return acted[0]

    async def ship(self, work: Work) -> None:
        """See released work through to the truck."""
        for verb in TO_SHIPPED:
            await self.do(verb, work)

    async def turn(self) -> None:
        """Let the journey run until nothing is left to do."""
        for _ in range(30):
            if not (
                await relay(self.pool)
                + await self.runner.run()
                + await sweep(self.pool, self.world)
            ):
                return
        raise AssertionError("the journey never rests")

    async def late(self, order_id: OrderId, *milestones: str) -> int:
        """Let the time of milestones of an order's work pass, and look whose time has come.

        By default those up to the acceptance; its last step was an hour before.
        """
        past = mint.now() - timedelta(minutes=30)
        columns = [f"{each}_by" for each in milestones or ("release", "accept")]
        sets = ", ".join(f"{column} = least({column}, $2::timestamptz)" for column in columns)
        async with self.pool.acquire() as conn, conn.transaction():
            await conn.execute(
                f"UPDATE promise.milestone SET watch_at = $2, {sets} WHERE order_id = $1",  # noqa: S608 - our own columns
                order_id, past,
            )  # fmt: skip
            await conn.execute(
                "UPDATE fulfillment.fulfillment_order SET moved_at = moved_at - interval '1 hour'"
                " WHERE order_id = $1", order_id,
            )  # fmt: skip
        return await look(self.pool, await self.world.market(US), times)

    async def ago(self, order_id: OrderId, span: timedelta) -> None:
        """Let an order have been promised and planned so long before."""
        async with self.pool.acquire() as conn, conn.transaction():
            for table, days, columns in (
                ('orders."order"', (), ("promised_earliest", "promised_latest")),
                ("fulfillment.fulfillment_order", ("day",), ("ship_by",)),
                (
                    "promise.milestone", (),
                    ("release_by", "accept_by", "pick_by", "ship_by", "deliver_by"),
                ),
            ):  # fmt: skip
                sets = [f"{each} = ({each} - $2::interval)::date" for each in days]
                sets += [f"{each} = {each} - $2::interval" for each in columns]
                change = f"UPDATE {table} SET {', '.join(sets)} WHERE order_id = $1"  # noqa: S608 - our own columns
                await conn.execute(change, order_id, span)

    async def numbered(self) -> None:
        """Give the facts told so far their numbers, and let no step follow them yet."""
        await relay(self.pool)

    # What stands afterwards.

    async def standing(self, order_id: OrderId) -> Standing:
        """Read how far an order has come."""
        async with self.pool.acquire() as conn:
            return (await standings(conn, US, [order_id]))[order_id]

    async def phase(self, order_id: OrderId) -> str:
        """Say an order's phase."""
        return (await self.standing(order_id)).phase.value

    async def works(self, order_id: OrderId, *states: str) -> list[Work]:
        """List an order's work, of some states only where named, ascending by node."""
        works = (await self.standing(order_id)).works
        some = [each for each in works if not states or each.head.state in states]
        return sorted(some, key=lambda each: (each.head.node_id, each.id))

    async def pieces(self, order_id: OrderId) -> list[tuple[str, str, int]]:
        """List an order's work as (node, state, live units)."""
        return [
            (work.head.node_id, work.head.state, sum(line.live for line in work.lines))
            for work in await self.works(order_id)
        ]

    async def waiting(self, order_id: OrderId) -> list[tuple[int, str, int, str]]:
        """List what an order waits for as (line, sku, units, why)."""
        demand: Sequence[Demand] = (await self.standing(order_id)).demand
        return [(each.line_no, each.sku, each.quantity, each.why) for each in demand]

    async def balance(self, sku: str, node: str) -> tuple[int, int, int]:
        """Read a position's (on hand, reserved, unavailable)."""
        async with self.pool.acquire() as conn:
            (row,) = await inventory.positions(
                conn, US, skus=[Sku(sku)], node_id=NodeId(node), after=("", ""), most=1
            )
        return row.on_hand, row.reserved, row.unavailable

    async def troubles(self, order_id: OrderId) -> list[Trouble]:
        """List the exceptions that stand open against an order."""
        async with self.pool.acquire() as conn:
            found = await exceptions.of_orders(conn, US, [order_id])
        return [each for each in found if each.closed_at is None]

    async def events(self, *types: str) -> list[Event]:
        """Read the feed, of some types only where named."""
        async with self.pool.acquire() as conn:
            events = await events_after(conn, US, 0, 10_000)
        return [each for each in events if not types or each.type in types]

    async def everything(self) -> dict[str, str]:
        """Digest every table of the market, to see that nothing has changed."""
        tables = await self.pool.fetch(
            "SELECT schemaname || '.' || quote_ident(tablename) AS name FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return {
            row["name"]: await self.pool.fetchval(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))"  # noqa: S608 - our own tables
                f" FROM {row['name']} AS t"
            )
            for row in tables
        }
