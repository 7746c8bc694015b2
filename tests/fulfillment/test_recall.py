"""Units that are missing at a node are recalled from its work, as far as nobody has picked them."""

from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Ask, Named, Recall, Units, Withdrawn
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.recall import recall
from entrepot.fulfillment.release import release
from entrepot.fulfillment.states import State, Verb
from entrepot.fulfillment.store import works_for_update
from fulfillment.world import KIM, LATER, TO_SHIPPED, US, bring, new, opened, order_id


async def take(conn, *units: tuple[int, str, int], node: str = "LYON", order: int = 1) -> Withdrawn:
    wanted = [Recall(order_id(order), line, sku, node, q) for line, sku, q in units]
    return await recall(conn, US, wanted, actor=KIM, reason="missing", at=LATER)


async def test_only_the_work_of_the_node_gives_and_the_last_planned_first(house):
    first, other, second = await opened(
        house, new((1, "GLOVE", 2)), new((1, "GLOVE", 2), node="NICE"), new((1, "GLOVE", 2))
    )
    taken = await take(house, (1, "GLOVE", 3))
    assert taken.quantities == [3]
    assert [(a.after.id, a.turn.units, a.after.state) for a in taken.acted] == [
        (second, (Units(1, "GLOVE", 2),), State.CANCELED),
        (first, (Units(1, "GLOVE", 1),), State.PLANNED),
    ]
    (work,) = await works_for_update(house, US, [other])
    assert work.lines[0].canceled == 0


async def test_what_is_picked_stays_and_the_picking_is_finished(house):
    (id_,) = await opened(house, new((1, "GLOVE", 3)))
    await bring(house, id_, release, accept)
    await pick(house, US, [Ask(id_, KIM, units=(Named(1, 2),))], at=LATER)
    taken = await take(house, (1, "GLOVE", 3))
    assert taken.quantities == [1]
    assert taken.acted[0].turn.verbs == (Verb.WITHDRAW, Verb.FINISH_PICK)
    (work,) = await works_for_update(house, US, [id_])
    assert (work.lines[0].picked, work.lines[0].canceled) == (2, 1)


async def test_work_that_is_picked_or_has_left_is_let_be(house):
    shipped, picked = await opened(house, new((1, "GLOVE", 2)), new((1, "GLOVE", 2)))
    await bring(house, shipped, *TO_SHIPPED)
    await bring(house, picked, release, accept, pick)
    assert await take(house, (1, "GLOVE", 4)) == Withdrawn([0], [])


async def test_each_recall_is_answered_for_itself(house):
    await opened(house, new((1, "GLOVE", 2), (2, "HAT", 1)), new((1, "GLOVE", 5), order=2))
    taken = await take(house, (1, "GLOVE", 1), (2, "HAT", 4), (7, "HAT", 1))
    assert taken.quantities == [1, 1, 0]
    assert await take(house, (1, "GLOVE", 9), order=3) == Withdrawn([0], [])


async def test_nothing_asked_nothing_recalled(house):
    assert await take(house) == Withdrawn([], [])
