"""Units that are wanted no more leave the work, as far as it has not left the node."""

from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Ask, Named, Units, Withdrawal, Withdrawn
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.release import release
from entrepot.fulfillment.states import State, Verb
from entrepot.fulfillment.store import works_for_update
from entrepot.fulfillment.withdraw import withdraw
from fulfillment.world import KIM, LATER, TO_SHIPPED, US, bring, new, opened, order_id


async def take(conn, *units: tuple[int, str, int], order: int = 1) -> Withdrawn:
    wanted = [Withdrawal(order_id(order), *each) for each in units]
    return await withdraw(conn, US, wanted, actor=KIM, reason="changed my mind", at=LATER)


async def test_the_last_planned_work_gives_first(house):
    first, second = await opened(house, new((1, "GLOVE", 2)), new((1, "GLOVE", 2), node="NICE"))

    taken = await take(house, (1, "GLOVE", 3))

    assert taken.quantities == [3]
    assert [
        (a.after.id, a.after.head.node_id, a.turn.units, a.after.state) for a in taken.acted
    ] == [
        (second, "NICE", (Units(1, "GLOVE", 2),), State.CANCELED),
        (first, "LYON", (Units(1, "GLOVE", 1),), State.PLANNED),
    ]
    moves = await house.fetch("SELECT verb, reason, actor, at FROM fulfillment.move ORDER BY verb")
    assert [tuple(m) for m in moves] == [
        ("cancel", "changed my mind", KIM, LATER),
        ("withdraw", "changed my mind", KIM, LATER),
    ]


async def test_what_has_left_is_not_withdrawn(house):
    shipped, planned = await opened(house, new((1, "GLOVE", 2)), new((1, "GLOVE", 1)))
    await bring(house, shipped, *TO_SHIPPED)

    taken = await take(house, (1, "GLOVE", 1), (1, "GLOVE", 2), (7, "HAT", 1))

    assert taken.quantities == [1, 0, 0]
    assert [a.after.id for a in taken.acted] == [planned]


async def test_the_last_unit_to_pick_withdrawn_finishes_the_picking(house):
    (id_,) = await opened(house, new((1, "GLOVE", 3)))
    await bring(house, id_, release, accept)
    await pick(house, US, [Ask(id_, KIM, units=(Named(1, 2),))], at=LATER)

    taken = await take(house, (1, "GLOVE", 1))

    assert taken.acted[0].turn.verbs == (Verb.WITHDRAW, Verb.FINISH_PICK)
    assert taken.acted[0].after.state is State.PICKED
    (work,) = await works_for_update(house, US, [id_])
    assert (work.lines[0].picked, work.lines[0].canceled) == (2, 1)


async def test_other_orders_keep_their_units(house):
    mine, theirs = await opened(house, new(), new(order=2))
    taken = await take(house, (1, "GLOVE", 9))
    assert taken.quantities == [2]
    assert [a.after.id for a in taken.acted] == [mine]
    (work,) = await works_for_update(house, US, [theirs])
    assert work.lines[0].canceled == 0


async def test_nothing_asked_nothing_withdrawn(house):
    assert await take(house) == Withdrawn([], [])
