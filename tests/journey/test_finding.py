"""Orders are found by anything, filtered by several things, and paged, however many there are."""

from datetime import timedelta

import msgspec
import pytest

from entrepot.journey import finding
from entrepot.journey.audit import stale_summaries
from entrepot.journey.filters import LAST, Filters, Sort
from entrepot.journey.finding import find
from entrepot.orders.hold import hold
from entrepot.orders.model import Customer, HoldKind
from entrepot.plumbing import mint
from entrepot.terms.ids import MarketId
from entrepot.terms.order_number import number_of
from entrepot.work.journey import AFTERWARDS
from journey.shop import HOME, US, order, placing, taken

PEOPLE = [
    ("Kim Doe", "kim@example.com", "+1 415 555 0100"),
    ("José Müller", "jose@example.com", "+49 30 1234567"),
    ("Kim Lee", "lee@example.org", None),
]


async def found(shop, filters, sort=Sort.NEWEST, most=50, page=None):
    """All that fits, in pages of `page`."""
    ids, after = [], None
    async with shop.pool.acquire() as conn:
        while True:
            answer = await find(
                conn, US, filters, sort, after=after, most=page or most, at=mint.now()
            )
            ids += answer.ids
            after = answer.after
            if after is None:
                return ids


@pytest.fixture
async def stocked(shop):
    await shop.node("DC")
    await shop.node("STORE")
    await shop.count("DC", TEE=50)
    await shop.count("STORE", CAP=50)
    return shop


@pytest.fixture
async def three(stocked):
    """Three orders of three people; the last one of another sku, from another node."""
    ids = []
    for number, (name, email, phone) in enumerate(PEOPLE):
        ship_to = msgspec.structs.replace(HOME, name=name)
        asked = order(
            ("CAP" if number == 2 else "TEE", 1), external_id=f"WEB-{number}",
            customer=Customer(name=name, email=email, phone=phone), ship_to=ship_to,
            placed_at=mint.now() - timedelta(days=number * 3),
        )  # fmt: skip
        ids.append(taken((await stocked.place(placing(asked)))[0]))
    return stocked, ids


CASES = {
    "all": (Filters(), {0, 1, 2}),
    "a name in any case": (Filters(q="KIM"), {0, 2}),
    "two words of a name": (Filters(q="doe kim"), {0}),
    "a name's beginning": (Filters(q="mül"), {1}),
    "an e-mail address": (Filters(q="Kim@Example.com"), {0}),
    "its beginning": (Filters(q="lee@"), {2}),
    "an e-mail address alone": (Filters(email="KIM@example.com"), {0}),
    "a telephone number": (Filters(q="(415) 555-0100"), {0}),
    "an external id": (Filters(q="web-1"), {1}),
    "external ids": (Filters(q="WEB-0\nWEB-2\nWEB-9"), {0, 2}),
    "a list of ids": (Filters(numbers=("web-0", "web-1")), {0, 1}),
    "a sku": (Filters(q="cap"), {2}),
    "skus": (Filters(sku=("CAP", "TEE")), {0, 1, 2}),
    "a node": (Filters(node=("STORE",)), {2}),
    "a node and a sku": (Filters(node=("DC", "STORE"), sku=("CAP",)), {2}),
    "a node and another's sku": (Filters(node=("DC",), sku=("CAP",)), set()),
    "a channel and a method": (Filters(channel=("web",), method=("ship",)), {0, 1, 2}),
    "placed before": (Filters(placed_before=mint.now() - timedelta(days=2)), {1, 2}),
    "placed between": (
        Filters(
            placed_after=mint.now() - timedelta(days=4),
            placed_before=mint.now() - timedelta(days=2),
        ),
        {1},
    ),
    "nothing like it": (Filters(q="nobody"), set()),
}


async def test_each_filter_gives_exactly_its_orders(three, monkeypatch):
    shop, ids = three
    for way in ("young", "rare", "common"):
        if way == "rare":
            await shop.turn()
        if way == "common":
            monkeypatch.setattr(finding, "RARE_MAX", 0)
        for case, (filters, places) in CASES.items():
            answer = set(await found(shop, filters))
            assert answer == {ids[place] for place in places}, (way, case)


async def test_pages_hold_every_order_once_in_their_order(stocked, monkeypatch):
    ids = await seven(stocked)
    for common in (False, True):
        if common:
            monkeypatch.setattr(finding, "RARE_MAX", 0)
        await _pages(stocked, ids)


async def seven(shop):
    asked = [placing(order(("TEE", 1), external_id=str(number))) for number in range(7)]
    ids = [taken(each) for each in await shop.place(*asked)]
    await shop.turn()
    return ids


async def _pages(stocked, ids):
    for filters in (Filters(), Filters(phase=("released",)), Filters(sku=("TEE",))):
        assert await found(stocked, filters, page=2) == sorted(ids, reverse=True)
        assert await found(stocked, filters, Sort.OLDEST, page=3) == sorted(ids)
        promised = await found(stocked, filters, Sort.PROMISE, page=2)
        assert sorted(promised) == sorted(ids)


async def test_what_was_looked_at_in_vain_is_not_looked_at_again(stocked, monkeypatch):
    ids = await seven(stocked)
    monkeypatch.setattr(finding, "RARE_MAX", 0)
    monkeypatch.setattr(finding, "CHUNK", 2)
    monkeypatch.setattr(finding, "LOOKED_AT_MAX", 2)
    filters = Filters(channel=("web",), placed_before=mint.now() + timedelta(hours=1))
    assert await found(stocked, filters, page=5) == sorted(ids, reverse=True)


async def test_what_makes_an_order_one_to_look_at_is_known_at_once(three):
    shop, ids = three
    await shop.turn()
    async with shop.pool.acquire() as conn, conn.transaction():
        await hold(
            conn, US, ids[1], kind=HoldKind.FRAUD, reason="odd", actor="ann", until=None,
            at=mint.now(),
        )  # fmt: skip
    assert await found(shop, Filters(held=True)) == [ids[1]]
    assert await found(shop, Filters(hold=("fraud",))) == [ids[1]]
    assert await found(shop, Filters(hold=("manual",))) == []
    await shop.pool.execute(
        "INSERT INTO plumbing.exception (market, exception_id, kind, subject, order_id, reason,"
        " detail, opened_at) VALUES ('US', $1, 'test', 'x', $2, 'odd', '{}', now())",
        ids[0], ids[2],
    )  # fmt: skip
    assert await found(shop, Filters(exceptions=True)) == [ids[2]]
    waiting = Filters(unaccepted_before=mint.now() + timedelta(minutes=1))
    assert set(await found(shop, waiting)) == set(ids), "all were released, none is accepted"
    assert await found(shop, Filters(stage=("released",), sku=("CAP",))) == [ids[2]]


async def test_late_orders_are_those_still_to_come_after_their_promise(three):
    shop, ids = three
    await shop.turn()
    assert await found(shop, Filters(late=True)) == []
    past = mint.now() - timedelta(days=1)
    await shop.pool.execute(
        'UPDATE orders."order" SET promised_latest = $2, promised_earliest = $2'
        " WHERE order_id = $1", ids[0], past,
    )  # fmt: skip
    await shop.pool.execute("UPDATE plumbing.cursor SET sequence = 0 WHERE step LIKE '%summarize'")
    shop.runner.seen.clear()
    await shop.turn()
    assert await found(shop, Filters(late=True)) == [ids[0]]
    assert await found(shop, Filters(promised_before=mint.now())) == [ids[0]]
    async with shop.pool.acquire() as conn:
        assert await stale_summaries(conn, US) == []


async def test_a_number_finds_its_order_before_its_summary_is_written(three):
    shop, ids = three
    assert await found(shop, Filters(q=number_of(ids[1]).lower())) == [ids[1]]
    assert await found(shop, Filters(numbers=tuple(map(number_of, ids[:2])))) == [ids[1], ids[0]]


async def test_a_cut_list_has_nothing_younger(three):
    shop, ids = three
    await shop.turn()
    async with shop.pool.acquire() as conn:
        answer = await find(
            conn, US, Filters(), Sort.OLDEST, after=None, most=9, at=mint.now(), upto=ids[2]
        )
    assert answer.ids == ids[:2]
    assert ids[2] < LAST


async def test_another_market_sees_nothing(three):
    shop, _ = three
    await shop.turn()
    async with shop.pool.acquire() as conn:
        answer = await find(
            conn, MarketId("EU"), Filters(q="kim"), Sort.NEWEST, after=None, most=9, at=mint.now()
        )
    assert answer.ids == []


async def test_an_order_is_found_by_where_it_comes_from_now(three):
    shop, ids = three
    await shop.turn()
    await shop.pool.execute(
        "UPDATE inventory.reservation SET node_id = 'STORE' WHERE order_id = $1", ids[0]
    )
    await shop.pool.execute("UPDATE plumbing.cursor SET sequence = 0 WHERE step LIKE '%summarize'")
    shop.runner.seen.clear()
    await shop.runner.run(AFTERWARDS)
    assert ids[0] in await found(shop, Filters(node=("STORE",)))
    assert ids[0] not in await found(shop, Filters(node=("DC",)))
    await shop.pool.execute(
        "UPDATE inventory.reservation SET node_id = 'DC' WHERE order_id = $1", ids[0]
    )
    await shop.pool.execute("UPDATE plumbing.cursor SET sequence = 0 WHERE step LIKE '%summarize'")
    shop.runner.seen.clear()
    await shop.runner.run(AFTERWARDS)
