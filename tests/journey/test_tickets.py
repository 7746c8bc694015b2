"""A launch that is sold by turns: tickets in the order of coming, each good for one order."""

import asyncio
import hashlib

import pytest

import databases
from entrepot.inventory.launch_model import WhyNoTicket
from entrepot.inventory.states import LaunchVerb
from entrepot.journey.draw import Draw, draw
from entrepot.journey.place import place
from entrepot.journey.placing import NotTaken, Taken
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from entrepot.plumbing.idempotency import Key
from entrepot.terms.ids import LaunchId
from entrepot.terms.outcome import Done
from entrepot.work.launches import open_launches
from journey.cart_shop import wish
from journey.shop import US, not_taken, order, placing, taken

DROP = LaunchId("drop")


def key(name: str, said: bytes = b"") -> Key:
    return Key("till", name, hashlib.blake2b(said, digest_size=16).digest())


@pytest.fixture
async def line(shop, drop):
    """Five tees for those of a line; two are admitted at once, one more in each second after."""
    await shop.node("DC")
    await shop.count("DC", TEE=5, CAP=5)
    await drop.planned("TEE", line=(2, 1))
    return shop


def numbers(drawn) -> list[int | str]:
    return [each.value.number if isinstance(each, Done) else each.why.value for each in drawn]


@pytest.mark.usefixtures("line")
async def test_tickets_are_numbered_in_the_order_of_coming(drop):
    assert numbers(await drop.draw(*[Draw(DROP)] * 3)) == [1, 2, 3]
    assert numbers(await drop.draw(Draw(DROP), Draw(LaunchId("nothing")), Draw(DROP))) == [
        4, "unknown", 5,
    ]  # fmt: skip
    drawn = await asyncio.gather(*(drop.draw(*[Draw(DROP)] * 20) for _ in range(5)))
    assert sorted(n for each in drawn for n in numbers(each)) == list(range(6, 106))


@pytest.mark.usefixtures("drop")
async def test_thousands_are_drawn_in_one_commit_of_a_few_statements(line):
    async with line.pool.acquire() as conn:
        pool = databases.OneConnection(conn)
        await draw(pool, US, [Draw(DROP, key("first"))])
        with databases.statements(conn) as told:
            drawn = await draw(pool, US, [Draw(DROP, key(f"k{n}")) for n in range(1000)])
    assert numbers(drawn) == list(range(2, 1002))
    assert [each.lstrip()[:6] for each in told] == [
        "BEGIN;", "SELECT", "SELECT", "UPDATE", "INSERT", "COMMIT",
    ]  # fmt: skip


@pytest.mark.usefixtures("line")
async def test_a_key_gives_the_same_ticket_again(drop):
    first, other, twin, reused = await drop.draw(
        Draw(DROP, key("a")), Draw(DROP, key("b")), Draw(DROP, key("a")), Draw(DROP, key("a", b"x"))
    )
    assert numbers([first, other, twin]) == [1, 2, 1]
    assert (reused.why, twin.value.replayed) == (WhyNoTicket.KEY_REUSED, True)
    again, more = await drop.draw(Draw(DROP, key("b")), Draw(DROP, key("c")))
    assert numbers([again, more]) == [2, 3]
    assert (again.value.token, again.value.replayed) == (other.value.token, True)
    raced = await asyncio.gather(*(drop.draw(Draw(DROP, key("d"))) for _ in range(4)))
    assert len({n for each in raced for n in numbers(each)}) == 1


@pytest.mark.usefixtures("line")
async def test_no_ticket_where_there_is_no_line(drop):
    await drop.planned("CAP", name="caps")
    await drop.opens()
    await drop.step(LaunchVerb.END)
    assert numbers(await drop.draw(Draw(LaunchId("caps")), Draw(DROP))) == ["no_line", "ended"]


@pytest.mark.usefixtures("line")
async def test_the_first_come_in_and_the_others_wait_for_their_turn(drop):
    tickets = await drop.tickets(9)
    early = await drop.tries("TEE", tickets[0].token)
    assert not_taken(early) == ("not_on_sale", ["/lines/0/sku"])
    await drop.opens()  # a second ago: three are admitted
    answers = [await drop.tries("TEE", each.token) for each in tickets]
    assert [isinstance(answer, Taken) for answer in answers] == [True] * 3 + [False] * 6
    waits = answers[3:]
    assert [not_taken(answer) for answer in waits] == [("ticket_waits", [])] * 6
    assert [answer.retry_after_s for answer in waits if isinstance(answer, NotTaken)] == [
        1, 2, 3, 4, 5, 6,
    ]  # fmt: skip
    nobody = await drop.tries("TEE")
    assert not_taken(nobody) == ("ticket_needed", ["/lines/0/sku"])
    made_up = await drop.tries("TEE", "1." + "A" * 24)
    assert not_taken(made_up) == ("ticket_needed", ["/lines/0/sku"])


async def test_a_ticket_is_good_for_one_order(line, drop):
    one, two = await drop.tickets(2)
    await drop.opens()
    asked = placing(order(("TEE", 1)), key="k", ticket=one.token)
    (first,) = await line.place(asked)
    (again,) = await line.place(asked)
    assert (taken(again), again.replayed) == (taken(first), True)
    (keyless,) = await line.place(placing(order(("TEE", 1)), ticket=one.token))
    assert (taken(keyless), keyless.replayed) == (taken(first), True)
    assert not_taken(await drop.tries("TEE", one.token)) == ("ticket_used", [])
    both = [placing(order(("TEE", 1), external_id=f"b{n}"), ticket=two.token) for n in range(2)]
    answers = await line.place(*both)
    assert [isinstance(answer, Taken) for answer in answers] == [True, False]


async def test_of_two_who_show_the_same_ticket_at_once_one_gets_in(line, drop):
    (ticket,) = await drop.tickets(1)
    await drop.opens()
    answers = await asyncio.gather(*(drop.tries("TEE", ticket.token) for _ in range(6)))
    assert sum(isinstance(answer, Taken) for answer in answers) == 1
    refused = {answer.why.value for answer in answers if isinstance(answer, NotTaken)}
    assert refused == {"ticket_used"}
    assert await line.balance("TEE", "DC") == (5, 1, 0)


async def test_a_ticket_that_brought_nothing_is_good_again(line, drop):
    (ticket,) = await drop.tickets(1)
    await drop.opens()
    before = await line.everything()
    (answer,) = await line.place(placing(order(("TEE", 9)), ticket=ticket.token))
    assert not_taken(answer)[0] == "short"
    assert await line.everything() == before
    assert isinstance(await drop.tries("TEE", ticket.token), Taken)


@pytest.mark.usefixtures("line")
async def test_a_kit_is_let_in_by_the_ticket_of_its_part(drop):
    (ticket,) = await drop.tickets(1)
    await drop.opens()
    assert not_taken(await drop.tries("SET")) == ("ticket_needed", ["/lines/0/sku"])
    assert isinstance(await drop.tries("SET", ticket.token), Taken)


async def test_two_launches_want_a_ticket_each(line, drop):
    await drop.planned("CAP", name="caps", line=(9, 1))
    (tee,), (cap,) = await drop.tickets(1), await drop.tickets(1, "caps")
    await drop.comes("caps")
    await drop.comes("drop")
    assert await open_launches(line.pool, line.world) == 2
    await line.world.refresh(US)
    wanted = order(("TEE", 1), ("CAP", 1))
    (one,) = await line.place(placing(wanted, ticket=tee.token))
    assert not_taken(one) == ("ticket_needed", ["/lines/1/sku"])
    (both,) = await line.place(placing(wanted, ticket=f"{tee.token}, {cap.token}"))
    assert isinstance(both, Taken)


async def test_a_cart_made_with_a_ticket_needs_none_for_its_order(line, drop, carts):
    one, two = await drop.tickets(2)
    await drop.opens()
    (refused,) = await carts.hold(wish(("TEE", 1)))
    assert not_taken(refused) == ("ticket_needed", ["/lines/0/sku"])
    cart = await carts.held(("TEE", 1), ticket=one.token)
    (used,) = await carts.hold(wish(("TEE", 1), ticket=one.token))
    assert not_taken(used) == ("ticket_used", [])
    (more,) = await line.place(placing(order(("TEE", 2), reservation=cart)))
    assert not_taken(more) == ("ticket_needed", ["/lines/0/sku"])
    (bought,) = await line.place(placing(order(("TEE", 1), reservation=cart)))
    assert isinstance(bought, Taken)
    assert not_taken(await drop.tries("TEE", one.token)) == ("ticket_used", [])

    gone = await carts.held(("TEE", 1), ticket=two.token)
    await carts.release(gone)  # what it was to bring never came: the ticket is good again
    assert isinstance(await drop.tries("TEE", two.token), Taken)


async def test_facts_of_channels_and_other_skus_need_no_ticket(line, drop):
    await drop.opens()
    (fact,) = await line.place(placing(order(("TEE", 1)), fact=True))
    assert isinstance(fact, Taken)
    assert isinstance(await drop.tries("CAP"), Taken)


async def test_who_would_wait_for_it_needs_a_ticket_too(line, drop):
    (ticket,) = await drop.tickets(1)
    await drop.opens()
    await line.count("DC", TEE=0)
    allow = {"backorder": Backorder.ALLOW}
    assert not_taken(await drop.tries("TEE", **allow)) == ("ticket_needed", ["/lines/0/sku"])
    assert isinstance(await drop.tries("TEE", ticket.token, **allow), Taken)


@pytest.mark.usefixtures("line")
async def test_after_its_end_nobody_needs_a_ticket(drop):
    await drop.opens()
    await drop.step(LaunchVerb.END)
    assert isinstance(await drop.tries("TEE"), Taken)


async def test_a_crowd_without_tickets_writes_nothing(line, drop):
    await drop.opens()
    before = await line.everything()
    asked = [placing(order(("TEE", 1), external_id=f"c{n}"), key=f"c{n}") for n in range(30)]
    async with line.pool.acquire() as conn:
        with databases.statements(conn) as told:
            answers = await place(databases.OneConnection(conn), line.world, US, asked)
    assert {not_taken(answer)[0] for answer in answers} == {"ticket_needed"}
    assert [each.lstrip()[:6] for each in told] == ["SELECT"] * 2
    assert await line.everything() == before
    assert mint.now() > (await line.world.market(US)).lines[DROP].opens_at


async def test_who_stands_behind_a_used_ticket_is_not_told_that_all_is_sold(line, drop):
    one, two, _ = await drop.tickets(3)
    await drop.opens()
    assert isinstance(await drop.tries("TEE", one.token), Taken)
    asked = [
        placing(order(("TEE", 4), external_id="again"), ticket=one.token),
        placing(order(("TEE", 4), external_id="behind"), ticket=two.token),
    ]
    again, behind = await line.place(*asked)
    assert not_taken(again) == ("ticket_used", [])
    assert isinstance(behind, Taken)
