"""Exact by every cost: the kernel, the arrays and trying every way give the same plan."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import NO_COST
from entrepot.sourcing import solve
from entrepot.sourcing.model import NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.solve import plan_batch, plan_each, plan_one
from sourcing import many, steering, worlds
from sourcing.worlds import replace


def steered(seed, *, nodes_max=5, lines_max=3):
    chance = worlds.chance_of(seed)
    seen = steering.steered_world(chance, nodes_max=nodes_max, plenty=chance.choice((0.6, 0.9)))
    ask = steering.steered_ask(chance, seen.network, lines_max=lines_max, quantity_max=2)
    return ask, seen, steering.random_prices(chance, len(seen.network.nodes))


def judged(ask, seen, prices, answer):
    """Compare an answer with what trying every way finds; answers what kind of case it was."""
    if isinstance(answer, NoPlan):
        if answer.why is WhyNoPlan.FENCED:
            assert steering.cheapest(ask, seen, prices) is None
        return answer.why
    if answer.overflow or any(
        not any(steering.may_fill(ask, seen, at, line) for at in range(len(seen.network.nodes)))
        for line in range(len(ask.wants))
    ):
        return "crowded or broken"
    best = steering.cheapest(ask, seen, prices)
    blocks = steering.blocks_of(ask, seen, answer)
    assert (answer.cost + answer.steered, len(answer.shipments), blocks) == best
    money = [
        steering.package(ask, seen, prices, at, [n for n in range(len(ask.wants)) if mask >> n & 1])
        for at, mask in blocks
    ]
    assert [s.shipping + s.handling for s in answer.shipments] == [paid for _, paid in money]
    assert answer.cost == answer.extra + sum(paid for _, paid in money)
    if len(blocks) > 1:
        rivals = [steering.cheapest(ask, seen, prices, without=at) for at, _ in blocks]
        assert answer.runner_up == min((r[0] for r in rivals if r), default=None)
    return len(blocks)


def test_ten_thousand_orders_are_planned_as_by_trying_every_way():
    kinds = {}
    for seed in many.drawn(10_000):
        ask, seen, prices = steered(seed)
        (answer,) = plan_batch([ask], *seen.arguments, prices)
        kind = judged(ask, seen, prices, answer)
        kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds[1] > many.often(2000)
    assert kinds[2] > many.often(300)
    assert kinds[3] > many.often(10)
    assert kinds["crowded or broken"] > many.often(300)
    assert kinds[WhyNoPlan.SHORT] > many.often(1000)
    assert kinds[WhyNoPlan.FENCED] > many.often(100)
    assert kinds[WhyNoPlan.TOO_LATE] > many.often(100)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_any_order_is_planned_by_the_kernel_as_by_arrays(seed):
    ask, seen, prices = steered(seed, nodes_max=9, lines_max=6)
    alone = plan_one(ask, *seen.arguments, prices)
    assert plan_batch([ask], *seen.arguments, prices) == [alone]
    assert plan_each([ask], *seen.arguments, prices) == [alone]


def steered_batch(seed):
    chance = worlds.chance_of(seed)
    seen = steering.steered_world(chance, nodes_max=8, units_max=chance.choice((3, 30)))
    asks = [
        steering.steered_ask(chance, seen.network, lines_max=5)
        for _ in range(chance.randint(1, 20))
    ]
    return asks, seen, steering.random_prices(chance, len(seen.network.nodes))


def test_a_batch_is_decided_as_without_the_kernel(monkeypatch):
    cases = [steered_batch(seed) for seed in many.drawn(250)]
    by_kernel = [plan_batch(asks, *seen.arguments, prices) for asks, seen, prices in cases]
    monkeypatch.setattr(solve, "machine", lambda: None)
    for (asks, seen, prices), answers in zip(cases, by_kernel, strict=True):
        assert plan_batch(asks, *seen.arguments, prices) == answers
        assert plan_each(asks, *seen.arguments, prices) == [
            plan_one(ask, *seen.arguments, prices) for ask in asks
        ]
    plans = [answer for answers in by_kernel for answer in answers if isinstance(answer, Plan)]
    assert sum(plan.steered != 0 for plan in plans) > many.often(500)
    assert sum(len(plan.shipments) > 1 for plan in plans) > many.often(100)


# --- a whole country ------------------------------------------------------------------------------


def country(seed):
    """Make 205 nodes, each holding a few of five skus, and one order with all that steers."""
    chance = worlds.chance_of(seed)
    names = [f"N{at:03d}" for at in range(205)]
    nodes = [
        worlds.node(
            name,
            region=chance.choice(("R1", "R2", "R3")),
            postal_code=chance.choice(("X", "Y", name)),
            handling=chance.choice((10, 25, 90)),
        )
        for name in names
    ]
    network = worlds.network_of(*nodes, lanes=worlds.random_lanes(chance), extra_shipment=150)
    network = steering.steered_network(chance, network)
    free = {
        f"S{at}": {n: chance.randint(1, 9) for n in names if chance.random() < 0.3}
        for at in range(5)
    }
    seen = worlds.world(network, free)
    wants = [(f"S{at}", chance.randint(1, 3), chance.randint(1, 1500)) for at in range(5)]
    ask = worlds.ask_of(*chance.sample(wants, chance.randint(2, 4)), services=("express",))
    guide = steering.random_guide(chance, 205)
    ask = replace(ask, guide=guide and replace(guide, shipments_max=None))
    return ask, seen, steering.random_prices(chance, 205, skus=5)


def partitions_of(lines):
    """List every way to split lines into blocks."""
    if not lines:
        yield []
        return
    first, rest = lines[0], lines[1:]
    for size in range(len(rest) + 1):
        for others in combinations(rest, size):
            left = [line for line in rest if line not in others]
            for more in partitions_of(left):
                yield [(first, *others), *more]


def least_of(ask, seen, prices):
    """Find the least of all assignments: every partition, its blocks at different nodes.

    Of k blocks each is at one of its k cheapest nodes: a better one is always free.
    """
    fills = [
        {at for at in range(205) if steering.may_fill(ask, seen, at, line)}
        for line in range(len(ask.wants))
    ]
    known = {}

    def offers(block):
        if block not in known:
            nodes = sorted(set.intersection(*[fills[line] for line in block]))
            found = [(steering.package(ask, seen, prices, at, block), at) for at in nodes]
            known[block] = sorted((price[0], at) for price, at in found if price)
        return known[block]

    best = NO_COST
    for blocks in partitions_of(list(range(len(ask.wants)))):
        plans = {(): 150 * (len(blocks) - 1)}
        for block in blocks:
            plans = {
                (*used, at): cost + price
                for used, cost in plans.items()
                for price, at in offers(block)[: len(blocks)]
                if at not in used
            }
        best = min([best, *plans.values()])
    return best


def test_five_hundred_orders_over_205_nodes_are_planned_at_the_least_cost():
    splits = 0
    for seed in many.drawn(500):
        ask, seen, prices = country(seed)
        (answer,) = plan_batch([ask], *seen.arguments, prices)
        if isinstance(answer, NoPlan):
            assert answer.why is WhyNoPlan.NO_LANE
            continue
        assert answer.cost + answer.steered == least_of(ask, seen, prices)
        splits += len(answer.shipments) > 1
    assert splits > many.often(100)
