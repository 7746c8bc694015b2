"""Transfers in the database: no unit is lost between two nodes."""

import asyncio
from datetime import datetime

import asyncpg
import pytest

from entrepot.inventory import browse, browse_transfers, heard, ledger
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.count import count
from entrepot.inventory.model import Delta, MovementKind
from entrepot.inventory.move import move
from entrepot.inventory.reserve import reserve
from entrepot.inventory.set_aside import set_aside
from entrepot.inventory.states import TransferState, TransferVerb
from entrepot.inventory.transfer import carry, plan
from entrepot.inventory.transit import (
    Carriage,
    Carried,
    NewTransfer,
    TransferLine,
    TripAsk,
    WhyNotCarried,
)
from entrepot.plumbing import db
from entrepot.terms.ids import TransferId
from entrepot.terms.outcome import Done, Refused
from inventory.stock import BR, CAP, LYON, NICE, NOON, TEE, US, claim, counted, delta, minutes

T1 = TransferId("T1")


async def stocked(conn, **units: int) -> None:
    """Count units of skus in Lyon before anything else happens."""
    rows = [counted(on_hand, sku=sku, at=minutes(-60)) for sku, on_hand in units.items()]
    await count(conn, US, rows, at=minutes(-60))


async def balances(conn, sku=TEE, node=LYON) -> tuple[int, int, int, int]:
    rows = await browse.positions(conn, US, skus=[sku], node_id=node, after=("", ""), most=9)
    return rows[0].on_hand, rows[0].reserved, rows[0].unavailable, rows[0].shortage


async def held(conn, sku=TEE, node=LYON) -> dict[str, int]:
    return {row.reason: row.quantity for row in await browse.held_at(conn, US, [(sku, node)])}


async def entries(conn, most=9) -> list[tuple[str, int, int, str | None, str | None]]:
    told = await ledger.movements(conn, US, TEE, node_id=LYON, since=None, until=None, most=most)
    return [(e.kind, e.on_hand_delta, e.unavailable_delta, e.reason, e.reference) for e in told]


def aside(reason: str, quantity: int, sku=TEE, node=LYON, reference=None) -> SetAside:
    return SetAside(sku, node, AsideReason(reason), quantity, reference)


def transfer(id_: str = "T1", **lines: int) -> NewTransfer:
    units = tuple((sku, lines[sku]) for sku in sorted(lines))
    return NewTransfer(TransferId(id_), LYON, NICE, None, units)


def ask(verb: str, *units: tuple, id_: str = "T1", **more) -> TripAsk:
    return TripAsk(
        TransferId(id_),
        TransferVerb(verb),
        "ann",
        units=tuple(Carried(*each) for each in units),
        **more,
    )


async def done(conn, *asks: TripAsk, at: datetime = NOON) -> list[Carriage]:
    answers = await carry(conn, US, asks, at=at)
    assert all(isinstance(each, Done) for each in answers), answers
    return [each.value for each in answers if isinstance(each, Done)]


async def refused(conn, one: TripAsk) -> WhyNotCarried:
    (answer,) = await carry(conn, US, [one], at=NOON)
    assert isinstance(answer, Refused), answer
    return answer.why


async def line(conn, sku=TEE, id_=T1) -> TransferLine:
    trip = await browse_transfers.one(conn, US, id_)
    assert trip is not None
    return next(each for each in trip.lines if each.sku == sku)


async def state(conn, id_=T1) -> tuple[TransferState, int]:
    trip = await browse_transfers.one(conn, US, id_)
    assert trip is not None
    return trip.state, trip.head.version


@pytest.fixture
async def sent(house):
    """Five tees and two caps of Lyon's nine and four are on their way to Nice."""
    await stocked(house, TEE=9, CAP=4)
    assert await plan(house, US, [transfer(TEE=5, CAP=2)], at=NOON) == {T1}
    await done(house, ask("send"))
    return house


async def test_a_plan_claims_nothing_and_its_id_is_taken_once(house):
    await stocked(house, TEE=9)
    assert await plan(house, US, [transfer(TEE=5), transfer("T2", TEE=1)], at=NOON) == {"T1", "T2"}
    assert await plan(house, US, [transfer(TEE=99)], at=NOON) == set()
    assert await plan(house, BR, [transfer(TEE=99)], at=NOON) == {"T1"}
    assert (await line(house)).quantity == 5
    assert await balances(house) == (9, 0, 0, 0)


async def test_what_is_sent_leaves_and_is_in_transit(sent):
    assert await balances(sent) == (4, 0, 0, 0)
    assert await balances(sent, TEE, NICE) == (0, 0, 0, 0)
    keys = [(TEE, NICE), (CAP, NICE), (TEE, LYON)]
    assert await browse_transfers.arriving(sent, US, keys) == {(TEE, NICE): 5, (CAP, NICE): 2}
    assert await browse_transfers.arriving(sent, BR, keys) == {}
    assert (await entries(sent))[0] == ("transfer_out", -5, 0, None, "T1")
    assert await state(sent) == (TransferState.SENT, 2)


async def test_what_is_received_arrives_and_with_the_last_unit_the_transfer_closes(sent):
    await done(sent, ask("receive", (TEE, 3), (TEE, 1, AsideReason.DAMAGED)))
    assert await state(sent) == (TransferState.RECEIVING, 3)
    assert await balances(sent, TEE, NICE) == (4, 0, 1, 0)
    assert await held(sent, TEE, NICE) == {"damaged": 1}
    (last,) = await done(sent, ask("receive"))
    assert last.leg.units == (Carried(CAP, 2), Carried(TEE, 1))
    assert await state(sent) == (TransferState.CLOSED, 5)
    assert await balances(sent, TEE, NICE) == (5, 0, 1, 0)
    assert await browse_transfers.arriving(sent, US, [(TEE, NICE)]) == {}
    assert [move.verb for move in await browse_transfers.moves(sent, US, T1)] == [
        "send", "receive", "receive", "close",
    ]  # fmt: skip


async def test_what_never_arrives_is_written_off(sent):
    await done(sent, ask("receive", (TEE, 4), (CAP, 2)))
    (gone,) = await done(sent, ask("write_off", (TEE, 1), reason="fell off the truck"))
    assert gone.after.state is TransferState.CLOSED
    seen = await line(sent)
    assert (seen.sent, seen.received, seen.written_off, seen.in_transit) == (5, 4, 1, 0)
    assert await balances(sent, TEE, NICE) == (4, 0, 0, 0)
    assert (await browse_transfers.moves(sent, US, T1))[-2].reason == "fell off the truck"


async def test_what_arrives_beyond_what_was_sent_is_there_and_is_no_part_of_the_sum(sent):
    (came,) = await done(sent, ask("receive", (TEE, 7), (CAP, 1)))
    assert came.leg.surplus == ((TEE, 2),)
    seen = await line(sent)
    assert (seen.sent, seen.received, seen.in_transit, seen.surplus) == (5, 5, 0, 2)
    assert await balances(sent, TEE, NICE) == (7, 0, 0, 0)
    told = await ledger.movements(sent, US, TEE, node_id=NICE, since=None, until=None, most=9)
    assert sorted((e.kind, e.on_hand_delta, e.reference) for e in told) == [
        ("adjustment", 2, "T1"), ("transfer_in", 5, "T1"),
    ]  # fmt: skip
    assert await state(sent) == (TransferState.RECEIVING, 3)


async def test_less_may_be_sent_than_was_planned_but_never_more_than_is_free(house):
    await stocked(house, TEE=9, CAP=4)
    await reserve(house, US, [[claim(1, 6)]], at=NOON)
    await set_aside(house, US, [aside("display", 1)], at=NOON)
    await plan(house, US, [transfer(TEE=5, CAP=4)], at=NOON)
    assert await refused(house, ask("send")) is WhyNotCarried.INSUFFICIENT
    assert await balances(house, CAP) == (4, 0, 0, 0)  # whole or not at all
    await done(house, ask("send", (TEE, 2), (CAP, 1)))
    assert ((await line(house)).sent, (await line(house, CAP)).sent) == (2, 1)
    assert await balances(house) == (7, 6, 1, 0)


@pytest.mark.parametrize(
    ("before", "what", "why"),
    [
        ([], ask("send", (TEE, 6)), WhyNotCarried.TOO_MANY_UNITS),
        ([], ask("send", ("MUG", 1)), WhyNotCarried.UNKNOWN_LINE),
        ([], ask("receive"), WhyNotCarried.ILLEGAL_TRANSITION),
        ([], ask("write_off"), WhyNotCarried.ILLEGAL_TRANSITION),
        ([], ask("send", id_="T9"), WhyNotCarried.UNKNOWN_TRANSFER),
        ([], ask("send", if_versions=frozenset({2})), WhyNotCarried.VERSION_CHANGED),
        (["send"], ask("send"), WhyNotCarried.ILLEGAL_TRANSITION),
        (["send"], ask("cancel"), WhyNotCarried.ILLEGAL_TRANSITION),
        (["send"], ask("receive", ("MUG", 1)), WhyNotCarried.UNKNOWN_LINE),
        (["send"], ask("write_off", (TEE, 6)), WhyNotCarried.TOO_MANY_UNITS),
        (["send", "receive"], ask("receive"), WhyNotCarried.ILLEGAL_TRANSITION),
        (["cancel"], ask("send"), WhyNotCarried.ILLEGAL_TRANSITION),
    ],
)
async def test_what_is_refused_leaves_everything_as_it_was(house, before, what, why):
    await stocked(house, TEE=9, CAP=4)
    await plan(house, US, [transfer(TEE=5, CAP=2)], at=NOON)
    for verb in before:
        await done(house, ask(verb))
    was = await browse_transfers.one(house, US, T1), await balances(house), await entries(house)
    assert await refused(house, what) is why
    now = await browse_transfers.one(house, US, T1), await balances(house), await entries(house)
    assert now == was


async def test_of_two_asks_about_one_transfer_the_later_is_decided_after_the_earlier(house):
    await stocked(house, TEE=9)
    await plan(house, US, [transfer(TEE=5), transfer("T2", TEE=5)], at=NOON)
    asks = [ask("send"), ask("send", id_="T2"), ask("receive", (TEE, 2)), ask("receive")]
    answers = await carry(house, US, asks, at=NOON)
    assert [isinstance(each, Done) for each in answers] == [True, False, True, True]
    assert await state(house) == (TransferState.CLOSED, 5)
    assert await balances(house) == (4, 0, 0, 0)
    assert await balances(house, TEE, NICE) == (5, 0, 0, 0)


async def test_transfers_are_listed_by_either_end_and_by_state(sent):
    await plan(sent, US, [transfer("T2", TEE=1)], at=NOON)

    async def listed(**how) -> list[str]:
        wanted = {"node_id": None, "states": None, "after": "", "most": 9} | how
        return [trip.id for trip in await browse_transfers.listed(sent, US, **wanted)]

    assert await listed() == ["T1", "T2"]
    assert await listed(node_id=NICE, states=[TransferState.SENT]) == ["T1"]
    assert await listed(node_id=LYON, after="T1") == ["T2"]
    assert await listed(node_id="PARIS") == []


async def test_the_database_itself_refuses_more_ends_than_were_sent(conn):
    await stocked(conn, TEE=9)
    await plan(conn, US, [transfer(TEE=5)], at=NOON)
    await done(conn, ask("send"))
    with pytest.raises(asyncpg.CheckViolationError, match="no_more_ends_than_was_sent"):
        await conn.execute("UPDATE inventory.transfer_line SET received = 9")


async def test_many_buyers_and_trucks_at_once_take_exactly_what_is_there(pool):
    names = [f"T{number}" for number in range(20)]
    async with pool.acquire() as conn:
        await stocked(conn, TEE=20)
        await plan(conn, US, [transfer(name, TEE=1) for name in names], at=NOON)

    async def buy(order: int) -> bool:
        async def work(conn: db.Connection) -> bool:
            answers = (await reserve(conn, US, [[claim(order, 1)]], at=NOON)).answers
            return isinstance(answers[0], Done)

        return await db.in_transaction(pool, work)

    async def send(name: str) -> bool:
        async def work(conn: db.Connection) -> bool:
            (answer,) = await carry(conn, US, [ask("send", id_=name)], at=NOON)
            return isinstance(answer, Done)

        return await db.in_transaction(pool, work)

    took = [each for pair in zip(range(20), names, strict=True) for each in pair]
    done_ = await asyncio.gather(
        *(buy(each) if isinstance(each, int) else send(each) for each in took)
    )

    assert sum(done_) == 20
    async with pool.acquire() as conn:
        bought = sum(won for each, won in zip(took, done_, strict=True) if isinstance(each, int))
        assert await balances(conn) == (bought, bought, 0, 0)
        assert await browse_transfers.arriving(conn, US, [(TEE, NICE)]) == {
            (TEE, NICE): 20 - bought
        }


async def test_transfers_in_opposite_directions_at_once_never_deadlock(pool):
    there = [transfer(f"A{number}", TEE=1, CAP=1) for number in range(10)]
    back = [
        NewTransfer(TransferId(f"B{number}"), NICE, LYON, None, ((CAP, 1), (TEE, 1)))
        for number in range(10)
    ]
    async with pool.acquire() as conn:
        await stocked(conn, TEE=50, CAP=50)
        await move(conn, US, [delta("receipt", 50, sku, NICE) for sku in (TEE, CAP)], at=NOON)
        await plan(conn, US, [*there, *back], at=NOON)

    async def go(one: NewTransfer) -> None:
        async def work(conn: db.Connection) -> None:
            asks = [ask(verb, id_=one.transfer_id) for verb in ("send", "receive")]
            await done(conn, *asks)

        await db.in_transaction(pool, work, tries=1)

    await asyncio.gather(*(go(each) for pair in zip(there, back, strict=True) for each in pair))
    async with pool.acquire() as conn:
        for node in (LYON, NICE):
            assert await balances(conn, TEE, node) == (50, 0, 0, 0)


async def test_what_arrives_pays_back_first_what_its_receiver_owes(house):
    await stocked(house, TEE=9)
    went = Delta(MovementKind.ADJUSTMENT, TEE, NICE, -2, None, "till", 1, NOON)
    await move(house, US, [went], at=NOON)
    await plan(house, US, [transfer(TEE=5)], at=NOON)
    for verb in (TransferVerb.SEND, TransferVerb.RECEIVE):
        (answer,) = await carry(house, US, [TripAsk(T1, verb, "ann")], at=NOON)
        assert isinstance(answer, Done)
    assert await balances(house, node=NICE) == (3, 0, 0, 0)
    assert await heard.deficits(house, US, [(TEE, NICE)]) == {}
    told = await ledger.movements(house, US, TEE, node_id=NICE, since=None, until=None, most=2)
    assert [(e.kind, e.on_hand_delta, e.actor) for e in told] == [
        ("netted", -2, "ann"),
        ("transfer_in", 5, "ann"),
    ]
