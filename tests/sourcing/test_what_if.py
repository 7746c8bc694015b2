"""What stood in the way of a cheaper plan, what it cost, and what would have flipped it."""

from datetime import timedelta

import numpy as np
import pytest

from entrepot.network.model import Channel, Method
from entrepot.sourcing import flip
from entrepot.sourcing.explain import explain
from entrepot.sourcing.flip import Lever
from entrepot.sourcing.model import Due, NoPlan, Plan, Prices
from entrepot.sourcing.record import Decision, Scene, replay
from entrepot.sourcing.tell_if import what_if
from entrepot.sourcing.what_if import Constraint, at_extra, at_handling, with_units
from entrepot.terms.ids import NodeId, Sku
from sourcing import many, steering, worlds
from sourcing.worlds import AT, WEB, ask_of, network_of, node, replace, world


def decided(ask, seen):
    """Decide, as a decision to be asked about."""
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    made = Decision(ask, seen.stock, scene, NoPlan("short", ()))
    return replace(made, answer=replay(made))


def asked(seen, *wants, **more):
    made = decided(ask_of(*(wants or (("S0", 1, 400),)), **more), seen)
    return made, what_if(made, explain(made))


NEAR_AND_DEAR = (node("DEAR", handling=210), node("NEAR", handling=0))


def test_a_full_node_is_the_binding_constraint_with_its_price():
    near = node("NEAR", handling=0, capacity_per_day=40)
    seen = world(
        network_of(NEAR_AND_DEAR[0], near), {"S0": {"DEAR": 5, "NEAR": 5}}, load={"NEAR": 40}
    )
    _, found = asked(seen)
    assert found.binding.constraint is Constraint.CAPACITY
    assert (found.binding.nodes, found.binding.saves) == (("NEAR",), 210)
    assert found.words[0] == "2.10 dearer because NEAR (40 of 40) was full for the day."


def test_a_node_that_takes_no_orders_at_all_is_full_too():
    near = node("NEAR", handling=0, capacity_per_day=0)
    seen = world(network_of(NEAR_AND_DEAR[0], near), {"S0": {"DEAR": 5, "NEAR": 5}})
    _, found = asked(seen)
    assert found.binding.constraint is Constraint.CAPACITY
    assert found.binding.saves == 210


@pytest.mark.parametrize(
    ("constraint", "changed", "ask", "said"),
    [
        (Constraint.BARRED, {}, {"barred": frozenset({(Sku("S0"), NodeId("NEAR"))})}, "rejected"),
        (Constraint.DISABLED, {"enabled": False}, {}, "NEAR was switched off"),
        (
            Constraint.SERVICE, {"services": frozenset({Method.PICKUP})}, {},
            "NEAR did not offer the method",
        ),
    ],
)  # fmt: skip
def test_each_constraint_has_its_price_and_its_words(constraint, changed, ask, said):
    nodes = (NEAR_AND_DEAR[0], replace(NEAR_AND_DEAR[1], **changed))
    seen = world(network_of(*nodes), {"S0": {"DEAR": 5, "NEAR": 5}})
    _, found = asked(seen, **ask)
    assert [(each.constraint, each.saves) for each in found.lifted] == [(constraint, 210)]
    assert said in found.words[0]
    assert found.words[0].startswith("2.10 dearer because")


def test_a_closed_node_and_one_out_of_the_view():
    seen = world(network_of(*NEAR_AND_DEAR), {"S0": {"DEAR": 5, "NEAR": 5}}, closed=("NEAR",))
    _, found = asked(seen)
    assert [each.constraint for each in found.lifted] == [Constraint.CLOSED]

    view = Channel(WEB, node_ids=frozenset({NodeId("DEAR")}))
    seen = world(network_of(*NEAR_AND_DEAR, channels=(view,)), {"S0": {"DEAR": 5, "NEAR": 5}})
    _, found = asked(seen)
    assert [each.constraint for each in found.lifted] == [Constraint.CHANNEL_VIEW]
    assert found.words[0] == "2.10 dearer because NEAR was not in the channel's view."


def test_what_was_kept_back():
    channel = Channel(WEB, buffer=3)
    seen = world(network_of(*NEAR_AND_DEAR, channels=(channel,)), {"S0": {"DEAR": 5, "NEAR": 3}})
    _, found = asked(seen)
    assert found.words[0] == "2.10 dearer because the last units at NEAR were kept back."


def test_two_constraints_are_priced_apart_the_dearer_first():
    far = node("FAR", handling=120)
    near = node("NEAR", handling=0, capacity_per_day=1)
    seen = world(
        network_of(NEAR_AND_DEAR[0], near, replace(far, enabled=False)),
        {"S0": {"DEAR": 5, "NEAR": 5, "FAR": 5}}, load={"NEAR": 1},
    )  # fmt: skip
    _, found = asked(seen)
    assert [(each.constraint, each.saves) for each in found.lifted] == [
        (Constraint.CAPACITY, 210),
        (Constraint.DISABLED, 90),
    ]
    assert found.binding == found.lifted[0]


def test_a_refusal_says_what_would_have_made_it_possible():
    seen = world(network_of(replace(NEAR_AND_DEAR[1], enabled=False)), {"S0": {"NEAR": 5}})
    made, found = asked(seen)
    assert isinstance(made.answer, NoPlan)
    assert found.binding.saves is None
    assert found.words == ("It could have been sent for 5.00, but NEAR was switched off.",)
    assert found.flips == ()


def test_what_is_owed_to_others():
    seen = world(network_of(NEAR_AND_DEAR[1]), {"S0": {"NEAR": 5}}, owed={"S0": 5})
    _, found = asked(seen)
    assert [each.constraint for each in found.lifted] == [Constraint.OWED]


def test_an_order_that_kept_to_its_cart():
    seen = world(network_of(*NEAR_AND_DEAR), {"S0": {"DEAR": 5, "NEAR": 5}})
    _, found = asked(seen, own=((Sku("S0"), NodeId("DEAR"), 1),))
    assert [(each.constraint, each.saves) for each in found.lifted] == [(Constraint.CART, 210)]


def test_nothing_stood_in_the_way_and_it_says_so():
    seen = world(network_of(*NEAR_AND_DEAR), {"S0": {"DEAR": 5, "NEAR": 5}})
    _, found = asked(seen)
    assert (found.binding, found.lifted) == (None, ())
    assert found.words[0] == "No single rule or limit made it dearer."
    assert [(each.nodes, each.cost) for each in found.candidates] == [
        (("NEAR",), 500),
        (("DEAR",), 710),
    ]


def test_the_least_change_of_handling_that_makes_the_runner_up_win():
    seen = world(network_of(*NEAR_AND_DEAR), {"S0": {"DEAR": 5, "NEAR": 5}})
    made, found = asked(seen, ("S0", 2, 400))
    flip = next(each for each in found.flips if each.lever is Lever.HANDLING_LESS)
    assert (flip.node, flip.by, flip.nodes) == ("DEAR", 210, ("DEAR",))
    dear = made.scene.compiled.index[NodeId("DEAR")]
    assert replay(at_handling(made, dear, 1)).shipments == made.answer.shipments
    assert replay(at_handling(made, dear, 0)).shipments[0].node_id == "DEAR"
    more = next(each for each in found.flips if each.lever is Lever.HANDLING_MORE)
    near = made.scene.compiled.index[NodeId("NEAR")]
    assert (more.node, more.by, more.nodes) == ("NEAR", 210, ("DEAR",))
    assert replay(at_handling(made, near, 209)).shipments[0].node_id == "NEAR"
    assert any("Were handling at DEAR 2.10 a unit cheaper" in each for each in found.words)


def test_the_least_change_of_stock_either_way():
    third = node("THIRD", region="R9", handling=0)
    seen = world(
        network_of(NEAR_AND_DEAR[0], node("NEAR", handling=50), third),
        {"S0": {"DEAR": 9, "NEAR": 4, "THIRD": 1}},
        closed=(),
    )
    cheap = replace(seen.network.nodes[2], place=seen.network.nodes[1].place)
    seen = world(
        network_of(*seen.network.nodes[:2], cheap), {"S0": {"DEAR": 9, "NEAR": 4, "THIRD": 1}}
    )
    made, found = asked(seen, ("S0", 2, 400))
    less = next(each for each in found.flips if each.lever is Lever.STOCK_LESS)
    more = next(each for each in found.flips if each.lever is Lever.STOCK_MORE)

    assert (less.node, less.sku, less.by, less.nodes) == ("NEAR", "S0", 3, ("DEAR",))
    assert (more.node, more.sku, more.by, more.nodes) == ("THIRD", "S0", 1, ("THIRD",))
    assert more.cost < made.answer.cost
    for each in (less, more):
        where = made.scene.compiled.index[each.node]
        for by, differs in ((each.by - 1, False), (each.by, True)):
            sign = -1 if each.lever is Lever.STOCK_LESS else 1
            stock = with_units(made.stock, each.sku, where, sign * by)
            assert (
                replay(replace(made, stock=stock)).shipments != made.answer.shipments
            ) == differs
    assert "Had THIRD held 1 unit more of S0, it would have gone from THIRD at 5.00." in found.words


def one_by_one(made):
    """Find the fewest units more that flip a decision to a cheaper one, trying node by node."""
    ask, seen = made.ask, made.scene.compiled
    spare = flip.spare(made)
    tried = []
    for node_ in range(len(seen.network.nodes)):
        lacking = [
            max(want.quantity - int(spare[at, node_]), 0) for at, want in enumerate(ask.wants)
        ]
        if sum(each > 0 for each in lacking) == 1:
            at = next(place for place, each in enumerate(lacking) if each)
            tried.append((lacking[at], node_, ask.wants[at].sku))
    for by, node_, sku in sorted(tried, key=lambda each: each[0]):
        answer = replay(replace(made, stock=with_units(made.stock, sku, node_, by)))
        nodes = [s.node_id for s in answer.shipments]
        if nodes != [s.node_id for s in made.answer.shipments] and answer.cost < made.answer.cost:
            return seen.network.nodes[node_].node_id, sku, by
    return None


def test_the_least_change_of_stock_is_what_trying_node_by_node_finds():
    flipped = 0
    for seed in many.drawn(1_200):
        chance = worlds.chance_of(seed)
        seen = steering.steered_world(chance, nodes_max=9, units_max=3)
        made = decided(steering.steered_ask(chance, seen.network), seen)
        if not isinstance(made.answer, Plan):
            continue
        found = [f for f in flip.flips(made, explain(made)) if f.lever is Lever.STOCK_MORE]
        assert [(f.node, f.sku, f.by) for f in found] == list(filter(None, [one_by_one(made)])), (
            seed
        )
        flipped += len(found)
    assert flipped > many.often(100)


def test_the_least_price_of_a_further_shipment_that_keeps_an_order_whole():
    seen = world(
        network_of(node("A"), node("B"), node("C", handling=300), extra_shipment=0),
        {"S0": {"A": 5, "C": 5}, "S1": {"B": 5, "C": 5}},
    )
    made, found = asked(seen, ("S0", 1, 400), ("S1", 1, 400))
    flip = next(each for each in found.flips if each.lever is Lever.EXTRA_SHIPMENT)
    assert flip.nodes == ("C",)
    assert len(replay(at_extra(made, flip.by - 1)).shipments) == 2
    assert len(replay(at_extra(made, flip.by)).shipments) == 1


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_told_was_tried_and_nothing_lifted_is_dearer(seed):
    chance = worlds.chance_of(seed)
    seen = worlds.random_world(chance)
    made = decided(worlds.random_ask(chance, seen.network), seen)
    found = what_if(made, explain(made))
    assert len(found.words) >= len(found.lifted) + len(found.flips)
    for each in found.lifted:
        if isinstance(made.answer, Plan):
            assert each.saves == made.answer.cost - each.cost > 0
        else:
            assert each.saves is None
    assert list(found.lifted) == sorted(found.lifted, key=lambda e: (-(e.saves or 0), e.cost))
    if isinstance(made.answer, Plan):
        was = tuple(each.node_id for each in made.answer.shipments)
        assert all(each.by > 0 and each.nodes != was for each in found.flips)


@pytest.mark.parametrize(
    ("constraint", "guide", "said"),
    [
        (
            Constraint.FENCE, {"allowed": [0]},
            "2.10 dearer because NEAR was fenced off by the rules.",
        ),
        (
            Constraint.RATING, {"rating": {1: 5_000}},
            "2.10 dearer because the rules rate other nodes better.",
        ),
    ],
)  # fmt: skip
def test_what_the_rules_cost(constraint, guide, said):
    seen = world(network_of(*NEAR_AND_DEAR), {"S0": {"DEAR": 5, "NEAR": 5}})
    _, found = asked(seen, guide=steering.guide_of(2, **guide))
    assert [(each.constraint, each.saves) for each in found.lifted] == [(constraint, 210)]
    assert found.words[0] == said


def test_what_a_limit_of_shipments_a_due_day_and_the_worth_of_stock_cost():
    seen = world(
        network_of(node("A"), node("B"), node("C", handling=600), extra_shipment=0),
        {"S0": {"A": 5, "C": 5}, "S1": {"B": 5, "C": 5}},
    )
    _, found = asked(seen, ("S0", 1, 400), ("S1", 1, 400), guide=steering.guide_of(3, most=1))
    assert found.binding.constraint is Constraint.LIMIT
    assert "the rules allow no more shipments" in found.words[0]

    seen = world(network_of(node("NEAR", handling=0)), {"S0": {"NEAR": 5}})
    soon = Due(AT.date() + timedelta(days=3), hard=True)  # on Monday
    lanes = (
        worlds.lane(3, (1000, 500), days=3),
        worlds.lane(3, (1000, 900), service="express", days=1),
    )
    seen = world(replace(seen.network, lanes=lanes), {"S0": {"NEAR": 5}})
    _, found = asked(seen, due=soon, services=("standard", "express"))
    assert found.words[0] == "4.00 dearer because it has to be there in time."

    seen = world(network_of(*NEAR_AND_DEAR), {"S0": {"DEAR": 5, "NEAR": 5}})
    prices = Prices(1, {Sku("S0"): np.array([0, 900], np.int64)})
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    made = Decision(ask_of(("S0", 1, 400)), seen.stock, scene, NoPlan("short", ()), prices)
    made = replace(made, answer=replay(made))
    found = what_if(made, explain(made))
    assert found.binding.constraint is Constraint.WORTH
    assert found.words[0] == "2.10 dearer because units and room are kept for orders to come."
    assert found.candidates[0].parts.shadow == 0


@pytest.mark.parametrize("seed", range(40))
def test_also_where_more_than_money_steers_all_that_is_told_was_tried(seed):
    chance = worlds.chance_of(seed)
    seen = steering.steered_world(chance)
    made = decided(steering.steered_ask(chance, seen.network), seen)
    found = what_if(made, explain(made))
    for each in found.lifted:
        assert each.saves is None or each.saves > 0
    if isinstance(made.answer, Plan):
        was = tuple(each.node_id for each in made.answer.shipments)
        assert all(each.nodes != was for each in found.flips)
        assert [e.weighed for e in found.candidates] == sorted(e.weighed for e in found.candidates)
