"""What a day could have cost: a bound that no plan beats, and close to what it bounds."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from entrepot.sourcing.hindsight import Day, parts_of
from entrepot.sourcing.model import NoPlan, Plan
from entrepot.sourcing.record import Scene, pack, unpack
from entrepot.sourcing.regret import bound_of, valued
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch
from entrepot.sourcing.unfold import unfold
from sourcing import worlds
from sourcing.worlds import AT, ask_of, network_of, node, replace, world

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "regret.md"


def day_of(asks, seen):
    """Decide in turn, and lay the day out: (the day, what it cost, the orders with a plan)."""
    answers = plan_batch(asks, *seen.arguments)
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    batch = unfold(
        unpack(pack(asks, answers, Shelves(asks, seen.stock, seen.compiled), scene)), seen.compiled
    )
    day = Day()
    places = [at for at, answer in enumerate(answers) if isinstance(answer, Plan)]
    day.add(batch, places)
    return day, sum(answers[at].cost for at in places), places


def least(asks, seen):
    """Try every way to send all units of all orders from the stock there is: the least cost."""
    units = [
        (o, line)
        for o, ask in enumerate(asks)
        for line, w in enumerate(ask.wants)
        for _ in range(w.quantity)
    ]
    best = None
    for places in product(range(len(seen.network.nodes)), repeat=len(units)):
        left, loads = {}, {}
        for (o, line), at in zip(units, places, strict=True):
            sku = asks[o].wants[line].sku
            left[sku, at] = (
                left.get((sku, at), worlds.free_at(asks[o], seen, at, asks[o].wants[line])) - 1
            )
            load = loads.setdefault((o, at), {})
            load[line] = load.get(line, 0) + 1
        if min(left.values()) < 0:
            continue
        cost = sum(
            worlds.shipment_price(asks[o], seen, at, load) for (o, at), load in loads.items()
        )
        cost += seen.network.costs.extra_shipment * (len(loads) - len(asks))
        best = cost if best is None else min(best, cost)
    return best


def small_day(chance):
    nodes = [
        node(f"N{at}", region=chance.choice(("R1", "R2")), handling=chance.choice((0, 40, 90)))
        for at in range(3)
    ]
    free = {f"S{at}": {n.node_id: chance.randint(0, 2) for n in nodes} for at in range(2)}
    seen = world(network_of(*nodes, extra_shipment=chance.choice((0, 150))), free)
    asks = [ask_of(*_wants(chance), to=chance.choice(("R1", "R2"))) for _ in range(3)]
    return asks, seen


def _wants(chance):
    skus = chance.sample((0, 1), chance.randint(1, 2))
    return [(f"S{sku}", chance.randint(1, 2), 400) for sku in skus]


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_of_all_orders_together_costs_less_than_the_bound(seed):
    asks, seen = small_day(worlds.chance_of(seed))
    answers = plan_batch(asks, *seen.arguments)
    served = [ask for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, Plan)]
    day, cost, _ = day_of(asks, seen)
    bound = bound_of(day.laid(), cost)
    assert bound.alone <= bound.cost <= cost
    if served:
        assert bound.cost <= least(served, seen) <= cost


def test_who_came_first_took_what_the_second_needed_more():
    """The first order could have gone from the far node for little more; the second could not."""
    seen = world(
        network_of(
            node("NEAR", handling=0), node("NEXT", handling=20), node("ABROAD", handling=900)
        ),
        {"A": {"NEAR": 1, "NEXT": 1}, "B": {"NEAR": 1, "ABROAD": 1}},
    )
    view = worlds.Channel(worlds.ChannelId("app"), node_ids=frozenset({"NEAR", "ABROAD"}))
    seen = world(
        replace(seen.network, channels=(*seen.network.channels, view)),
        {"A": {"NEAR": 1, "NEXT": 1}, "B": {"NEAR": 1, "ABROAD": 1}},
    )
    asks = [ask_of(("A", 1, 400)), ask_of(("A", 1, 400))]
    day, cost, _ = day_of(asks, seen)
    bound = bound_of(day.laid(), cost)
    assert cost == 500 + 520
    assert bound.alone == 1_000
    assert bound.cost == pytest.approx(1_020, abs=2)


def test_the_stock_counts_that_came_in_during_the_day():
    few = world(
        network_of(node("NEAR", handling=0), node("DEAR", handling=300)), {"A": {"DEAR": 5}}
    )
    more = replace(few, stock=worlds.stock_of(few.network, {"A": {"NEAR": 1, "DEAR": 4}}))
    ask, day, cost = ask_of(("A", 1, 400)), Day(), 0
    for seen in (few, more):
        answers = plan_batch([ask], *seen.arguments)
        scene = Scene(seen.compiled, seen.days, seen.load, AT)
        packed = pack([ask], answers, Shelves([ask], seen.stock, seen.compiled), scene)
        day.add(unfold(unpack(packed), seen.compiled), [0])
        cost += answers[0].cost
    laid = day.laid()
    near, dear = (day.nodes[name] for name in ("NEAR", "DEAR"))
    assert laid.cap[0, near] == 1
    assert laid.cap[0, dear] == 5
    assert cost == 800 + 500
    assert bound_of(laid, cost).cost == cost


def test_an_order_too_large_to_be_weighed_whole_is_bounded_all_the_same():
    seen = world(
        network_of(node("A"), node("B", handling=40)),
        {f"S{at}": {"A": 9 * (at % 2), "B": 9} for at in range(8)},
    )
    asks = [ask_of(*[(f"S{at}", 2, 300 + at) for at in range(8)])]
    day, cost, _ = day_of(asks, seen)
    laid = day.laid()
    bound = bound_of(laid, cost)
    assert laid.part_count.tolist() == [1]
    assert 0 < bound.cost <= cost


def test_a_day_without_orders_costs_nothing():
    bound = bound_of(Day().laid(), 0)
    assert (bound.cost, bound.alone) == (0, 0)


def test_the_parts_of_an_order_are_numbered_so_that_they_subtract():
    parts = parts_of([2, 1])
    assert parts.tolist() == [[1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    numbers = parts @ [1, 3]
    assert numbers.tolist() == [1, 2, 3, 4, 5]


def test_orders_that_were_refused_are_no_part_of_it():
    seen = world(network_of(node("A")), {"S0": {"A": 1}})
    asks = [ask_of(("S0", 1, 400)), ask_of(("S0", 1, 400))]
    day, cost, places = day_of(asks, seen)
    assert isinstance(plan_batch(asks, *seen.arguments)[1], NoPlan)
    assert places == [0]
    assert bound_of(day.laid(), cost).cost == cost


# --- the worked day of docs/algorithms/regret.md --------------------------------------------------


def table(head):
    lines = iter(PAGE.read_text(encoding="utf-8").splitlines())
    next(line for line in lines if line.startswith(f"| {head} |"))
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_worked_day_of_the_page_comes_out_as_printed():
    nodes = {name: (int(units), int(cost)) for name, units, cost in table("node")}
    seen = world(
        network_of(*[node(name, handling=cost - 500) for name, (_, cost) in nodes.items()]),
        {"A": {name: units for name, (units, _) in nodes.items()}},
    )
    two = [ask_of(("A", 1, 400))] * 2
    day, cost, _ = day_of(two, seen)
    laid = day.laid()
    for row in table("price of A at N"):
        price, least_sum, less, bound = map(int, row)
        prices = np.zeros(laid.cap.shape)
        prices[0, day.nodes["N"]] = price
        value, _ = valued(laid, prices)
        assert (value, value + less) == (bound, least_sum)
    assert (cost, bound_of(laid, cost).cost) == (1_020, 1_020)
