"""What an order has already: kept where it is, whatever else there is, and again on its record."""

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.model import Channel
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.model import NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.own import beyond
from entrepot.sourcing.record import Scene, decision, pack, replay, unpack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch, plan_on, plan_one
from sourcing import worlds
from sourcing.worlds import AT, WEB, ask_of, network_of, node, replace, world

NEAR, FAR = node("A", handling=5), node("B", handling=500)


def shipped(answer):
    """Say what goes from where."""
    assert isinstance(answer, Plan), answer
    return {shipment.node_id: dict(shipment.items) for shipment in answer.shipments}


def plan(ask, free, **more):
    network = network_of(NEAR, FAR, **{k: more.pop(k) for k in ("channels",) if k in more})
    return plan_one(ask, *world(network, free, **more).arguments)


def test_it_stays_where_it_is_though_another_node_is_cheaper():
    ask = ask_of(("X", 2, 500), own=(("X", "B", 2),))
    assert shipped(plan(ask, {"X": {"A": 9}})) == {"B": {"X": 2}}


def test_a_split_that_was_shown_stays_a_split():
    ask = ask_of(("X", 2, 500), own=(("X", "A", 1), ("X", "B", 1)))
    assert shipped(plan(ask, {"X": {"A": 9, "B": 9}})) == {"A": {"X": 1}, "B": {"X": 1}}


def test_the_rest_comes_from_the_same_nodes_where_they_have_it():
    ask = ask_of(("X", 3, 500), own=(("X", "B", 1),))
    assert shipped(plan(ask, {"X": {"A": 9, "B": 2}})) == {"B": {"X": 3}}


def test_and_else_from_anywhere_what_it_has_counting_as_free():
    ask = ask_of(("X", 3, 500), own=(("X", "B", 1),))
    assert shipped(plan(ask, {"X": {"A": 2}})) == {"A": {"X": 2}, "B": {"X": 1}}
    short = plan(ask, {"X": {"A": 1}})
    assert (short.why, short.missing) == (WhyNoPlan.SHORT, (("X", 1),))


def test_a_buffer_and_what_is_owed_to_others_are_not_kept_from_it():
    ask = ask_of(("X", 2, 500), own=(("X", "B", 2),))
    buffered = (Channel(WEB, buffer=5),)
    assert shipped(plan(ask, {"X": {"B": 1}}, channels=buffered)) == {"B": {"X": 2}}
    assert shipped(plan(ask, {"X": {"B": 1}}, owed={"X": 9})) == {"B": {"X": 2}}
    assert isinstance(plan(ask_of(("X", 1, 500)), {"X": {"B": 1}}, owed={"X": 9}), NoPlan)


def test_a_node_that_may_not_supply_it_any_more_is_left():
    ask = ask_of(("X", 2, 500), own=(("X", "B", 2), ("Y", "B", 1), ("X", "gone", 1)))
    network = network_of(NEAR, replace(FAR, enabled=False))
    assert shipped(plan_one(ask, *world(network, {"X": {"A": 2}}).arguments)) == {"A": {"X": 2}}


def test_nothing_is_sent_yet_and_any_node_that_ships_will_do():
    ask = ask_of(("X", 1, 500), destination=None, anywhere=True)
    answer = plan(ask, {"X": {"A": 1, "B": 1}})
    assert shipped(answer) == {"A": {"X": 1}}
    assert answer.shipments[0].lane_id is None
    nowhere = plan(ask_of(("X", 1, 500), destination=None), {"X": {"A": 1}})
    assert nowhere.why is WhyNoPlan.NO_LANE


def test_only_what_it_had_not_comes_off_the_shelves():
    ask = ask_of(("X", 3, 500), ("Y", 1, 1), own=(("X", "A", 2), ("Y", "A", 1)))
    assert beyond(ask, "A", [("X", 3), ("Y", 1)]) == [("X", 1)]
    assert beyond(ask, "B", [("X", 3)]) == [("X", 3)]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_batch_with_carts_takes_no_more_than_there_is_and_replays(seed):
    chance = worlds.chance_of(seed)
    seen = worlds.random_world(chance)
    asks = []
    for _ in range(6):
        ask = worlds.random_ask(chance, seen.network)
        own = {
            (want.sku, chance.choice(seen.network.nodes).node_id): chance.randint(1, 3)
            for want in ask.wants
            if chance.random() < 0.5
        }
        asks.append(replace(ask, own=tuple((*key, units) for key, units in own.items())))
    shelves = Shelves(asks, seen.stock, seen.compiled)
    before = shelves.free.copy()
    standing = Standing(seen.compiled, seen.days, seen.load)
    answers = plan_on(shelves, asks, standing)

    assert (shelves.free >= 0).all()
    assert answers == plan_batch(asks, *seen.arguments)
    for ask, answer in zip(asks, answers, strict=True):
        for shipment in answer.shipments if isinstance(answer, Plan) else ():
            for sku, units in beyond(ask, shipment.node_id, shipment.items):
                row, at = shelves.row[sku], seen.compiled.index[shipment.node_id]
                before[row, at] -= units
    assert (before == shelves.free).all()

    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    kept = unpack(pack(asks, answers, Shelves(asks, seen.stock, seen.compiled), scene))
    for place, (ask, answer) in enumerate(zip(asks, answers, strict=True)):
        one = decision(kept, place, seen.compiled)
        assert (one.ask, one.answer) == (ask, answer)
        assert replay(one) == answer
