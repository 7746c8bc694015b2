"""Which nodes ship what: hand-made cases to the cent, then thousands against an oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.model import Channel, Method
from entrepot.sourcing.model import EXACT_LINES_MAX, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.solve import plan_one
from entrepot.terms.ids import NodeId, Sku
from sourcing import many, worlds
from sourcing.worlds import ask_of, lane, network_of, node, replace, world

NEAR = node("NEAR", region="R1")  # zone 3 from R1: 500 up to 1 kg, 650 up to 2 kg, 1100 up to 5 kg
FAR = node("FAR", region="R2")  # zone 5: 700, 900, 1500
FARTHER = node("GONE", region="R3")


def decide(ask, seen):
    return plan_one(ask, *seen.arguments)


def sent(plan):
    return {str(s.node_id): {str(sku): units for sku, units in s.items} for s in plan.shipments}


class TestOneShipment:
    def test_the_cheapest_node_ships_all(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 5, "FAR": 5}})
        plan = decide(ask_of(("A", 2, 400)), seen)
        assert sent(plan) == {"NEAR": {"A": 2}}
        (shipment,) = plan.shipments
        assert (shipment.weight_g, shipment.shipping, shipment.handling) == (800, 500, 20)
        assert shipment.lane_id == "standard-3"
        assert (plan.cost, plan.extra, plan.runner_up) == (520, 0, 720)
        assert (plan.exact, plan.overflow, plan.bound) == (True, False, None)

    def test_handling_counts_as_much_as_shipping(self):
        dear = replace(NEAR, handling_cost=120)
        seen = world(network_of(dear, FAR), {"A": {"NEAR": 5, "FAR": 5}})
        plan = decide(ask_of(("A", 2, 400)), seen)
        assert (sent(plan), plan.cost, plan.runner_up) == ({"FAR": {"A": 2}}, 720, 740)

    def test_equal_costs_go_to_the_lower_node_id(self):
        twins = network_of(node("B"), node("C"), node("D"))
        seen = world(twins, {"A": {"D": 1, "C": 1}})
        plan = decide(ask_of(("A", 1, 1)), seen)
        assert (sent(plan), plan.runner_up) == ({"C": {"A": 1}}, plan.cost)

    def test_a_kits_components_leave_one_node_together(self):
        near = {"FRAME": {"NEAR": 1, "FAR": 1}, "SEAT": {"FAR": 2}, "BELL": {"FAR": 1}}
        seen = world(network_of(NEAR, FAR), near)
        plan = decide(ask_of(("FRAME", 1, 300), ("SEAT", 1, 300), ("BELL", 1, 100)), seen)
        assert (sent(plan), plan.cost) == ({"FAR": {"FRAME": 1, "SEAT": 1, "BELL": 1}}, 730)
        assert plan.runner_up is None

    def test_the_destinations_zone_decides(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 5, "FAR": 5}})
        assert list(sent(decide(ask_of(("A", 1, 400), to="R2"), seen))) == ["FAR"]
        assert list(sent(decide(ask_of(("A", 1, 400), postal_code="FAR"), seen))) == ["FAR"]


class TestSplits:
    def test_a_split_that_pays(self):
        lanes = (lane(3, (1000, 100), (9000, 1200)), lane(5, (9000, 3000)))
        seen = world(
            network_of(NEAR, node("NIGH"), FAR, lanes=lanes),
            {"A": {"NEAR": 1, "FAR": 1}, "B": {"NIGH": 1, "FAR": 1}},
        )
        plan = decide(ask_of(("A", 1, 900), ("B", 1, 900)), seen)
        assert sent(plan) == {"NEAR": {"A": 1}, "NIGH": {"B": 1}}
        assert (plan.cost, plan.extra) == (110 + 110 + 150, 150)
        assert plan.runner_up == 3020

    def test_a_split_that_does_not_pay(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 1, "FAR": 1}, "B": {"FAR": 1}})
        plan = decide(ask_of(("A", 1, 400), ("B", 1, 400)), seen)
        assert (sent(plan), plan.cost) == ({"FAR": {"A": 1, "B": 1}}, 720)

    def test_a_split_that_is_the_only_way(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 1}, "B": {"FAR": 1}})
        plan = decide(ask_of(("A", 1, 400), ("B", 1, 400)), seen)
        assert sent(plan) == {"FAR": {"B": 1}, "NEAR": {"A": 1}}
        assert (plan.cost, plan.extra, plan.runner_up) == (510 + 710 + 150, 150, None)

    def test_two_parcels_cheaper_than_one_still_leave_two_nodes(self):
        lanes = (lane(3, (500, 10), (1000, 5000)), lane(5, (500, 200), (1000, 5000)))
        stock = {"A": {"NEAR": 1, "FAR": 1}, "B": {"NEAR": 1, "FAR": 1}}
        seen = world(network_of(NEAR, FAR, lanes=lanes, extra_shipment=0), stock)
        plan = decide(ask_of(("A", 1, 400), ("B", 1, 400)), seen)
        assert (sent(plan), plan.cost) == ({"FAR": {"A": 1}, "NEAR": {"B": 1}}, 10 + 200 + 20)

    def test_a_quantity_no_node_has_is_shared_by_the_fewest(self):
        stock = {"A": {"FAR": 4, "GONE": 2, "NEAR": 3}}
        seen = world(network_of(NEAR, FAR, FARTHER), stock)
        plan = decide(ask_of(("A", 6, 100)), seen)
        assert sent(plan) == {"FAR": {"A": 4}, "NEAR": {"A": 2}}
        assert plan.cost == 700 + 500 + 60 + 150
        assert plan.exact

    def test_the_parts_of_a_broken_sku_go_with_other_skus(self):
        stock = {"A": {"FAR": 4, "NEAR": 4, "GONE": 1}, "B": {"NEAR": 1, "GONE": 1}}
        seen = world(network_of(NEAR, FAR, FARTHER), stock)
        plan = decide(ask_of(("A", 6, 100), ("B", 1, 100)), seen)
        assert sent(plan) == {"FAR": {"A": 4}, "NEAR": {"A": 2, "B": 1}}
        assert plan.cost == (700 + 40) + (500 + 30) + 150


class TestLimits:
    def test_a_barred_node_is_passed_over_for_that_sku_only(self):
        stock = {"A": {"NEAR": 5, "FAR": 5}, "B": {"NEAR": 5, "FAR": 5}}
        seen = world(network_of(NEAR, FAR), stock)
        barred = frozenset({(Sku("A"), NodeId("NEAR"))})
        assert list(sent(decide(ask_of(("A", 1, 1), barred=barred), seen))) == ["FAR"]
        assert list(sent(decide(ask_of(("B", 1, 1), barred=barred), seen))) == ["NEAR"]

    def test_a_buffer_stays_unsold_at_every_position(self):
        channel = Channel(worlds.WEB, buffer=2)
        network = network_of(NEAR, FAR, channels=(channel,))
        seen = world(network, {"A": {"NEAR": 3, "FAR": 4}})
        assert sent(decide(ask_of(("A", 1, 1)), seen)) == {"NEAR": {"A": 1}}
        assert sent(decide(ask_of(("A", 2, 1)), seen)) == {"FAR": {"A": 2}}
        assert sent(decide(ask_of(("A", 3, 1)), seen)) == {"FAR": {"A": 2}, "NEAR": {"A": 1}}
        short = NoPlan(WhyNoPlan.SHORT, ((Sku("A"), 1),))
        assert decide(ask_of(("A", 4, 1)), seen) == short

    def test_a_full_node_is_passed_over(self):
        busy = replace(NEAR, capacity_per_day=2)
        stock = {"A": {"NEAR": 5, "FAR": 5}}
        free = world(network_of(busy, FAR), stock, load={"NEAR": 1})
        full = world(network_of(busy, FAR), stock, load={"NEAR": 2})
        assert list(sent(decide(ask_of(("A", 1, 1)), free))) == ["NEAR"]
        plan = decide(ask_of(("A", 1, 1)), full)
        assert (list(sent(plan)), plan.overflow, plan.runner_up) == (["FAR"], False, None)

    def test_a_full_node_is_used_where_nothing_else_is_left(self):
        busy = replace(NEAR, capacity_per_day=0)
        seen = world(network_of(busy, FAR), {"A": {"NEAR": 5}, "B": {"NEAR": 5, "FAR": 5}})
        plan = decide(ask_of(("A", 1, 400), ("B", 1, 400)), seen)
        assert (sent(plan), plan.overflow, plan.cost) == ({"NEAR": {"A": 1, "B": 1}}, True, 520)

    def test_as_few_full_nodes_as_can_be_whatever_the_cost(self):
        shut = {"capacity_per_day": 0}
        network = network_of(
            node("B", **shut), node("C", **shut), node("D", region="R9", handling=900, **shut)
        )
        seen = world(network, {"X": {"B": 1, "D": 1}, "Y": {"C": 1, "D": 1}})
        plan = decide(ask_of(("X", 1, 10), ("Y", 1, 10)), seen)
        assert (list(sent(plan)), plan.cost) == (["D"], 700 + 1800)

    def test_a_broken_sku_borrows_from_as_few_full_nodes_as_can_be(self):
        shut = {"capacity_per_day": 0}
        network = network_of(node("A", **shut), node("B", **shut), node("C"), node("D"))
        seen = world(network, {"X": {"A": 6, "B": 5, "C": 3, "D": 1}})
        plan = decide(ask_of(("X", 10, 1)), seen)
        assert sent(plan) == {"A": {"X": 6}, "C": {"X": 3}, "D": {"X": 1}}

    def test_a_full_node_that_one_sku_needs_does_not_keep_another_whole(self):
        lanes = (lane(3, (1000, 10), (9000, 5000)),)
        full = replace(NEAR, capacity_per_day=0)
        network = network_of(full, node("P"), node("Q"), lanes=lanes)
        seen = world(network, {"X": {"NEAR": 1}, "Y": {"NEAR": 2, "P": 1, "Q": 1}})
        plan = decide(ask_of(("X", 1, 100), ("Y", 2, 900)), seen)
        assert sent(plan) == {"NEAR": {"X": 1, "Y": 1}, "P": {"Y": 1}}
        assert (plan.overflow, plan.cost) == (True, 10 + 10 + 30 + 150)

    def test_what_is_owed_to_others_is_not_given_away(self):
        stock = {"A": {"NEAR": 3, "FAR": 3}}
        seen = world(network_of(NEAR, FAR), stock, owed={"A": 4})
        assert isinstance(decide(ask_of(("A", 2, 1)), seen), Plan)
        refusal = decide(ask_of(("A", 3, 1)), seen)
        assert refusal == NoPlan(WhyNoPlan.SHORT, ((Sku("A"), 1),))
        more = world(network_of(NEAR, FAR), stock, owed={"A": 9})
        assert decide(ask_of(("A", 1, 1)), more).missing == ((Sku("A"), 1),)

    def test_what_is_missing_is_said_per_sku(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 1, "FAR": 1}, "B": {"NEAR": 9}})
        refusal = decide(ask_of(("A", 5, 1), ("B", 2, 1), ("C", 4, 1)), seen)
        assert refusal == NoPlan(WhyNoPlan.SHORT, ((Sku("A"), 3), (Sku("C"), 4)))


class TestCollecting:
    @pytest.mark.parametrize("method", [Method.PICKUP, Method.CURBSIDE])
    def test_the_chosen_store_hands_it_out(self, method):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 5, "FAR": 5}})
        plan = decide(ask_of(("A", 2, 400), method=method, pickup_node=NodeId("FAR")), seen)
        (shipment,) = plan.shipments
        assert (shipment.node_id, shipment.lane_id) == ("FAR", None)
        assert (shipment.shipping, shipment.handling, plan.runner_up) == (0, 20, None)

    def test_no_other_store_helps_out(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 5, "FAR": 1}})
        pickup = {"method": Method.PICKUP, "pickup_node": NodeId("FAR")}
        assert decide(ask_of(("A", 2, 1), **pickup), seen).missing == ((Sku("A"), 1),)

    def test_a_full_store_hands_out_beyond_its_capacity(self):
        seen = world(network_of(replace(FAR, capacity_per_day=0)), {"A": {"FAR": 1}})
        pickup = {"method": Method.PICKUP, "pickup_node": NodeId("FAR")}
        assert decide(ask_of(("A", 1, 1), **pickup), seen).overflow


# --- against the oracle -------------------------------------------------------------------------


def pieces_of(ask, seen, nodes):
    """Break what no node can fill, largest first; None where full nodes would be needed too."""
    pieces = []
    for line, want in enumerate(ask.wants):
        free = sorted((worlds.free_at(ask, seen, at, want) for at in nodes), reverse=True)
        left = want.quantity
        if sum(free) < left:
            return None
        for units in [left] if free[0] >= left else free:
            if min(units, left):
                pieces.append((line, min(units, left)))
                left -= min(units, left)
    return pieces


def compare(ask, seen):
    """Judge one decision; answers what kind of case it was."""
    answer = decide(ask, seen)
    if isinstance(answer, NoPlan):
        if answer.why is WhyNoPlan.SHORT:
            assert dict(answer.missing) == worlds.missing_of(ask, seen)
        return answer.why
    assert worlds.missing_of(ask, seen) == {}
    worlds.check(ask, seen, answer)
    index = seen.compiled.index
    full = sum(worlds.is_full(seen, index[s.node_id]) for s in answer.shipments)
    roomy = [at for at in range(len(index)) if not worlds.is_full(seen, at)]
    pieces = pieces_of(ask, seen, roomy)
    if pieces is None:
        best = worlds.cheapest(ask, seen, [(at, w.quantity) for at, w in enumerate(ask.wants)])
        assert best is None or (full, answer.cost) <= best[:2]
        return "crowded"
    assert full == 0
    best = worlds.cheapest(ask, seen, pieces, full_allowed=False)
    if len(pieces) > len(ask.wants):
        # Breaking otherwise may be cheaper still, and is then taken.
        assert answer.cost <= best[1]
        return "broken"
    line = {want.sku: at for at, want in enumerate(ask.wants)}
    blocks = tuple(
        (index[s.node_id], sum(1 << line[sku] for sku, _ in s.items)) for s in answer.shipments
    )
    assert (full, answer.cost, len(answer.shipments), blocks) == best
    without = [
        worlds.cheapest(ask, seen, pieces, without=at, full_allowed=False) for at, _ in blocks
    ]
    if len(blocks) > 1:
        assert answer.runner_up == min((found[1] for found in without if found), default=None)
    else:
        one = worlds.alone(ask, seen, roomy, but=blocks[0][0])
        assert answer.runner_up == one
    return len(blocks)


def test_thousands_of_random_orders_are_planned_as_by_trying_every_way():
    kinds = {}
    for seed in many.drawn(4000):
        chance = worlds.chance_of(seed)
        seen = worlds.random_world(chance)
        kind = compare(worlds.random_ask(chance, seen.network), seen)
        kinds[kind] = kinds.get(kind, 0) + 1
    # Every kind of case was met often enough to mean something.
    assert kinds[1] > many.often(1000)
    assert kinds[2] > many.often(400)
    assert kinds[3] > many.often(30)
    assert kinds["broken"] > many.often(30)
    assert kinds["crowded"] > many.often(200)
    assert kinds[WhyNoPlan.SHORT] > many.often(1000)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_any_random_order_is_planned_as_by_trying_every_way(seed):
    chance = worlds.chance_of(seed)
    seen = worlds.random_world(chance, plenty=chance.random())
    compare(worlds.random_ask(chance, seen.network), seen)


# --- many items ---------------------------------------------------------------------------------


def test_beyond_the_exact_limit_a_plan_is_sound_and_says_what_it_may_have_lost():
    greedy = 0
    for seed in range(300):
        chance = worlds.chance_of(seed)
        seen = worlds.random_world(chance, skus=14, nodes_max=8)
        ask = worlds.random_ask(chance, seen.network, skus=14, lines_max=14, quantity_max=2)
        plan = decide(ask, seen)
        if isinstance(plan, NoPlan) or plan.exact:
            continue
        greedy += 1
        worlds.check(ask, seen, plan)
        assert len(ask.wants) > EXACT_LINES_MAX or len(plan.shipments) > 1
        assert 0 <= plan.bound <= plan.cost
        roomy = [at for at in range(len(seen.network.nodes)) if not worlds.is_full(seen, at)]
        single = worlds.alone(ask, seen, roomy)
        assert single is None or plan.overflow or plan.cost <= single
    assert greedy > 20


def test_nine_skus_at_one_near_node_are_proven_to_belong_there():
    skus = [f"S{at}" for at in range(9)]
    seen = world(network_of(NEAR, FAR), {sku: {"NEAR": 1, "FAR": 1} for sku in skus})
    plan = decide(ask_of(*((sku, 1, 100) for sku in skus)), seen)
    assert (list(sent(plan)), plan.exact, plan.cost, plan.runner_up) == (["NEAR"], True, 590, 790)


FLAT = {"lanes": (lane(3, (100_000, 300)), lane(5, (100_000, 990))), "extra_shipment": 150}
"""A parcel costs 3.00 from zone 3 and 9.90 from zone 5, whatever it weighs."""


def held(**skus):
    """Read {node: "0-3 8"} as stock of one unit each of S0 to S3 and S8."""
    stock = {}
    for name, text in skus.items():
        for part in text.split():
            low, _, high = part.partition("-")
            for at in range(int(low), int(high or low) + 1):
                stock.setdefault(f"S{at}", {})[name] = 1
    return stock


def test_a_shipment_the_others_can_carry_is_dropped():
    network = network_of(*(node(name, handling=0) for name in ("A", "B", "C")), **FLAT)
    seen = world(network, held(A="0-5", B="0-2 6-8", C="3-5 9-11"))
    plan = decide(ask_of(*((f"S{at}", 1, 10) for at in range(12))), seen)
    assert (list(sent(plan)), plan.cost, plan.exact) == (["B", "C"], 300 + 300 + 150, False)


def test_one_node_alone_beats_a_greedy_split():
    near = [node(name, handling=0) for name in ("A", "B", "C")]
    network = network_of(*near, node("D", region="R2", handling=0), **FLAT)
    seen = world(network, held(A="0-3", B="4-7", C="8-11", D="0-11"))
    plan = decide(ask_of(*((f"S{at}", 1, 10) for at in range(12))), seen)
    assert (list(sent(plan)), plan.cost, plan.exact, plan.bound) == (["D"], 990, False, 300)


def test_a_hundred_units_from_thirty_stores():
    names = [f"N{at:02d}" for at in range(30)]
    seen = world(network_of(*map(node, names)), {"A": dict.fromkeys(names, 4)})
    ask = ask_of(("A", 100, 10))
    plan = decide(ask, seen)
    worlds.check(ask, seen, plan)
    assert (len(plan.shipments), plan.exact) == (25, False)
