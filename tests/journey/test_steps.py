"""Each step translates one room's fact into the next one's question, and does so once."""

from datetime import timedelta

import pytest

from entrepot.delivery import tell as delivery_tell
from entrepot.delivery.model import Status, TrackingEvent
from entrepot.delivery.track import track
from entrepot.fulfillment.reject import reject
from entrepot.inventory.count import count
from entrepot.inventory.model import Count
from entrepot.inventory.reserve import GuardFailed
from entrepot.journey.here import Here
from entrepot.journey.override import override
from entrepot.journey.replan import replan
from entrepot.journey.table import STEPS, rows
from entrepot.network.model import OverrideKind
from entrepot.network.override_rules import Wanted
from entrepot.orders.hold import hold, unhold
from entrepot.orders.model import Backorder, HoldKind
from entrepot.plumbing import mint, outbox
from entrepot.terms.ids import NodeId, Sku
from journey.shop import NEWARK, US


def here(shop, conn) -> Here:
    return Here(conn, US, shop.world, mint.now(), 0)


async def scan(shop, number: str, status: str) -> None:
    """Let the carrier say something of a parcel."""
    at = mint.now()
    async with shop.pool.acquire() as conn, conn.transaction():
        told = await track(conn, US, [TrackingEvent(number, "acme", Status(status), at)], at=at)
        await outbox.tell(conn, US, delivery_tell.facts(told.news, actor="acme"), at=at)


@pytest.fixture
async def one(shop):
    """A node with five tees."""
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    return shop


async def number_of(shop, order_id) -> str:
    return await shop.pool.fetchval(
        "SELECT tracking_number FROM fulfillment.package WHERE order_id = $1", order_id
    )


async def test_an_order_goes_all_the_way(one):
    id_ = await one.buy(("TEE", 2))
    assert await one.phase(id_) == "confirmed"
    await one.turn()
    assert await one.pieces(id_) == [("DC", "released", 2)]
    (work,) = await one.works(id_)
    await one.ship(work)
    await one.turn()
    assert (await one.phase(id_), await one.balance("TEE", "DC")) == ("shipped", (3, 0, 0))
    await scan(one, await number_of(one, id_), "delivered")
    await one.turn()
    assert await one.phase(id_) == "closed"
    assert [event.type for event in await one.events()] == [
        "order.captured", "sourcing.planned", "fulfillment.planned", "fulfillment.released",
        "fulfillment.accepted", "fulfillment.picked", "fulfillment.packed", "fulfillment.shipped",
        "delivery.scanned", "delivery.delivered", "fulfillment.delivered", "order.closed",
    ]  # fmt: skip
    summary = await one.pool.fetchrow("SELECT phase, stage, terms FROM journey.summary")
    assert tuple(summary)[:2] == ("closed", "done")
    assert {"n:DC", "s:tee", f"t:{(await number_of(one, id_)).lower()}"} <= set(summary["terms"])


async def test_while_a_hold_stands_nothing_is_released(one):
    id_ = await one.buy(("TEE", 2))
    async with one.pool.acquire() as conn, conn.transaction():
        await hold(
            conn, US, id_, kind=HoldKind.FRAUD, reason="odd", actor="ann", until=None, at=mint.now()
        )
    await one.turn()
    assert await one.pieces(id_) == [("DC", "planned", 2)]
    async with one.pool.acquire() as conn, conn.transaction():
        await unhold(conn, US, id_, kind=HoldKind.FRAUD, reason="fine", actor="ann", at=mint.now())
    await one.turn()
    assert await one.pieces(id_) == [("DC", "released", 2)]


async def test_a_hold_lifts_itself_when_its_time_comes_and_says_so(one):
    id_ = await one.buy(("TEE", 2))
    until = mint.now() + timedelta(hours=1)
    async with one.pool.acquire() as conn, conn.transaction():
        await hold(
            conn, US, id_, kind=HoldKind.MANUAL, reason="wait", actor="ann", until=until,
            at=mint.now(),
        )  # fmt: skip
    await one.turn()
    assert await one.phase(id_) == "on_hold"
    await one.pool.execute("UPDATE orders.hold SET until = placed_at")  # an hour goes by
    await one.turn()
    assert await one.phase(id_) == "released"
    assert len(await one.events("order.unheld")) == 1


async def _moved_by_a_pause(shop) -> None:
    """Have work planned again because its node is paused."""
    await shop.node("FAR", '{"country":"US","postal_code":"89501","region":"NV"}')
    await shop.count("FAR", TEE=3)
    moves = await shop.buy(("TEE", 1), external_id="5")
    await shop.turn()
    (work,) = await shop.works(moves)
    until = mint.now() + timedelta(hours=1)
    pause = Wanted(work.head.node_id, OverrideKind.PAUSE, "snow", ends=until)
    async with shop.pool.acquire() as conn, conn.transaction():
        await override(conn, shop.world, US, pause, replan=True, actor="ann", at=mint.now())
    await shop.turn()
    states = [state for _, state, _ in await shop.pieces(moves)]
    assert sorted(states) == ["canceled", "released"]


async def test_every_step_run_again_on_the_same_facts_changes_nothing_more(shop):
    """A worker may be told a fact twice; whatever the step, its effect is there once."""
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=2, CAP=9)
    await shop.count("NEWARK", TEE=9)
    waits = await shop.buy(("SET", 1), ("CAP", 9), backorder=Backorder.ALLOW)
    gone = await shop.buy(("TEE", 1), external_id="2")
    await shop.turn()
    for work in await shop.works(gone, "released"):
        await shop.do(reject, work, reason="roof")
    await shop.turn()
    await shop.receive("DC", CAP=9)
    await shop.turn()
    for work in (await shop.works(gone, "released")) + (await shop.works(waits, "released")):
        await shop.ship(work)
    await shop.turn()
    await scan(shop, await number_of(shop, gone), "delivered")
    canceled = await shop.buy(("CAP", 1), external_id="3")
    await shop.cancel(canceled)
    missing = await shop.buy(("CAP", 2), external_id="4")
    await shop.turn()
    await shop.count((await shop.works(missing))[0].head.node_id, CAP=1)
    await _moved_by_a_pause(shop)
    await shop.turn()
    idle = await shop.buy(("TEE", 1), external_id="5")
    await shop.turn()
    await shop.late(idle)
    await shop.turn()
    before = await shop.everything()

    ran = []
    for row in rows():
        facts = await shop.events(*row.types)
        if not row.types:
            facts = [each for each in facts if each.order_id]
        assert facts, f"nothing happened that {row.do} follows"
        async with shop.pool.acquire() as conn:
            try:
                async with conn.transaction():
                    await STEPS[row.do](here(shop, conn), facts)
            except GuardFailed:
                ran.append(row.do)  # refused whole: its transaction is rolled back
        assert await shop.everything() == before, row.do
    assert ran == ["inventory.consume"]


async def test_a_count_between_two_shipments_is_netted_for_the_later_one_only(one):
    first = await one.buy(("TEE", 1))
    second = await one.buy(("TEE", 1), external_id="2")
    await one.turn()
    (early,), (late,) = await one.works(first), await one.works(second)
    await one.ship(early)
    found_at = mint.now()  # four are on the shelf: one has left
    await one.ship(late)
    await one.turn()  # both facts are handled in one set

    async with one.pool.acquire() as conn, conn.transaction():
        told = Count(Sku("TEE"), NodeId("DC"), 4, "clerk", None, found_at)
        await count(conn, US, [told], at=mint.now())

    assert await one.balance("TEE", "DC") == (3, 0, 0)


async def test_units_planned_where_others_were_given_up_become_work_in_either_order(one):
    """Another worker may plan a rejection again before this one opens what supply has brought."""
    id_ = await one.buy(("TEE", 7), backorder=Backorder.ALLOW)
    await one.turn()
    await one.receive("DC", TEE=2)
    planned = await _until(one, "sourcing.planned", 2)
    (work,) = await one.works(id_)
    await one.do(reject, work, reason="too_busy")
    await one.numbered()
    async with one.pool.acquire() as conn, conn.transaction():
        await replan(here(one, conn), await one.events("fulfillment.rejected"))
    async with one.pool.acquire() as conn, conn.transaction():
        await STEPS["fulfillment.open"](here(one, conn), planned[-1:])
    assert [piece for piece in await one.pieces(id_) if piece[1] == "planned"] == [
        ("DC", "planned", 2)
    ]


async def _until(shop, type_: str, times: int):
    """Serve supply by hand, and give the facts of a type once so many were told."""
    await shop.numbered()
    async with shop.pool.acquire() as conn, conn.transaction():
        await STEPS["sourcing.supply"](here(shop, conn), await shop.events("inventory.supplied"))
    await shop.numbered()
    found = await shop.events(type_)
    assert len(found) == times
    return found


async def test_shipments_of_two_pieces_of_work_at_one_node_are_consumed_together(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    id_ = await shop.buy(("TEE", 3), backorder=Backorder.ALLOW)
    await shop.turn()
    await shop.receive("DC", TEE=2)
    await shop.turn()
    for work in await shop.works(id_, "released"):
        await shop.ship(work)
    await shop.numbered()
    async with shop.pool.acquire() as conn, conn.transaction():
        await STEPS["inventory.consume"](here(shop, conn), await shop.events("fulfillment.shipped"))
        await conn.execute(
            "UPDATE plumbing.cursor SET sequence = (SELECT last_sequence FROM plumbing.feed)"
            " WHERE step = 'inventory.consume'"
        )
    assert await shop.balance("TEE", "DC") == (0, 0, 0)
