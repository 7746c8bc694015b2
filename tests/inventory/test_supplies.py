"""Documents of supply in the database: told, received, canceled, listed; and who is dated."""

from datetime import timedelta

import pytest

from entrepot.inventory import expected
from entrepot.inventory.agree import agree, prioritize
from entrepot.inventory.announce import announce
from entrepot.inventory.call_off import call_off
from entrepot.inventory.count import count
from entrepot.inventory.date import date
from entrepot.inventory.model import Demand
from entrepot.inventory.move import move
from entrepot.inventory.receive import receive
from entrepot.inventory.supply_model import (
    Dating,
    NewSupply,
    SupplyKind,
    Terms,
    WhyNotSupplied,
)
from entrepot.inventory.supply_rules import Telling
from entrepot.inventory.wait import wait
from entrepot.terms.outcome import Done, Refused
from inventory.stock import BR, CAP, LYON, NICE, NOON, TEE, US, counted, minutes, order_id

LATER = NOON + timedelta(days=3)
BEFORE = (minutes(-1), "")


async def told(conn, name="PO", *, market=US, order=None, at=NOON, **units):
    """Tell of a document; `sequence` and `node` may stand among its skus."""
    kind = SupplyKind.ASN if order else SupplyKind.PURCHASE
    sequence, node = units.pop("sequence", None), units.pop("node", LYON)
    lines = tuple((sku, units[sku]) for sku in units)
    new = NewSupply(name, kind, node, at, lines, "acme", order, sequence)
    return await announce(conn, market, new, at=NOON)


async def came(conn, name="PO", *, final=False, **units):
    """Receive, and put on hand what came."""
    done = await receive(conn, US, name, units, final=final, at=NOON)
    if isinstance(done, Done):
        await move(conn, US, done.value.movements, at=NOON)
    return done


async def lines(conn, name="PO") -> list[tuple[str, int, int, int, int]]:
    """Read a document's lines: (sku, quantity, received, canceled, expected)."""
    found = (await expected.named(conn, US, [name]))[name]
    return [
        (line.sku, line.quantity, line.received, line.canceled, found.expected(line))
        for line in found.lines
    ]


async def state(conn, name="PO") -> tuple[str, int]:
    row = (await expected.named(conn, US, [name]))[name].row
    return row.state, row.version


async def coming(conn) -> list[tuple[str, str, int]]:
    """Read all that is due of tees and caps: (sku, supply, units)."""
    return [(e.sku, e.supply_id, e.units) for e in await expected.due(conn, US, [TEE, CAP])]


@pytest.fixture
async def stocked(house):
    await count(house, US, [counted(0), counted(0, sku=CAP)], at=minutes(-60))
    return house


async def test_a_document_is_told_again_and_an_older_telling_is_stale(stocked):
    tellings = [
        (await told(stocked, sequence=5, TEE=10)).value.telling,
        (await told(stocked, sequence=6, at=LATER, TEE=12)).value.telling,
        (await told(stocked, sequence=5, TEE=10)).value.telling,
        (await told(stocked, sequence=9, at=LATER, TEE=12)).value.telling,
        (await told(stocked, at=LATER, CAP=1)).value.telling,
    ]
    assert tellings == [
        Telling.CREATED, Telling.UPDATED, Telling.STALE, Telling.UNCHANGED, Telling.UPDATED,
    ]  # fmt: skip
    assert await lines(stocked) == [("CAP", 1, 0, 0, 1), ("TEE", 12, 0, 12, 0)]
    assert await state(stocked) == ("open", 3)


async def test_each_market_has_documents_of_its_own(stocked):
    await told(stocked, TEE=10)
    await told(stocked, market=BR, TEE=3)
    assert await coming(stocked) == [("TEE", "PO", 10)]
    assert [e.units for e in await expected.due(stocked, BR, [TEE])] == [3]


async def test_what_came_short_stays_outstanding_and_what_came_over_is_taken(stocked):
    await told(stocked, TEE=10, CAP=4)
    await came(stocked, TEE=3)
    assert await coming(stocked) == [("CAP", "PO", 4), ("TEE", "PO", 7)]
    await came(stocked, TEE=9, CAP=4)
    assert await lines(stocked) == [("CAP", 4, 4, 0, 0), ("TEE", 10, 12, 0, 0)]
    assert await state(stocked) == ("received", 3)
    assert await coming(stocked) == []


async def test_a_final_receipt_cancels_the_rest(stocked):
    await told(stocked, TEE=10)
    await came(stocked, final=True, TEE=3)
    assert await lines(stocked) == [("TEE", 10, 3, 7, 0)]
    assert (await state(stocked))[0] == "received"
    again = await receive(stocked, US, "PO", {}, final=True, at=NOON)
    assert again.why is WhyNotSupplied.NOTHING_LEFT


async def test_a_notice_carries_its_order_s_units_and_gives_them_back(stocked):
    await told(stocked, "ASN", order="PO", TEE=6)  # it may come before its order does
    await told(stocked, "PO", TEE=10)
    assert await coming(stocked) == [("TEE", "ASN", 6), ("TEE", "PO", 4)]
    await came(stocked, "ASN", TEE=2)
    assert await lines(stocked, "PO") == [("TEE", 10, 2, 0, 4)]
    await call_off(stocked, US, "ASN", at=NOON)
    assert await state(stocked, "ASN") == ("received", 3)
    assert await coming(stocked) == [("TEE", "PO", 8)]


async def test_the_notices_of_a_canceled_order_are_on_their_way_still(stocked):
    await told(stocked, "PO", TEE=10)
    await told(stocked, "ASN", order="PO", TEE=6)
    await call_off(stocked, US, "PO", at=NOON)
    assert await state(stocked, "PO") == ("canceled", 2)
    assert await coming(stocked) == [("TEE", "ASN", 6)]
    await came(stocked, "ASN", TEE=6)
    assert await lines(stocked, "PO") == [("TEE", 10, 6, 10, 0)]


async def test_what_is_booked_on_the_order_leaves_no_notice_standing_for_it(stocked):
    await told(stocked, "PO", TEE=10)
    await told(stocked, "A", order="PO", at=LATER, TEE=4)
    await told(stocked, "B", order="PO", TEE=4)
    await came(stocked, "PO", TEE=7)
    assert await lines(stocked, "B") == [("TEE", 4, 4, 0, 0)]
    assert await lines(stocked, "A") == [("TEE", 4, 1, 0, 3)]
    assert await coming(stocked) == [("TEE", "A", 3)]
    assert (await state(stocked, "B"))[0] == "received"


@pytest.mark.parametrize(
    ("why", "act"),
    [
        (WhyNotSupplied.UNKNOWN_SUPPLY, lambda c: came(c, "NO", TEE=1)),
        (WhyNotSupplied.UNKNOWN_SUPPLY, lambda c: call_off(c, US, "NO", at=NOON)),
        (WhyNotSupplied.NOT_ON_IT, lambda c: came(c, "PO", CAP=1)),
        (WhyNotSupplied.KIND_CHANGED, lambda c: told(c, "PO", order="PO2", TEE=1)),
        (WhyNotSupplied.NOT_A_PURCHASE, lambda c: told(c, "A2", order="ASN", TEE=1)),
        (WhyNotSupplied.CANCELED, lambda c: told(c, "GONE", TEE=1)),
        (WhyNotSupplied.CANCELED, lambda c: came(c, "GONE", TEE=1)),
        (WhyNotSupplied.NOTHING_LEFT, lambda c: call_off(c, US, "GONE", at=NOON)),
    ],
)  # fmt: skip
async def test_what_is_refused_writes_nothing(stocked, why, act):
    await told(stocked, "PO", TEE=10)
    await told(stocked, "ASN", order="PO", TEE=1)
    await told(stocked, "GONE", TEE=1)
    await call_off(stocked, US, "GONE", at=NOON)
    digest = (
        "SELECT md5(coalesce(string_agg(l::text, ',' ORDER BY l::text), ''))"
        " || (SELECT md5(string_agg(s::text, ',' ORDER BY s::text)) FROM inventory.supply AS s)"
        " FROM inventory.supply_line AS l"
    )
    before = await stocked.fetchval(digest)
    done = await act(stocked)
    assert isinstance(done, Refused)
    assert done.why is why
    assert await stocked.fetchval(digest) == before


async def test_supply_is_listed_by_date_sku_node_and_state(stocked):
    await told(stocked, "C", at=LATER, TEE=1)
    await told(stocked, "A", TEE=1, CAP=1)
    await told(stocked, "B", node=NICE, CAP=1)
    await call_off(stocked, US, "B", at=NOON)

    async def names(after=BEFORE, most=9, not_after=None, **by):
        some = {"sku": None, "node_id": None, "state": None} | by
        found = await expected.page(
            stocked, US, not_after=not_after, after=after, most=most, **some
        )
        return [each.row.supply_id for each in found]

    assert await names() == ["A", "B", "C"]
    assert await names(most=2) == ["A", "B"]
    assert await names(after=(NOON, "B")) == ["C"]
    assert await names(sku=CAP) == ["A", "B"]
    assert await names(node_id=NICE) == ["B"]
    assert await names(state="open", not_after=NOON) == ["A"]


async def test_terms_keep_their_version_while_they_stand(house):
    asked = Terms(TEE, 5, None, LATER, 2, 0)
    first, changed = await agree(house, US, asked)
    assert (first.version, changed) == (1, True)
    assert await agree(house, US, asked) == (first, False)
    second, changed = await agree(house, US, Terms(TEE, 6, 0, None, 0, 0))
    assert (second.version, changed) == (2, True)
    assert await expected.terms_of(house, US, [TEE, CAP]) == {TEE: second}


async def wanting(conn, *orders: int, sku=TEE, units=1) -> None:
    for number in orders:
        demand = Demand(order_id(number), 1, sku, units, "backorder")
        await wait(conn, US, [demand], at=minutes(number))


async def test_a_queue_is_read_in_turn_as_far_as_its_units_reach(house):
    await wanting(house, 1, 2, 3, units=2)
    await prioritize(house, US, order_id(3), 0)

    async def queue(units, after=expected.FIRST, most=9):
        rows = await expected.queued(house, US, {TEE: units}, {TEE: after}, most)
        return rows, [each.order_id for each in rows]

    rows, ids = await queue(9)
    assert ids == [order_id(3), order_id(1), order_id(2)]
    assert (await queue(2))[1] == [order_id(3)]
    assert (await queue(3))[1] == [order_id(3), order_id(1)]  # a part of the second can be had
    assert (await queue(9, most=1))[1] == [order_id(3)]
    assert (await queue(9, after=rows[0].turn))[1] == [order_id(1), order_id(2)]


async def test_more_of_a_line_keeps_its_class_and_its_age(house):
    for priority, at in ((2, minutes(1)), (7, minutes(9))):
        demand = Demand(order_id(1), 1, TEE, 1, "backorder", priority)
        await wait(house, US, [demand], at=at)
    [waiter] = (await expected.waiters(house, US, [TEE]))[TEE]
    assert (waiter.priority, waiter.since, waiter.quantity) == (2, minutes(1), 2)


async def test_units_of_a_sku_that_is_unknown_are_in_no_queue(house):
    await wait(house, US, [Demand(order_id(1), 1, TEE, 1, "unknown_sku")], at=NOON)
    assert await expected.queued(house, US, {TEE: 9}, {TEE: expected.FIRST}, 9) == []
    assert await expected.waiters(house, US, [TEE]) == {}


async def test_only_who_still_waits_as_was_read_is_dated_and_answered(stocked):
    await told(stocked, TEE=10)
    await wanting(stocked, 1, 2, 3)
    queue = (await expected.waiters(stocked, US, [TEE]))[TEE]
    await stocked.execute("DELETE FROM inventory.demand WHERE order_id = $1", order_id(1))
    await wanting(stocked, 2)  # one unit more waits than was read
    dated = await date(stocked, US, [Dating(w, LATER, "PO", "dated") for w in queue])
    assert [each.waiter.order_id for each in dated] == [order_id(3)]
    now = (await expected.waiters(stocked, US, [TEE]))[TEE]
    assert [(w.order_id, w.expected_at, w.supply_id) for w in now] == [
        (order_id(2), None, None), (order_id(3), LATER, "PO"),
    ]  # fmt: skip
    assert await date(stocked, US, []) == []
