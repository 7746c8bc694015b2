"""A record decided again says what was recorded; under other rules it says why it does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import Compiled
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.lab import Because, Rules, places_of, reasons, rerun
from entrepot.sourcing.model import Held, NoPlan, Plan
from entrepot.sourcing.record import Scene, decision, pack, replay, unpack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.unfold import unfold
from entrepot.terms.audience import Audience
from entrepot.terms.ids import ChannelId, Sku
from sourcing import steering, worlds
from sourcing.worlds import AT, WEB, ask_of, network_of, node, replace, world


def recorded(asks, seen):
    """Decide for all in turn, pack, unpack and lay open."""
    shelves = Shelves(asks, seen.stock, seen.compiled)
    answers = plan_on(shelves, asks, Standing(seen.compiled, seen.days, seen.load))
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    return unpack(pack(asks, answers, shelves, scene)), answers


def opened(asks, seen):
    record, answers = recorded(asks, seen)
    return unfold(record, seen.compiled), answers


def with_segments(seen, chance):
    """Hold some units for the shop's app, so that what others must leave shrinks as it buys."""
    count = len(seen.network.nodes)
    held = {
        Sku(f"S{at}"): (
            Held(
                "app", Audience(frozenset({ChannelId("app")}), None),
                np.array([chance.randint(0, 4) for _ in range(count)], np.int64),
            ),
        )
        for at in range(6)
        if chance.random() < 0.5
    }  # fmt: skip
    return replace(seen, stock=replace(seen.stock, held=held))


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_any_record_decided_again_says_what_was_recorded(seed, held):
    chance = worlds.chance_of(seed)
    seen = worlds.random_world(chance, units_max=chance.choice((4, 8)))
    seen = with_segments(seen, chance) if held else seen
    asks = [worlds.random_ask(chance, seen.network) for _ in range(chance.choice((1, 7, 12)))]
    record, answers = recorded(asks, seen)
    batch = unfold(record, seen.compiled)

    again = rerun(batch, Rules(seen.compiled))

    assert again == answers == list(batch.answers)
    assert again == [replay(decision(record, at, seen.compiled)) for at in range(len(asks))]
    assert reasons(batch, Rules(seen.compiled), again) == {}


def test_segments_that_are_drawn_from_break_a_record_into_stretches():
    broken = 0
    for seed in range(200):
        chance = worlds.chance_of(seed)
        seen = with_segments(worlds.random_world(chance), chance)
        asks = [worlds.random_ask(chance, seen.network) for _ in range(12)]
        batch, answers = opened(asks, seen)
        assert rerun(batch, Rules(seen.compiled)) == answers
        broken += len(batch.stretches) > 1
    assert broken > 20


def dearer_splits(seen, extra):
    costs = replace(seen.network.costs, extra_shipment=extra)
    return Rules(Compiled(replace(seen.network, costs=costs)))


def test_a_dearer_split_sends_the_order_from_one_node_and_says_why():
    seen = world(
        network_of(node("A"), node("B"), node("C", handling=300), extra_shipment=0),
        {"S0": {"A": 5, "C": 5}, "S1": {"B": 5, "C": 5}},
    )
    asks = [ask_of(("S0", 1, 400), ("S1", 1, 400))]
    batch, (then,) = opened(asks, seen)
    rules = dearer_splits(seen, 1_000)
    (now,) = rerun(batch, rules)

    assert [each.node_id for each in then.shipments] == ["A", "B"]
    assert [each.node_id for each in now.shipments] == ["C"]
    assert reasons(batch, rules, [now]) == {0: Because.DEARER}


def test_what_an_earlier_order_takes_now_is_gone_for_the_later_ones():
    seen = world(
        network_of(node("A"), node("B"), node("C", handling=300), extra_shipment=0),
        {"S0": {"A": 5, "C": 1}, "S1": {"B": 5, "C": 5}},
    )
    split, single = ask_of(("S0", 1, 400), ("S1", 1, 400)), ask_of(("S0", 1, 400), barred=())
    single = replace(single, barred=frozenset({(Sku("S0"), seen.network.nodes[0].node_id)}))
    batch, (_, then) = opened([split, single], seen)
    rules = dearer_splits(seen, 1_000)
    answers = rerun(batch, rules)

    assert [each.node_id for each in then.shipments] == ["C"]
    assert isinstance(answers[1], NoPlan)
    assert reasons(batch, rules, answers) == {0: Because.DEARER, 1: Because.TAKEN}


def test_a_node_without_room_or_out_of_the_view_is_said_to_be():
    seen = world(
        network_of(node("A", capacity_per_day=3), node("B", handling=50)), {"S0": {"A": 5, "B": 5}}
    )
    batch, (then,) = opened([ask_of(("S0", 1, 400))], seen)
    assert [each.node_id for each in then.shipments] == ["A"]

    a, b = seen.network.nodes
    full = Rules(Compiled(replace(seen.network, nodes=(replace(a, capacity_per_day=0), b))))
    off = Rules(Compiled(replace(seen.network, nodes=(replace(a, enabled=False), b))))
    assert reasons(batch, full, rerun(batch, full)) == {0: Because.FULL}
    assert reasons(batch, off, rerun(batch, off)) == {0: Because.NOT_ELIGIBLE}


def test_less_kept_back_makes_possible_what_was_refused():
    channel = worlds.Channel(WEB, buffer=5)
    seen = world(network_of(node("A"), channels=(channel,)), {"S0": {"A": 5}})
    batch, (then,) = opened([ask_of(("S0", 1, 400))], seen)
    rules = Rules(seen.compiled, {(WEB, Sku("S0")): 1})
    (now,) = rerun(batch, rules)
    assert isinstance(then, NoPlan)
    assert isinstance(now, Plan)
    assert reasons(batch, rules, [now]) == {0: Because.POSSIBLE_NOW}


def test_a_falsified_record_is_found_out():
    seen = world(network_of(node("A"), node("B", handling=11)), {"S0": {"A": 2, "B": 5}})
    batch, answers = opened([ask_of(("S0", 1, 400))], seen)
    (shipment,) = answers[0].shipments
    lie = replace(answers[0], shipments=(replace(shipment, node_id=seen.network.nodes[1].node_id),))
    lied = replace(batch, answers=(lie,))
    assert rerun(lied, Rules(seen.compiled)) == answers
    assert places_of(lie) != places_of(answers[0])


def test_another_version_of_the_network_is_refused():
    seen = world(network_of(node("A")), {"S0": {"A": 2}})
    record, _ = recorded([ask_of(("S0", 1, 400))], seen)
    with pytest.raises(ValueError, match="network version 7"):
        unfold(record, Compiled(replace(seen.network, version=8)))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_what_steered_a_record_steers_it_again(seed):
    chance = worlds.chance_of(seed)
    seen = steering.steered_world(chance)
    prices = steering.random_prices(chance, len(seen.network.nodes))
    asks = [steering.steered_ask(chance, seen.network) for _ in range(9)]
    shelves = Shelves(asks, seen.stock, seen.compiled, prices)
    answers = plan_on(shelves, asks, Standing(seen.compiled, seen.days, seen.load))
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    batch = unfold(unpack(pack(asks, answers, shelves, scene)), seen.compiled)
    assert rerun(batch, Rules(seen.compiled)) == answers
