"""Deliveries from outside are taken once, and exceptions wait for a person."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from entrepot.plumbing import exceptions, inbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import Delivery
from entrepot.terms.ids import LineNo, MarketId, OrderId

US, BR = MarketId("US"), MarketId("BR")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
FIRST, SECOND = OrderId(UUID(int=1)), OrderId(UUID(int=2))
NONE = UUID(int=0)


async def test_a_delivery_is_taken_once_and_told_again_what_became_of_it(house):
    assert await inbox.find(house, US, "shopify", "m1") is None
    assert await inbox.take(house, US, "shopify", "m1", b"digest", "order 1", at=NOON) is None

    again = await inbox.take(house, US, "shopify", "m1", b"other", "order 2", at=LATER)

    assert again == Delivery(b"digest", "order 1", NOON)
    assert await inbox.find(house, US, "shopify", "m1") == again


async def test_a_delivery_s_id_is_its_sender_s_and_its_market_s_own(house):
    await inbox.take(house, US, "shopify", "m1", b"", "taken", at=NOON)
    assert await inbox.take(house, US, "amazon", "m1", b"", "taken", at=NOON) is None
    assert await inbox.take(house, BR, "shopify", "m1", b"", "taken", at=NOON) is None


async def test_exceptions_are_listed_oldest_first_until_somebody_ends_them(house):
    stuck = [Stuck("sourcing.unroutable", f"orders/{n}", f"reason {n}") for n in range(3)]
    ids = await exceptions.raise_all(house, US, stuck, at=NOON)

    page = await exceptions.open_ones(house, US, after=NONE, most=2)
    rest = await exceptions.open_ones(house, US, after=page[-1].exception_id, most=2)
    assert [(x.exception_id, x.reason) for x in page + rest] == [
        (ids[n], f"reason {n}") for n in range(3)
    ]

    first = await exceptions.close(house, US, ids[:2], actor="ann", reason="sent", at=LATER)
    then = await exceptions.close(house, US, ids, actor="bob", reason="again", at=LATER)
    assert sorted(x.exception_id for x in first) == ids[:2]
    assert [x.exception_id for x in then] == ids[2:]
    assert await exceptions.open_ones(house, US, after=NONE, most=9) == []


async def test_an_exception_that_has_ended_says_by_whom_and_keeps_saying_it(house):
    ids = await exceptions.raise_all(house, US, [Stuck("k", "s", "r", "{}", FIRST)], at=NOON)
    await exceptions.close(house, US, ids, actor="ann", reason="done", at=LATER)
    await exceptions.close(house, US, ids, actor="bob", reason="no, me", at=LATER)
    (ended,) = await exceptions.of_orders(house, US, [FIRST])
    assert (ended.closed_by, ended.close_reason, ended.closed_at) == ("ann", "done", LATER)


async def test_what_mends_a_line_ends_that_line_s_exceptions_of_that_kind_only(house):
    def stuck(kind: str, order: OrderId, line: int) -> Stuck:
        return Stuck(kind, f"orders/{order}", "why", order_id=order, line_no=LineNo(line))

    await exceptions.raise_all(
        house, US,
        [stuck("a", FIRST, 1), stuck("a", FIRST, 2), stuck("b", FIRST, 1), stuck("a", SECOND, 1)],
        at=NOON,
    )  # fmt: skip

    ended = await exceptions.close_of(
        house, US, [(FIRST, LineNo(1))], ["a"], reason="stock came", at=LATER
    )

    assert [(x.kind, x.order_id) for x in ended] == [("a", FIRST)]
    left = await exceptions.open_ones(house, US, after=NONE, most=9)
    assert [(x.kind, x.order_id, x.line_no) for x in left] == [
        ("a", FIRST, 2), ("b", FIRST, 1), ("a", SECOND, 1),
    ]  # fmt: skip


async def test_nothing_to_raise_writes_nothing(house):
    assert await exceptions.raise_all(house, US, [], at=NOON) == []
    assert await exceptions.open_ones(house, US, after=NONE, most=9) == []
