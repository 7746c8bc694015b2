from dataclasses import replace

from entrepot.customers import browse
from entrepot.customers.model import Customer, Status, WhyRefused
from entrepot.customers.upsert import upsert
from entrepot.terms.ids import CustomerId, MarketId

EAST, WEST = MarketId("east"), MarketId("west")
KIM = Customer(
    CustomerId("kim"),
    "Kim Doe",
    "Kim@Example.com",
    "+12025550123",
    "vip",
    '[{"postal_code":"78701","country":"US"}]',
    '{"since":2019}',
)
LEE = Customer(CustomerId("lee"))


async def put(conn, *customers: Customer, market: MarketId = EAST) -> list[Status]:
    return [answer.status for answer in await upsert(conn, market, customers)]


async def test_what_was_put_can_be_read_with_its_version(house):
    assert await put(house, KIM, LEE) == [Status.CREATED] * 2
    assert await browse.customer(house, EAST, KIM.customer_id) == replace(KIM, version=1)
    assert await browse.customer(house, EAST, LEE.customer_id) == replace(LEE, version=1)
    assert await browse.customer(house, WEST, KIM.customer_id) is None


async def test_putting_it_again_changes_nothing(house):
    await put(house, KIM, LEE)
    assert await put(house, KIM, LEE) == [Status.UNCHANGED] * 2
    assert await house.fetchval("SELECT max(version) FROM customers.customer") == 1


async def test_a_change_replaces_the_whole_customer(house):
    await put(house, KIM, LEE)
    changed = Customer(KIM.customer_id, email="kim@example.org")
    assert await put(house, changed) == [Status.UPDATED]
    assert await browse.customer(house, EAST, KIM.customer_id) == replace(changed, version=2)
    assert await browse.customer(house, EAST, LEE.customer_id) == replace(LEE, version=1)


async def test_one_refused_row_does_not_hold_the_others_back(house):
    answers = await upsert(house, EAST, [KIM, replace(KIM, name="Other"), LEE])
    assert [answer.why for answer in answers] == [None, WhyRefused.REPEATED, None]
    assert await browse.customer(house, EAST, KIM.customer_id) == replace(KIM, version=1)


async def test_customers_are_listed_by_id_from_a_cursor_on(house):
    await put(house, *(Customer(CustomerId(name)) for name in ("a", "b", "d", "c")))
    assert [c.customer_id for c in await browse.customers(house, EAST, most=3)] == ["a", "b", "c"]
    rest = await browse.customers(house, EAST, after="c", most=3)
    assert [c.customer_id for c in rest] == ["d"]
    assert await browse.customers(house, WEST, most=3) == []


async def test_customers_are_found_by_e_mail_address_whatever_its_capitals(house):
    twin = replace(KIM, customer_id=CustomerId("twin"), email="kim@example.com")
    await put(house, KIM, LEE, twin)
    found = await browse.customers(house, EAST, email=" KIM@example.com", most=9)
    assert [c.customer_id for c in found] == ["kim", "twin"]
    assert await browse.customers(house, EAST, email="kim@example", most=9) == []


async def test_no_rows_are_no_work(house):
    assert await upsert(house, EAST, []) == []
