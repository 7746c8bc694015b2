"""Carts in a test's market: held, extended, released, out of time, and turned into orders."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

from entrepot.inventory.carts_model import Held
from entrepot.inventory.hold import Extended, extend, look
from entrepot.journey import asking
from entrepot.journey.hold import Wish
from entrepot.journey.keep_carts import Answer, Asked, Reserved, keep_carts
from entrepot.journey.let_go import Released, claims_of, release
from entrepot.journey.placing import Placed, Taken
from entrepot.journey.why import why
from entrepot.network.model import ChannelRow
from entrepot.network.upsert import upsert_channels
from entrepot.plumbing import db, mint
from entrepot.terms.ids import ChannelId, OrderId, Sku
from entrepot.terms.outcome import Done
from entrepot.work.carts import sweep_carts
from journey.shop import HOME, US, Shop


def wish(*lines: tuple[str, int], **changes) -> Wish:
    """Wish to keep (sku, units) for ten minutes, to be sent to Austin."""
    some = {
        "channel": ChannelId("web"), "ttl_s": 600, "destination": asking.destination(HOME),
        "lines": tuple((Sku(sku), units) for sku, units in lines),
    }  # fmt: skip
    return Wish(**some | changes)


def shipments(answer: Placed) -> list[tuple[str, list[tuple[str, int]]]]:
    """List what goes from where, of an order that was taken."""
    assert isinstance(answer, Taken), answer
    plan = json.loads(answer.document)["plan"]["shipments"]
    return [(s["node"], [(x["sku"], x["quantity"]) for x in s["lines"]]) for s in plan]


async def reproduced(shop: Shop, order_id: OrderId) -> bool:
    """Say whether an order's one decision, run again on its record, says the same."""
    async with shop.pool.acquire() as conn:
        (decision,) = await why(conn, US, order_id)
    return decision.reproduced


async def channel(shop: Shop, name: str, buffer: int = 0) -> None:
    """Open another channel, which sells from every node and leaves a buffer."""
    row = ChannelRow(ChannelId(name), name, None, None, None, None, buffer)
    async with shop.pool.acquire() as conn, conn.transaction():
        await upsert_channels(conn, US, [row])
    await shop.world.refresh(US)


class Carts:
    """The carts of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    async def hold(self, *wishes: Wish) -> list[Answer]:
        """Wish for carts, all at once."""
        asked = [Asked(each) for each in wishes]
        return await keep_carts(self.shop.pool, self.shop.world, US, asked)

    async def held(self, *lines: tuple[str, int], **changes) -> UUID:
        """Hold one cart; give its id."""
        (cart,) = await self.hold(wish(*lines, **changes))
        assert isinstance(cart, Reserved), cart
        assert cart.cart_id is not None
        return cart.cart_id

    async def extend(self, cart_id: UUID, ttl_s: int = 600) -> Extended:
        """Ask for more time."""
        async with self.shop.pool.acquire() as conn, conn.transaction():
            return (await extend(conn, US, {cart_id: ttl_s}, at=mint.now()))[cart_id]

    async def release(self, cart_id: UUID) -> Released:
        """Let a cart go."""
        async with self.shop.pool.acquire() as conn, conn.transaction():
            done = (await release(conn, US, [cart_id], at=mint.now()))[cart_id]
        if isinstance(done, Done):
            (await self.shop.world.market(US)).stock.give_back(claims_of(done.value))
        return done

    async def look(self, cart_id: UUID) -> Held:
        """Read a cart."""
        async with self.shop.pool.acquire() as conn:
            held = await look(conn, US, cart_id)
        assert held is not None
        return held

    async def state(self, cart_id: UUID) -> str:
        """Say what became of a cart."""
        return (await self.look(cart_id)).cart.state

    async def kept(self, cart_id: UUID) -> list[tuple[int, str, str, int]]:
        """List what a cart keeps, or kept, as (line, sku, node, units)."""
        claims = (await self.look(cart_id)).claims
        return [(c.line_no, c.sku, c.node_id, c.quantity) for c in claims]

    async def age(self, *cart_ids: UUID, by: timedelta = timedelta(hours=1)) -> None:
        """Let time pass for some carts: everything about them happened so much earlier."""
        await self.shop.pool.execute(
            "UPDATE inventory.cart SET held_at = held_at - $2::interval,"
            " expires_at = expires_at - $2::interval, due_at = due_at - $2::interval"
            " WHERE cart_id = any($1::uuid[])",
            list(cart_ids),
            by,
        )

    async def sweep(self) -> int:
        """Sweep once, as the worker does."""
        return await sweep_carts(self.shop.pool)

    async def ledger(self, sku: str) -> list[tuple[str, int, str | None]]:
        """Read the ledger of a sku as (kind, reserved units, reference), oldest first."""
        rows = await self.shop.pool.fetch(
            "SELECT kind, reserved_delta, reference FROM inventory.movement"
            " WHERE sku = $1 ORDER BY movement_id",
            sku,
        )
        return [tuple(row) for row in rows]


async def locked(pool: db.Pool, started: "asyncio.Task[object]") -> None:
    """Wait until what was started waits for a lock, or is done."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(10):
        while not started.done() and not await pool.fetchval(query):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.005)
