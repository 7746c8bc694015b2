"""Supply that slips, comes early, shrinks or is canceled: who waits is served, dated and told."""

import json
from datetime import timedelta

import pytest

from entrepot.inventory.supply_model import NewSupply, SupplyKind, Terms
from entrepot.journey import procure, sweep
from entrepot.journey.here import Here
from entrepot.journey.redate import redate
from entrepot.journey.table import STEPS
from entrepot.network.model import ChannelRow
from entrepot.network.upsert import upsert_channels
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.outcome import Done
from journey.shop import NEWARK, US

TODAY = mint.now().replace(microsecond=0)


def day(number: int):
    return TODAY + timedelta(days=number)


class Buyer:
    """Tells the shop of supply."""

    def __init__(self, shop) -> None:
        self.shop = shop

    async def _do(self, act):
        async with self.shop.pool.acquire() as conn, conn.transaction():
            return await act(conn, await self.shop.world.market(US), mint.now())

    async def tells(self, name: str, at: int, node: str = "DC", *, order=None, **units: int):
        kind = SupplyKind.ASN if order else SupplyKind.PURCHASE
        lines = tuple((Sku(sku), units[sku]) for sku in units)
        new = NewSupply(name, kind, NodeId(node), day(at), lines, None, order, None)
        done = await self._do(
            lambda conn, market, now: procure.announce(conn, market, new, actor="buyer", at=now)
        )
        assert isinstance(done, Done), done
        return done.value

    async def receives(self, name: str, *, final: bool = False, **units: int):
        came = {Sku(sku): quantity for sku, quantity in units.items()}
        done = await self._do(
            lambda conn, market, now: procure.receive(
                conn, market, name, came, final=final, actor="dock", at=now
            )
        )
        assert isinstance(done, Done), done
        return done.value

    async def cancels(self, name: str):
        done = await self._do(
            lambda conn, market, now: procure.call_off(
                conn, market, name, actor="buyer", reason="late", at=now
            )
        )
        assert isinstance(done, Done), done

    async def agrees(self, sku: str, **terms):
        some = {"backorder_limit": None, "preorder_limit": None, "on_sale_from": None}
        asked = Terms(Sku(sku), **some, **terms, version=0)
        await self._do(
            lambda conn, market, now: procure.set_terms(conn, market, asked, actor="b", at=now)
        )

    async def prefers(self, order_id, priority: int):
        return await self._do(
            lambda conn, market, now: procure.set_priority(
                conn, market, order_id, priority, actor="ann", reason="loyal", at=now
            )
        )


@pytest.fixture
async def buyer(shop) -> Buyer:
    """A shop with one node and nothing on its shelves."""
    await shop.node("DC")
    await shop.count("DC", TEE=0, CAP=0)
    return Buyer(shop)


async def waits(shop, *lines, number=1, **changes):
    """Place an order that waits for what is not there."""
    lines = lines or (("TEE", 1),)
    return await shop.buy(*lines, external_id=f"w{number}", backorder=Backorder.ALLOW, **changes)


async def dates(shop, order_id) -> list[tuple[str, int | None, str | None]]:
    """Say what an order's waiting units were told: (sku, days from now, supply)."""
    demand = (await shop.standing(order_id)).demand
    return [
        (each.sku, None if each.expected_at is None else (each.expected_at - TODAY).days,
         each.supply_id)
        for each in demand
    ]  # fmt: skip


async def revised(shop, order_id=None) -> list[tuple[int, int | None, int | None, str]]:
    """List what customers were told: (line, from, to, why), the dates in days from now."""
    found = []
    for event in await shop.events("promise.revised"):
        data = json.loads(event.data)
        if order_id is None or str(order_id) == data["order_id"]:
            found.append((data["line"], _days(data["from"]), _days(data["to"]), data["why"]))
    return found


def _days(text: str | None) -> int | None:
    return None if text is None else (type(TODAY).fromisoformat(text) - TODAY).days


async def test_a_waiting_order_is_told_a_date_and_again_when_supply_slips(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=3)
    id_ = await waits(shop)
    await shop.turn()
    assert await dates(shop, id_) == [("TEE", 5, "PO")]

    await buyer.tells("PO", 9, TEE=3)
    await shop.turn()

    assert await dates(shop, id_) == [("TEE", 9, "PO")]
    assert await revised(shop, id_) == [(1, None, 5, "dated"), (1, 5, 9, "later")]
    assert await shop.troubles(id_) == []


async def test_what_is_told_again_as_it_is_tells_nobody_anything(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=3)
    await waits(shop)
    await shop.turn()
    told = len(await shop.events())
    await buyer.tells("PO", 5, TEE=3)
    await buyer.tells("PO", 5, TEE=9)  # more of it: nobody's date moves
    await shop.turn()
    assert [event.type for event in (await shop.events())[told:]] == ["supply.changed"]


async def test_early_supply_serves_by_class_then_age_and_dates_the_rest(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=2)
    await buyer.tells("PO2", 8, TEE=9)
    first, second, third = [await waits(shop, number=number) for number in range(3)]
    await buyer.prefers(third, 0)
    await shop.turn()
    assert await dates(shop, third) == [("TEE", 5, "PO")]
    assert await dates(shop, second) == [("TEE", 8, "PO2")]
    assert await revised(shop, second) == [(1, None, 8, "dated")]

    await buyer.receives("PO", TEE=2)  # days before it was expected
    await shop.turn()

    assert [await shop.waiting(id_) for id_ in (third, first)] == [[], []]
    assert await dates(shop, second) == [("TEE", 8, "PO2")]
    assert await shop.balance("TEE", "DC") == (2, 2, 0)
    assert await revised(shop, second) == [(1, None, 8, "dated")]


async def test_when_supply_shrinks_the_youngest_lose_their_date_and_a_person_is_told(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=2)
    old, young = await waits(shop, number=1), await waits(shop, number=2)
    await shop.turn()

    await buyer.tells("PO", 5, TEE=1)
    await shop.turn()

    assert await dates(shop, old) == [("TEE", 5, "PO")]
    assert await dates(shop, young) == [("TEE", None, None)]
    assert await revised(shop, young) == [(1, None, 5, "dated"), (1, 5, None, "unsupplied")]
    assert [t.kind for t in await shop.troubles(young)] == ["promise.undated"]
    assert await shop.troubles(old) == []

    await buyer.tells("PO2", 7, TEE=1)
    await shop.turn()
    assert await dates(shop, young) == [("TEE", 7, "PO2")]
    assert await shop.troubles(young) == []


async def test_canceled_supply_lets_its_orders_wait_for_the_next(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=1)
    await buyer.tells("PO2", 8, TEE=1)
    id_ = await waits(shop)
    await shop.turn()
    await buyer.cancels("PO")
    await shop.turn()
    assert await revised(shop, id_) == [(1, None, 5, "dated"), (1, 5, 8, "later")]


async def test_a_customer_who_cancels_lets_those_behind_come_earlier(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=1)
    await buyer.tells("PO2", 8, TEE=1)
    first, second = await waits(shop, number=1), await waits(shop, number=2)
    await shop.turn()
    await shop.cancel(first)
    await shop.turn()
    assert await revised(shop, second) == [(1, None, 8, "dated"), (1, 8, 5, "earlier")]


async def test_a_notice_takes_its_order_s_units_over(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 9, TEE=3)
    await buyer.tells("ASN", 4, order="PO", TEE=2)
    ids = [await waits(shop, number=number) for number in range(4)]
    await shop.turn()
    assert [await dates(shop, id_) for id_ in ids] == [
        [("TEE", 4, "ASN")], [("TEE", 4, "ASN")], [("TEE", 9, "PO")], [("TEE", None, None)],
    ]  # fmt: skip
    await buyer.receives("ASN", TEE=2)
    await shop.turn()
    assert [await shop.waiting(id_) for id_ in ids[:2]] == [[], []]
    assert await dates(shop, ids[2]) == [("TEE", 9, "PO")]
    await buyer.receives("PO", TEE=1)
    await shop.turn()
    assert await shop.balance("TEE", "DC") == (3, 3, 0)
    assert await dates(shop, ids[3]) == [("TEE", None, None)]


async def test_lead_days_move_every_date_of_the_sku(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=1, CAP=1)
    id_ = await waits(shop, ("TEE", 1), ("CAP", 1))
    await shop.turn()
    await buyer.agrees("TEE", lead_days=2)
    await shop.turn()
    assert await dates(shop, id_) == [("TEE", 7, "PO"), ("CAP", 5, "PO")]
    assert (1, 5, 7, "later") in await revised(shop, id_)


async def test_a_kit_is_dated_by_each_of_its_parts(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=1, CAP=1)
    await buyer.tells("PO2", 6, CAP=1)
    id_ = await waits(shop, ("SET", 1))
    await shop.turn()
    assert sorted(await dates(shop, id_)) == [("CAP", 6, "PO2"), ("TEE", 5, "PO")]


async def test_an_order_is_dated_by_supply_for_its_channel_s_nodes_only(buyer):
    shop = buyer.shop
    await shop.node("NEWARK", NEWARK)
    async with shop.pool.acquire() as conn, conn.transaction():
        row = ChannelRow(ChannelId("app"), "App", None, None, ["NEWARK"], None, 0)
        await upsert_channels(conn, US, [row])
    await shop.world.refresh(US)
    await buyer.tells("PO", 5, "DC", TEE=1)
    await buyer.tells("PO2", 9, "NEWARK", TEE=1)
    app, web = await waits(shop, number=1, channel="app"), await waits(shop, number=2)
    await shop.turn()
    assert await dates(shop, app) == [("TEE", 9, "PO2")]
    assert await dates(shop, web) == [("TEE", 5, "PO")]


async def test_stock_that_the_first_cannot_have_goes_to_those_behind(buyer):
    shop = buyer.shop
    await shop.node("NEWARK", NEWARK)
    async with shop.pool.acquire() as conn, conn.transaction():
        row = ChannelRow(ChannelId("app"), "App", None, None, ["NEWARK"], None, 0)
        await upsert_channels(conn, US, [row])
    await shop.world.refresh(US)
    ahead = [await waits(shop, number=number, channel="app") for number in range(3)]
    behind = await waits(shop, number=9)
    await shop.turn()
    await shop.receive("DC", TEE=1)
    await shop.turn()
    assert await shop.waiting(behind) == []
    assert all([await shop.waiting(id_) for id_ in ahead])


async def test_more_than_one_commit_s_lines_are_served_by_one_fact(buyer, monkeypatch):
    monkeypatch.setattr(sweep, "LINES_MAX", 2)
    shop = buyer.shop
    ids = [await waits(shop, ("TEE", 1), ("CAP", 1), number=number) for number in range(7)]
    await shop.turn()
    await shop.receive("DC", TEE=6, CAP=7)
    await shop.turn()
    assert [len(await shop.waiting(id_)) for id_ in ids] == [0, 0, 0, 0, 0, 0, 1]
    assert len(await shop.events("inventory.supplied")) == 1
    assert len(await shop.events("sourcing.planned")) == 7  # no order was planned twice
    assert await shop.balance("TEE", "DC") == (6, 6, 0)


async def test_nobody_is_told_a_later_date_for_goods_that_lie_there(buyer):
    """Between a receipt and its sweep others ask: whom the stock will serve keeps his date."""
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=1)
    id_ = await waits(shop)
    await shop.turn()
    await buyer.receives("PO", TEE=1)
    async with shop.pool.acquire() as conn, conn.transaction():
        await redate(Here(conn, US, shop.world, mint.now(), 0), [Sku("TEE")])
    assert await dates(shop, id_) == [("TEE", 5, "PO")]
    await shop.turn()
    assert await shop.waiting(id_) == []
    assert await revised(shop, id_) == [(1, None, 5, "dated")]


async def test_every_step_of_supply_run_again_changes_nothing(buyer):
    shop = buyer.shop
    await buyer.tells("PO", 5, TEE=1)
    await waits(shop)
    await waits(shop, number=2)
    await shop.turn()
    before = await shop.everything()
    for step, types in [
        ("sourcing.supply", ("supply.changed", "inventory.supplied")),
        ("promise.date", ("order.captured",)),
    ]:
        async with shop.pool.acquire() as conn, conn.transaction():
            here = Here(conn, US, shop.world, mint.now(), 0)
            assert not await STEPS[step](here, await shop.events(*types))
        assert await shop.everything() == before, step
