"""What steers beside costs is kept, decided again and told; and moves plans only as it must."""

import msgspec
import numpy as np
import pytest

from entrepot.network.compiled import Compiled, Days
from entrepot.network.model import Method
from entrepot.sourcing import record
from entrepot.sourcing.explain import Parts, explain
from entrepot.sourcing.model import Due, Elimination, NoPlan, Plan, Prices, WhyNoPlan
from entrepot.sourcing.record import Scene, decision, pack, replay, unpack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch, plan_one
from entrepot.terms.ids import NodeId, Sku
from sourcing import many, steering, worlds
from sourcing.steering import guide_of
from sourcing.worlds import AT, TODAY, ask_of, lane, network_of, node, replace, world

NEAR, FAR = node("NEAR", region="R1"), node("FAR", region="R2")  # 5.00 and 7.00 up to 1 kg
MONDAY = TODAY + 3  # worlds begin on a Friday
DAY = type(AT.date())


def sent(plan):
    return {str(s.node_id): {str(sku): units for sku, units in s.items} for s in plan.shipments}


def decide(ask, seen, prices=None):
    """Decide by the kernel and by arrays: the same."""
    (answer,) = plan_batch([ask], *seen.arguments, prices)
    assert answer == plan_one(ask, *seen.arguments, prices)
    return answer


def kept(asks, seen, prices=None):
    """Decide for all, pack, unpack."""
    answers = plan_batch(asks, *seen.arguments, prices)
    shelves = Shelves(asks, seen.stock, seen.compiled, prices)
    return answers, pack(asks, answers, shelves, Scene(seen.compiled, seen.days, seen.load, AT))


def told(ask, seen, prices=None):
    _, packed = kept([ask], seen, prices)
    return explain(decision(unpack(packed), 0, seen.compiled))


# --- by hand --------------------------------------------------------------------------------------

BOTH = {"A": {"NEAR": 9, "FAR": 9}}


def test_a_bulky_parcel_is_billed_by_its_volume():
    light = lane(3, (1000, 500), (2000, 650), (5000, 1100), cm3_per_kg=5000)
    seen = world(network_of(NEAR, FAR, lanes=(light, *worlds.LANES[2:3])), BOTH)
    small = ask_of(("A", 1, 400))
    bulky = replace(small, wants=(replace(small.wants[0], volume_cm3=9_001),))  # 1,801 g
    assert decide(small, seen).cost == 510
    plan = decide(bulky, seen)
    assert (sent(plan), plan.cost, plan.shipments[0].weight_g) == ({"NEAR": {"A": 1}}, 660, 400)


def test_a_lane_costs_its_least_price_at_least():
    lanes = (lane(3, (1000, 500), cost_min=720), lane(5, (1000, 700)))
    plan = decide(ask_of(("A", 1, 1)), world(network_of(NEAR, FAR, lanes=lanes), BOTH))
    assert (sent(plan), plan.cost, plan.runner_up) == ({"FAR": {"A": 1}}, 710, 730)


def test_a_parcel_made_up_has_its_price_beside_its_units():
    dear = replace(NEAR, parcel_cost=201)
    plan = decide(ask_of(("A", 2, 1)), world(network_of(dear, FAR), BOTH))
    assert (sent(plan), plan.cost, plan.runner_up) == ({"FAR": {"A": 2}}, 720, 721)


LATE = (
    lane(3, (1000, 500), days=5),
    lane(5, (1000, 700), days=1),
    lane(3, (1000, 900), service="express", days=1),
)


@pytest.mark.parametrize(
    ("per_day", "services", "node_id", "lane_id", "cost", "late"),
    [
        (0, (), "NEAR", "standard-3", 510, 0),
        (40, (), "NEAR", "standard-3", 510, 160),  # four days late: 1.60
        (60, (), "FAR", "standard-5", 710, 0),
        (60, ("express",), "FAR", "standard-5", 710, 0),
        (40, ("express",), "NEAR", "standard-3", 510, 160),
    ],
)
def test_lateness_is_weighed_against_a_dearer_node(per_day, services, node_id, lane_id, cost, late):
    seen = world(network_of(NEAR, FAR, lanes=LATE, late_per_day=per_day), BOTH)
    ask = ask_of(("A", 1, 1), due=Due(DAY.fromordinal(MONDAY)), services=services)
    plan = decide(ask, seen)
    (shipment,) = plan.shipments
    assert (shipment.node_id, shipment.lane_id, plan.cost, plan.steered) == (
        node_id,
        lane_id,
        cost,
        late,
    )


def test_a_faster_service_is_taken_where_it_is_cheaper_than_lateness():
    seen = world(network_of(NEAR, lanes=LATE, late_per_day=101), BOTH)
    ask = ask_of(("A", 1, 1), due=Due(DAY.fromordinal(MONDAY)), services=("express",))
    (shipment,) = decide(ask, seen).shipments
    assert (shipment.lane_id, shipment.shipping, shipment.late) == ("express-3", 900, 0)
    same = world(network_of(NEAR, lanes=LATE, late_per_day=100), BOTH)  # as dear: the faster
    assert decide(ask, same).shipments[0].lane_id == "express-3"


def test_what_must_be_there_in_time_is_sent_in_time_or_not_at_all():
    seen = world(network_of(NEAR, FAR, lanes=LATE), BOTH)
    hard = Due(DAY.fromordinal(MONDAY), hard=True)
    assert sent(decide(ask_of(("A", 1, 1), due=hard), seen)) == {"FAR": {"A": 1}}
    earlier = Due(DAY.fromordinal(MONDAY - 1), hard=True)
    answer = decide(ask_of(("A", 1, 1), due=earlier), seen)
    assert (answer.why, answer.missing) == (WhyNoPlan.TOO_LATE, ((Sku("A"), 1),))


def test_rules_fence_nodes_and_rate_them():
    seen = world(network_of(NEAR, FAR), BOTH)  # nodes ascend: FAR, NEAR
    fenced = ask_of(("A", 1, 1), guide=guide_of(2, allowed=[0]))
    plan = decide(fenced, seen)
    assert (sent(plan), plan.runner_up) == ({"FAR": {"A": 1}}, None)
    rated = ask_of(("A", 1, 1), guide=guide_of(2, rating={1: 201}))
    plan = decide(rated, seen)
    assert (sent(plan), plan.cost, plan.steered, plan.runner_up) == ({"FAR": {"A": 1}}, 710, 0, 711)
    liked = ask_of(("A", 1, 1), guide=guide_of(2, rating={0: -250}))
    plan = decide(liked, seen)
    assert (sent(plan), plan.cost, plan.steered) == ({"FAR": {"A": 1}}, 710, -250)
    nobody = decide(ask_of(("A", 1, 1), guide=guide_of(2, allowed=[])), seen)
    assert (nobody.why, nobody.missing) == (WhyNoPlan.FENCED, ((Sku("A"), 1),))


def test_rules_limit_the_shipments_of_a_plan():
    skus = {"A": {"NEAR": 1, "FAR": 1}, "B": {"NEAR": 1, "FAR": 1}}
    lanes = (lane(3, (500, 10), (1000, 9000)), lane(5, (500, 20), (1000, 9000)))
    seen = world(network_of(NEAR, FAR, lanes=lanes), skus)
    ask = ask_of(("A", 1, 400), ("B", 1, 400))
    assert len(decide(ask, seen).shipments) == 2
    one = replace(ask, guide=guide_of(2, most=1))
    assert (sent(decide(one, seen)), decide(one, seen).cost) == ({"FAR": {"A": 1, "B": 1}}, 9020)
    apart = world(network_of(NEAR, FAR), {"A": {"NEAR": 1}, "B": {"FAR": 1}})
    assert decide(one, apart).why is WhyNoPlan.FENCED


def test_prices_of_stock_and_room_steer_and_are_no_money():
    seen = world(network_of(NEAR, FAR), BOTH)
    scarce = Prices(5, {Sku("A"): np.array([0, 101])})
    plan = decide(ask_of(("A", 2, 1)), seen, scarce)
    assert (sent(plan), plan.cost, plan.steered, plan.runner_up) == ({"FAR": {"A": 2}}, 720, 0, 722)
    busy = Prices(5, nodes=np.array([30, 231]))
    plan = decide(ask_of(("A", 1, 1)), seen, busy)
    assert (sent(plan), plan.cost, plan.steered) == ({"FAR": {"A": 1}}, 710, 30)


def test_no_price_refuses_what_can_be_had_nor_fills_a_full_node():
    dear = Prices(5, {Sku("A"): np.array([0, 1 << 60])}, np.array([1 << 60, 1 << 60]))
    lone = world(network_of(NEAR, FAR), {"A": {"NEAR": 9}})
    assert sent(decide(ask_of(("A", 9, 1)), lone, dear)) == {"NEAR": {"A": 9}}
    full = replace(FAR, capacity_per_day=0)
    plan = decide(ask_of(("A", 9, 1)), world(network_of(NEAR, full), BOTH), dear)
    assert (sent(plan), plan.overflow) == ({"NEAR": {"A": 9}}, False)


def test_a_store_that_the_rules_do_not_let_hand_out_is_refused():
    seen = world(network_of(NEAR, FAR), BOTH)
    pickup = {"method": Method.PICKUP, "pickup_node": NodeId("NEAR")}
    assert sent(decide(ask_of(("A", 1, 1), **pickup), seen)) == {"NEAR": {"A": 1}}
    answer = decide(ask_of(("A", 1, 1), guide=guide_of(2, allowed=[0]), **pickup), seen)
    assert answer.why is WhyNoPlan.FENCED


# --- kept and told --------------------------------------------------------------------------------


def test_steered_decisions_are_decided_the_same_again():
    steered = 0
    for seed in many.drawn(200):
        chance = worlds.chance_of(seed)
        seen = steering.steered_world(chance, units_max=chance.choice((3, 9)))
        asks = [steering.steered_ask(chance, seen.network) for _ in range(8)]
        prices = steering.random_prices(chance, len(seen.network.nodes))
        answers, packed = kept(asks, seen, prices)
        for place, (ask, answer) in enumerate(zip(asks, answers, strict=True)):
            one = decision(unpack(packed), place, seen.compiled)
            assert (one.ask, one.answer) == (ask, answer)
            assert replay(one) == answer
            parts = explain(one).parts
            if isinstance(answer, Plan):
                weighed = parts.late + parts.rating + parts.shadow
                assert parts.shipping + parts.handling + parts.split == answer.cost
                assert weighed == answer.steered
                steered += weighed != 0
    assert steered > many.often(200)


def test_a_record_of_the_form_before_is_read_as_before():
    seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 1, "FAR": 9}, "B": {"FAR": 9}})
    answers, packed = kept([ask_of(("A", 1, 400)), ask_of(("A", 1, 400), ("B", 1, 9))], seen)
    form, *rest = msgspec.msgpack.decode(packed)
    assert (form, record.FORM, len(rest)) == (4, 4, 14)
    older = msgspec.msgpack.encode([3, *rest[:-3]])
    for place, answer in enumerate(answers):
        assert replay(decision(unpack(older), place, seen.compiled)) == answer


def test_what_steered_is_told_in_numbers_and_in_words():
    seen = world(network_of(NEAR, FAR, lanes=LATE, late_per_day=10), BOTH)
    prices = Prices(8, {Sku("A"): np.array([25, 0])}, np.array([0, 5]))
    rules = guide_of(2, strategy="stores first", rating={0: 40, 1: -15})
    ask = ask_of(("A", 2, 1), due=Due(DAY.fromordinal(MONDAY)), guide=rules)
    shown = told(ask, seen, prices)
    assert shown.parts == Parts(shipping=500, handling=20, split=0, late=40, rating=-15, shadow=5)
    assert (shown.cost, shown.runner_up, shown.runner_up_node) == (520, 720 + 40 + 50, "FAR")
    assert (shown.strategy, shown.prices_version, shown.due) == (
        "stores first",
        8,
        DAY.fromordinal(MONDAY),
    )
    assert shown.words[2] == (
        "Weighed beside the money: 0.40 for coming after 2026-11-23, -0.15 by the rules of stores"
        " first and 0.05 for what its stock and room are worth to later orders."
    )


def test_who_is_fenced_and_who_is_too_late_is_told():
    seen = world(network_of(NEAR, FAR, node("OFF"), lanes=LATE), {"A": dict.fromkeys("NEAR", 9)})
    seen = world(seen.network, {"A": {"NEAR": 9, "FAR": 9, "OFF": 9}})
    hard = Due(DAY.fromordinal(MONDAY), hard=True)
    rules = guide_of(3, strategy="no far ones", allowed=[1, 2])
    shown = told(ask_of(("A", 1, 1), due=hard, guide=rules, services=("express",)), seen)
    assert {each.node: each.eliminated for each in shown.nodes} == {
        "FAR": Elimination.FENCED,
        "NEAR": None,
        "OFF": None,
    }
    assert "1 node is ruled out by the rules of no far ones." in shown.words
    shown = told(ask_of(("A", 1, 1), due=hard), seen)
    assert shown.words[-1] == "2 nodes have no lane that arrives by 2026-11-23."


# --- what must not change, and how far ------------------------------------------------------------


def weighed(answer):
    return answer.cost + answer.steered


def cases(count):
    for seed in range(count):
        chance = worlds.chance_of(seed)
        seen = steering.steered_world(chance, plenty=0.9)
        ask = steering.steered_ask(chance, seen.network)
        ask = replace(ask, guide=ask.guide and replace(ask.guide, shipments_max=None))
        yield ask, seen, steering.random_prices(chance, len(seen.network.nodes)), chance


def test_where_a_second_shipment_costs_a_fortune_one_node_does_all_it_can():
    splits = 0
    for ask, seen, prices, _ in cases(600):
        before = decide(ask, seen, prices)
        costs = replace(seen.network.costs, extra_shipment=10**9)
        network = replace(seen.network, costs=costs)
        after = decide(ask, replace(seen, network=network, compiled=Compiled(network)), prices)
        if isinstance(before, NoPlan) or before.overflow:
            continue
        able = [
            at
            for at in range(len(network.nodes))
            if all(steering.may_fill(ask, seen, at, line) for line in range(len(ask.wants)))
            and steering.package(ask, seen, prices, at, range(len(ask.wants)))
        ]
        assert (len(after.shipments) == 1) == bool(able)
        splits += len(before.shipments) > len(after.shipments)
    assert splits > 10


def test_a_node_less_is_never_cheaper():
    for ask, seen, prices, chance in cases(600):
        before = decide(ask, seen, prices)
        gone = chance.randrange(len(seen.network.nodes))
        work_day = seen.days.work_day.copy()
        work_day[gone] = -1
        after = decide(ask, replace(seen, days=Days(work_day, seen.days.valid_until)), prices)
        if isinstance(before, NoPlan):
            assert isinstance(after, NoPlan)
        elif isinstance(after, Plan) and not after.overflow and is_whole(before):
            assert weighed(after) >= weighed(before)


def is_whole(plan):
    """Say whether no sku was broken."""
    skus = [sku for shipment in plan.shipments for sku, _ in shipment.items]
    return len(skus) == len(set(skus))


def test_a_price_that_rises_never_makes_a_plan_cheaper():
    for ask, seen, prices, chance in cases(600):
        nodes = len(seen.network.nodes)
        room = np.array([chance.choice((0, 90, 500)) for _ in range(nodes)])
        stock = prices.stock if prices else {}
        dearer = room.copy()
        dearer[chance.randrange(nodes)] += chance.randint(1, 500)
        before = decide(ask, seen, Prices(1, stock, room))
        after = decide(ask, seen, Prices(1, stock, dearer))
        assert type(before) is type(after)
        if isinstance(before, Plan) and is_whole(before):
            assert weighed(after) >= weighed(before)


def test_the_same_question_has_the_same_answer():
    for ask, seen, prices, _ in cases(100):
        again = replace(seen, compiled=Compiled(seen.network))
        assert decide(ask, seen, prices) == decide(ask, again, prices)
