"""Orders and networks that use everything a choice can be steered by, and an oracle for them.

Like `worlds` it shares no code with what it judges: it prices a package lane by lane and day by day
and tries every assignment.
"""

from datetime import date, timedelta
from itertools import product

import numpy as np

from entrepot.network.compiled import Compiled, Days
from entrepot.sourcing.model import Due, Guide, Prices
from entrepot.terms.ids import Sku
from sourcing import worlds
from sourcing.worlds import AT, TODAY, replace

LINES_MAX = 4


def guide_of(nodes, *, strategy="rules", allowed=None, rating=None, most=None):
    """Make a guide of node positions that are allowed, and of {position: rating}."""
    may = np.zeros(nodes, np.bool_)
    may[list(allowed or ())] = True
    rated = np.zeros(nodes, "<i4")
    for at, each in (rating or {}).items():
        rated[at] = each
    return Guide(
        strategy,
        None if allowed is None else np.packbits(may).tobytes(),
        None if rating is None else rated.tobytes(),
        most,
    )


def steered_network(chance, network):
    """Give lanes transit days, volumetric divisors and least prices, nodes a price per parcel."""
    lanes = tuple(
        replace(
            lane,
            transit_days=chance.randint(0, 6),
            cm3_per_kg=chance.choice((0, 0, 200, 5000)),
            cost_min=chance.choice((0, 0, 150, 700)),
        )
        for lane in network.lanes
    )
    nodes = tuple(replace(n, parcel_cost=chance.choice((0, 0, 40, 220))) for n in network.nodes)
    costs = replace(network.costs, late_per_day=chance.choice((0, 30, 300)))
    return replace(network, lanes=lanes, nodes=nodes, costs=costs)


def steered_world(chance, **sizes):
    """Make a world whose costs have every part; work days differ from node to node."""
    seen = worlds.random_world(chance, **sizes)
    network = steered_network(chance, seen.network)
    work_day = seen.days.work_day + np.array([chance.choice((0, 0, 1, 4)) for _ in network.nodes])
    work_day = np.where(seen.days.work_day < 0, -1, work_day).astype(np.int32)
    load = {(at, int(work_day[at])): units for (at, _), units in seen.load.items()}
    days = Days(work_day, AT + timedelta(days=1))
    return replace(seen, network=network, compiled=Compiled(network), days=days, load=load)


def steered_ask(chance, network, **sizes):
    """Make an ask with some of: volumes, a due day, more services, a guide."""
    ask = worlds.random_ask(chance, network, **sizes)
    wants = tuple(
        replace(want, volume_cm3=chance.choice((0, chance.randint(1, 4000)))) for want in ask.wants
    )
    due = Due(date.fromordinal(TODAY + chance.randint(-1, 9)), hard=chance.random() < 0.3)
    return replace(
        ask,
        wants=wants,
        services=chance.choice(((), ("express",), ("standard", "express"))),
        due=chance.choice((None, due)),
        guide=random_guide(chance, len(network.nodes)),
    )


def random_guide(chance, nodes):
    if chance.random() < 0.4:
        return None
    some = [at for at in range(nodes) if chance.random() < 0.8]
    rating = {at: chance.randint(-200, 400) for at in range(nodes)}
    return guide_of(
        nodes,
        allowed=chance.choice((None, some)),
        rating=chance.choice((None, rating)),
        most=chance.choice((None, None, 1, 2, 3)),
    )


def random_prices(chance, nodes, skus=6):
    if chance.random() < 0.3:
        return None
    stock = {
        Sku(f"S{at}"): np.array([chance.choice((0, 25, 310)) for _ in range(nodes)], np.int64)
        for at in range(skus)
        if chance.random() < 0.6
    }
    room = np.array([chance.choice((0, 90, 500)) for _ in range(nodes)], np.int64)
    return Prices(3, stock, chance.choice((None, room)))


# --- the oracle ---------------------------------------------------------------------------------


def arrival(seen, at, lane):
    """Give the day a parcel arrives: carriers move from Monday to Friday."""
    day, left = date.fromordinal(int(seen.days.work_day[at])), lane.transit_days
    while left or (lane.transit_days == 0 and day.weekday() > 4):
        day += timedelta(days=1)
        left -= day.weekday() < 5 and left > 0
    return day


def ways(ask, seen, at, grams, cm3):
    """Price every lane a parcel could take from a node: (weighed, days, lane, freight)."""
    zone = worlds.zone_of(seen.network.nodes[at].place, ask.destination)
    for lane in seen.network.lanes:
        if lane.zone != zone or lane.service not in {ask.service, *ask.services}:
            continue
        billed = max(grams, -(-cm3 * 1000 // lane.cm3_per_kg)) if lane.cm3_per_kg else grams
        only = replace(seen.network, lanes=(lane,))
        freight = max(worlds.lane_price(only, lane.service, zone, billed), lane.cost_min)
        days = max((arrival(seen, at, lane) - ask.due.day).days, 0) if ask.due else 0
        if days and ask.due.hard:
            continue
        late = days * seen.network.costs.late_per_day
        yield freight + late, lane.transit_days, lane.lane_id, freight


def package(ask, seen, prices, at, lines):
    """Weigh some lines sent from a node: (all counted, money); None where no lane goes."""
    wants, node = [ask.wants[line] for line in lines], seen.network.nodes[at]
    money, beside = node.parcel_cost, 0
    if ask.destination is not None:
        grams = sum(w.weight_g * w.quantity for w in wants)
        cm3 = sum(w.volume_cm3 * w.quantity for w in wants)
        best = min(ways(ask, seen, at, grams, cm3), default=None)
        if best is None:
            return None
        weighed, _, _, freight = best
        money, beside = money + freight, weighed - freight
    money += node.handling_cost * sum(w.quantity for w in wants)
    if ask.guide and ask.guide.rating:
        beside += int(np.frombuffer(ask.guide.rating, "<i4")[at])
    if prices and prices.nodes is not None:
        beside += int(prices.nodes[at])
    for want in wants:
        if prices and want.sku in prices.stock:
            beside += int(prices.stock[want.sku][at]) * want.quantity
    return money + beside, money


def fenced(ask, at):
    if ask.guide is None or ask.guide.allowed is None:
        return False
    return not np.unpackbits(np.frombuffer(ask.guide.allowed, np.uint8))[at]


def may_fill(ask, seen, at, line):
    """Say whether a node with room can fill a line whole, by all that the rules let it do."""
    if fenced(ask, at) or worlds.is_full(seen, at):
        return False
    services = (ask.service, *ask.services)
    free = max(
        worlds.free_at(replace(ask, service=service), seen, at, ask.wants[line])
        for service in services
    )
    return free >= ask.wants[line].quantity


def cheapest(ask, seen, prices, *, without=None):
    """Try every assignment of whole lines to nodes: (all counted, count, blocks); None: no way.

    Also None where a line has no node: it would have to be broken.
    """
    nodes = [at for at in range(len(seen.network.nodes)) if at != without]
    homes = [
        [at for at in nodes if may_fill(ask, seen, at, line)] for line in range(len(ask.wants))
    ]
    most = ask.guide.shipments_max if ask.guide and ask.guide.shipments_max else len(ask.wants)
    known, best = {}, None
    for places in product(*homes):
        masks = {}
        for line, at in enumerate(places):
            masks[at] = masks.get(at, 0) | 1 << line
        if len(masks) > most:
            continue
        total = seen.network.costs.extra_shipment * (len(masks) - 1)
        for at, mask in masks.items():
            if (at, mask) not in known:
                lines = [line for line in range(len(ask.wants)) if mask >> line & 1]
                known[at, mask] = package(ask, seen, prices, at, lines)
            total += float("inf") if known[at, mask] is None else known[at, mask][0]
        found = (total, len(masks), tuple(sorted(masks.items())))
        best = found if best is None else min(best, found)
    return None if best is None or best[0] == float("inf") else best


def blocks_of(ask, seen, plan):
    line = {want.sku: at for at, want in enumerate(ask.wants)}
    return tuple(
        (seen.compiled.index[s.node_id], sum(1 << line[sku] for sku, _ in s.items))
        for s in plan.shipments
    )
