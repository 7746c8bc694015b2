"""Orders planned together: never dearer, never more than there is, never later than promised."""

from datetime import date
from itertools import product

import pytest

from entrepot.network.model import Method
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.joint import plan_jointly
from entrepot.sourcing.model import Plan
from entrepot.sourcing.solve import plan_batch
from entrepot.sourcing.stakes import Open
from entrepot.terms.ids import NodeId, Sku
from sourcing.worlds import (
    LANES,
    TODAY,
    WEB,
    after,
    ask_of,
    chance_of,
    may_supply,
    network_of,
    node,
    plain,
    random_ask,
    random_world,
    replace,
    shipment_price,
    world,
)

NEAR, FAR = node("NEAR", region="R1"), node("FAR", region="R2")


def planned(seen, asks):
    """Plan asks in turn: (the world they leave, the orders as they stand)."""
    orders = []
    for ask in asks:
        (answer,) = plan_batch([ask], *seen.arguments)
        if not isinstance(answer, Plan):
            orders.append(Open(ask))
            continue
        seen = after(seen, answer, ask.buyer)
        orders.append(Open(ask, answer, (TODAY,) * len(answer.shipments)))
    return seen, orders


def jointly(seen, orders, **more):
    standing = Standing(seen.compiled, seen.days, seen.load)
    return plan_jointly(orders, seen.stock, standing, **more)


def final(orders, joint):
    """Give each order's plan as it is afterwards."""
    return [m.plan if m else o.plan for m, o in zip(joint.moves, orders, strict=True)]


def used(plans):
    """Count (units by (sku, node), shipments by node) of plans."""
    units, shipments = {}, {}
    for plan in plans:
        for shipment in plan.shipments if plan else ():
            shipments[shipment.node_id] = shipments.get(shipment.node_id, 0) + 1
            for sku, count in shipment.items:
                at = (sku, shipment.node_id)
                units[at] = units.get(at, 0) + count
    return units, shipments


def crowd(seed):
    chance = chance_of(seed)
    seen = random_world(chance, units_max=3)
    seen = seen if seed % 2 else plain(seen)
    asks = [random_ask(chance, seen.network) for _ in range(chance.randint(2, 9))]
    return planned(seen, asks)


class TestTogether:
    """One order took what another needs more."""

    WORLD = world(
        network_of(NEAR, FAR, extra_shipment=300), {"A": {"NEAR": 1, "FAR": 5}, "B": {"NEAR": 1}}
    )
    FIRST = ask_of(("A", 1, 100), to="R2")
    SECOND = ask_of(("A", 1, 100), ("B", 1, 100))

    def stuck(self, seen=None):
        """The first order was sent from NEAR, as it might have been when FAR was closed."""
        seen = seen or self.WORLD
        away = replace(seen, days=replace(seen.days, work_day=seen.days.work_day.copy()))
        away.days.work_day[seen.compiled.index[NodeId("FAR")]] = -1
        _, (first,) = planned(away, [self.FIRST])
        left, (second,) = planned(after(seen, first.plan), [self.SECOND])
        return left, [first, second]

    def test_it_gives_way_and_both_are_better_off(self):
        left, orders = self.stuck()
        assert [len(order.plan.shipments) for order in orders] == [1, 2]
        joint = jointly(left, orders)
        first, second = final(orders, joint)
        assert [s.node_id for s in first.shipments] == ["FAR"]
        assert [s.node_id for s in second.shipments] == ["NEAR"]
        assert {move.group for move in joint.moves} == {0}
        costs = sum(order.plan.cost for order in orders)
        assert sum(move.saving for move in joint.moves) == costs - first.cost - second.cost > 0

    def test_but_not_if_it_would_come_later_than_promised(self):
        slow = tuple(replace(each, transit_days=4) if each.zone == 3 else each for each in LANES)
        first, second = node("NEAR", region="R1"), node("FAR", region="R2", postal_code="Z")
        seen = world(
            network_of(first, second, lanes=slow, extra_shipment=300),
            {"A": {"NEAR": 1, "FAR": 5}, "B": {"NEAR": 1}},
        )
        left, orders = self.stuck(seen)
        arrives = int(left.compiled.arrivals(TODAY)[left.compiled.lane_index["standard-5"]])
        promised = [replace(orders[0], latest=date.fromordinal(arrives)), orders[1]]
        assert jointly(left, promised).moves == [None, None]
        later = [replace(orders[0], latest=date.fromordinal(arrives + 4)), orders[1]]
        assert all(jointly(left, later).moves)

    def test_work_that_is_for_another_day_stays(self):
        left, orders = self.stuck()
        other = [replace(orders[0], days=(TODAY + 1,)), orders[1]]
        assert jointly(left, other).moves == [None, None]

    def half_open(self):
        """The second order's B is not sent, and is free at NEAR."""
        left, (first, second) = self.stuck()
        (kept,) = (s for s in second.plan.shipments if s.node_id == "FAR")
        free = {**left.stock.free, Sku("B"): self.WORLD.stock.free[Sku("B")]}
        plan = replace(second.plan, shipments=(kept,))
        seen = replace(left, stock=replace(left.stock, free=free))
        return seen, [first, replace(second, plan=plan, days=(TODAY,))]

    def test_a_line_that_nobody_sent_is_sent(self):
        seen, orders = self.half_open()
        _, second = final(orders, jointly(seen, orders))
        assert [(s.node_id, len(s.items)) for s in second.shipments] == [("NEAR", 2)]

    def test_unless_it_is_worth_less_than_it_costs(self):
        seen, (_, second) = self.half_open()
        assert jointly(seen, [second], open_line=800).moves == [None]
        assert jointly(seen, [second], open_line=820).moves != [None]

    def test_units_that_others_wait_for_are_left_to_them(self):
        seen, (_, second) = self.half_open()
        owed = replace(seen, stock=replace(seen.stock, owed={Sku("B"): 1}))
        assert jointly(owed, [second]).moves == [None]

    def test_nothing_to_plan(self):
        assert jointly(self.WORLD, []).moves == []


@pytest.mark.parametrize("seed", range(120))
def test_whatever_the_orders(seed):
    left, orders = crowd(seed)
    joint = jointly(left, orders)
    plans, (before, rooms) = final(orders, joint), used(order.plan for order in orders)
    units, shipments = used(plans)
    free = {
        (sku, left.network.nodes[n].node_id): count
        for sku, (nodes, counts) in left.stock.free.items()
        for n, count in zip(nodes.tolist(), counts.tolist(), strict=True)
    }
    assert all(n <= free.get(at, 0) + before.get(at, 0) for at, n in units.items())
    for name, count in shipments.items():
        at = left.compiled.index[name]
        limit = left.network.nodes[at].capacity_per_day
        if limit is not None:
            room = limit - left.load.get((at, TODAY), 0)
            assert count <= rooms.get(name, 0) + max(room, 0)
    groups = {}
    for order, move in zip(orders, joint.moves, strict=True):
        if move:
            sound(left, order, move.plan)
            groups[move.group] = groups.get(move.group, 0) + move.saving
    assert all(saving > 0 for saving in groups.values())
    assert joint.after == joint.before - sum(groups.values())
    assert jointly(left, orders).moves == joint.moves


def sound(seen, order, plan):
    """Assert that all that was sent still is, from nodes that may, at the card's prices."""
    line_of = {want.sku: line for line, want in enumerate(order.ask.wants)}
    sent = {sku: n for s in plan.shipments for sku, n in s.items}
    had = {sku for s in (order.plan.shipments if order.plan else ()) for sku, _ in s.items}
    assert had <= set(sent)
    assert all(n == order.ask.wants[line_of[sku]].quantity for sku, n in sent.items())
    assert [s.node_id for s in plan.shipments] == sorted({s.node_id for s in plan.shipments})
    for shipment in plan.shipments:
        at = seen.compiled.index[shipment.node_id]
        load = {line_of[sku]: units for sku, units in shipment.items}
        assert shipment.shipping + shipment.handling == shipment_price(order.ask, seen, at, load)
        assert may_supply(order.ask, seen, at)
        assert shipment in (order.plan.shipments if order.plan else ()) or not any(
            (sku, shipment.node_id) in order.ask.barred for sku, _ in shipment.items
        )


@pytest.mark.parametrize("seed", range(60))
def test_no_other_plans_of_three_orders_cost_less(seed):
    chance = chance_of(seed)
    seen = plain(random_world(chance, units_max=2, nodes_max=4))
    asks = []
    while len(asks) < 3:
        ask = random_ask(chance, seen.network, lines_max=2)
        if ask.method is Method.SHIP and ask.channel == WEB:
            asks.append(replace(ask, barred=frozenset()))
    left, orders = planned(seen, asks)
    orders = [order for order in orders if order.plan and whole(order)]
    joint = jointly(left, orders)
    plans = final(orders, joint)
    least = cheapest_of_all(left, orders)
    cost = sum(plan.cost for plan in plans)
    assert least <= cost <= least * 1.001 + 1e-6
    for order, plan in zip(orders, plans, strict=True):
        assert plan == order.plan or sound(left, order, plan) is None
    assert joint.bound <= joint.after + 1e-6


def whole(order):
    wanted = {(want.sku, want.quantity) for want in order.ask.wants}
    return all(wanted.issuperset(s.items) for s in order.plan.shipments)


def cheapest_of_all(seen, orders):
    """Try every way to send every order's skus whole: the least cost within stock and room."""
    had, rooms = used(order.plan for order in orders)
    names = [each.node_id for each in seen.network.nodes]
    room = {}
    for at, name in enumerate(names):
        limit = seen.network.nodes[at].capacity_per_day
        free = None if limit is None else max(limit - seen.load.get((at, TODAY), 0), 0)
        room[name] = None if free is None else free + rooms.get(name, 0)
    units = dict(had)
    for sku, (nodes, counts) in seen.stock.free.items():
        for n, count in zip(nodes.tolist(), counts.tolist(), strict=True):
            at = (sku, names[n])
            units[at] = units.get(at, 0) + max(count, 0)
    ways = [list(ways_of(seen, order.ask, names)) for order in orders]
    best = float("inf")
    for chosen in product(*ways):
        cost = sum(cost for cost, _ in chosen)
        if cost < best and possible([loads for _, loads in chosen], orders, units, room):
            best = cost
    return best if orders else 0


def ways_of(seen, ask, names):
    able = [at for at in range(len(names)) if may_supply(ask, seen, at)]
    for places in product(able, repeat=len(ask.wants)):
        loads = {}
        for line, at in enumerate(places):
            loads.setdefault(at, {})[line] = ask.wants[line].quantity
        cost = sum(shipment_price(ask, seen, at, load) for at, load in loads.items())
        cost += seen.network.costs.extra_shipment * (len(loads) - 1)
        yield cost, {names[at]: load for at, load in loads.items()}


def possible(chosen, orders, units, room):
    taken, shipments = {}, {}
    for order, loads in zip(orders, chosen, strict=True):
        for name, load in loads.items():
            shipments[name] = shipments.get(name, 0) + 1
            for line, count in load.items():
                at = (order.ask.wants[line].sku, name)
                taken[at] = taken.get(at, 0) + count
    if any(room[name] is not None and n > room[name] for name, n in shipments.items()):
        return False
    return all(n <= units.get(at, 0) for at, n in taken.items())
