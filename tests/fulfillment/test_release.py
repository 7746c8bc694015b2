"""Released is what is due and not on hold."""

from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from entrepot.fulfillment.model import Ask, WhyNot
from entrepot.fulfillment.release import release, release_due
from entrepot.plumbing import db
from entrepot.terms.outcome import Refused
from fulfillment.world import KIM, LATER, NOON, US, capture, new, opened, order_id


async def hold(conn, order: int, *, lifted: bool = False) -> None:
    await conn.execute(
        "INSERT INTO orders.hold (market, order_id, hold_id, kind, reason, actor, placed_at,"
        " lifted_at, lifted_by, lift_reason)"
        " VALUES ('US', $1, $2, 'fraud', 'odd', 'kim', $3, $4, 'ann', 'fine')",
        order_id(order), UUID(int=order), NOON, NOON if lifted else None,
    )  # fmt: skip


async def test_what_is_due_is_released_longest_waiting_first(house):
    await capture(house, 1, 2, 3)
    soon, sooner, later = await opened(
        house,
        new(),
        replace(new(order=2), release_at=NOON - timedelta(hours=1)),
        replace(new(order=3), release_at=LATER),
    )

    released = await release_due(house, US, actor="system", at=NOON)

    assert [a.after.id for a in released] == [sooner, soon]
    assert [a.after.head.state for a in released] == ["released", "released"]
    assert [a.after.id for a in await release_due(house, US, actor="system", at=LATER)] == [later]
    assert await release_due(house, US, actor="system", at=LATER) == []


async def test_at_most_as_many_as_asked_are_released(house):
    await capture(house, 1, 2)
    first, second = await opened(house, new(), new(order=2))
    assert [a.after.id for a in await release_due(house, US, actor="s", at=NOON, most=1)] == [first]
    assert [a.after.id for a in await release_due(house, US, actor="s", at=NOON, most=1)] == [
        second
    ]


async def test_nothing_is_released_while_a_hold_stands(house):
    await capture(house, 1, 2)
    held, cleared = await opened(house, new(), new(order=2))
    await hold(house, 1)
    await hold(house, 2, lifted=True)

    assert [a.after.id for a in await release_due(house, US, actor="s", at=NOON)] == [cleared]
    assert await release(house, US, [Ask(held, KIM)], at=NOON) == [
        Refused(WhyNot.ON_HOLD, "a hold stands against the order")
    ]

    await house.execute("UPDATE orders.hold SET lifted_at = $1", LATER)
    assert [a.after.id for a in await release_due(house, US, actor="s", at=LATER)] == [held]


AWAY = (
    "DELETE FROM fulfillment.move WHERE fulfillment_order_id = ANY($1)",
    "DELETE FROM fulfillment.line WHERE fulfillment_order_id = ANY($1)",
    "DELETE FROM fulfillment.fulfillment_order WHERE fulfillment_order_id = ANY($1)",
    "DELETE FROM orders.line WHERE order_id = ANY($1)",
    'DELETE FROM orders."order" WHERE order_id = ANY($1)',
)


async def test_what_another_has_in_hand_is_left_for_the_next_sweep(dsn):
    ours, theirs = await db.connect(dsn), await db.connect(dsn)
    try:
        await capture(ours, 71, 72)
        locked, free = await opened(ours, new(order=71), new(order=72))
        async with theirs.transaction():
            await theirs.execute(
                'SELECT 1 FROM orders."order" WHERE market = $1 AND order_id = $2'
                " FOR NO KEY UPDATE",
                US, order_id(71),
            )  # fmt: skip
            async with ours.transaction():
                released = await release_due(ours, US, actor="s", at=NOON)
        assert [a.after.id for a in released] == [free]
        async with ours.transaction():
            released = await release_due(ours, US, actor="s", at=NOON)
        assert [a.after.id for a in released] == [locked]
    finally:
        for statement in AWAY:
            await ours.execute(statement, [locked, free, order_id(71), order_id(72)])
        await ours.close()
        await theirs.close()
