"""Small made-up networks for the sourcing tests, and an oracle that tries every way.

The oracle shares no code with what it judges: it reads the rate card lane by lane, enumerates every
assignment of items to nodes, and compares whole plans.
"""

from dataclasses import dataclass
from dataclasses import replace as _replace
from datetime import UTC, datetime
from itertools import product
from random import Random

import msgspec
import numpy as np

from entrepot.network.compiled import NO_COST, Compiled, Days
from entrepot.network.model import (
    Channel,
    Costs,
    Lane,
    Method,
    Network,
    Node,
    NodeKind,
    WeightBreak,
)
from entrepot.sourcing.model import Ask, NoPlan, Plan, Stock, Want
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, LaneId, MarketId, NodeId, Sku
from entrepot.terms.place import Place

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = AT.date().toordinal()
WEB = ChannelId("web")
SHOPPER = Buyer(WEB)
EVERY = frozenset(Method)


def replace(value, **fields):
    """Give the same value with other fields, whatever it is made of."""
    change = msgspec.structs.replace if isinstance(value, msgspec.Struct) else _replace
    return change(value, **fields)


@dataclass(frozen=True)
class World:
    network: Network
    compiled: Compiled
    days: Days
    stock: Stock
    load: dict[tuple[int, int], int]

    @property
    def arguments(self):
        return self.stock, self.compiled, self.days, self.load


ONLY_WEB = (Channel(WEB),)


def node(name, *, region="R1", postal_code="", country="US", handling=10, **more):
    fields = {"kind": NodeKind.STORE, "time_zone": "America/New_York", "services": EVERY} | more
    place = Place(country, postal_code or name, region)
    return Node(NodeId(name), name, place=place, handling_cost=handling, **fields)


def lane(zone, *breaks, service="standard", per_kg_over=0, days=3, **more):
    weights = tuple(WeightBreak(up_to_g, cost) for up_to_g, cost in breaks)
    name = LaneId(f"{service}-{zone}")
    return Lane(name, "post", service, zone, days, weights, per_kg_over, 1, **more)


# Without coordinates a node is in zone 1, 3, 5 or 9: same postal code, region, country, abroad.
LANES = (
    lane(1, (1000, 400), (2000, 500), (5000, 800), per_kg_over=200),
    lane(3, (1000, 500), (2000, 650), (5000, 1100), per_kg_over=300),
    lane(5, (1000, 700), (2000, 900), (5000, 1500), per_kg_over=400),
    lane(1, (1000, 900), service="express", per_kg_over=500),
    lane(3, (1000, 1200), service="express", per_kg_over=600),
)


def network_of(*nodes, lanes=LANES, channels=ONLY_WEB, **costs):
    row = tuple(sorted(nodes, key=lambda each: each.node_id))
    return Network(MarketId("m"), 7, row, tuple(lanes), tuple(channels), Costs(**costs))


def stock_of(network, free, owed=None):
    """Build the stock of {sku: {node name: units}}; nodes the network has not are left out."""
    index = {each.node_id: at for at, each in enumerate(network.nodes)}
    rows = {}
    for sku, units in free.items():
        there = sorted((index[name], count) for name, count in units.items() if name in index)
        pairs = np.array(there, np.int32).reshape(-1, 2)
        rows[Sku(sku)] = (pairs[:, 0].copy(), pairs[:, 1].copy())
    return Stock(rows, {Sku(sku): units for sku, units in (owed or {}).items()})


def world(network, free, *, owed=None, load=None, closed=()):
    compiled = Compiled(network)
    work_day = np.full(len(network.nodes), TODAY, np.int32)
    work_day[[compiled.index[NodeId(name)] for name in closed]] = -1
    used = {(compiled.index[NodeId(name)], TODAY): count for name, count in (load or {}).items()}
    days = Days(work_day, datetime(2026, 11, 21, tzinfo=UTC))
    return World(network, compiled, days, stock_of(network, free, owed), used)


def ask_of(*wants, to="R1", postal_code="X", country="US", **more):
    """Ask for (sku, quantity, grams per unit), shipped by the standard service from WEB."""
    fields = {"channel": WEB, "method": Method.SHIP, "service": "standard"} | more
    if fields["method"] is Method.SHIP:
        fields.setdefault("destination", Place(country, postal_code, to))
    else:
        fields["service"] = ""
    return Ask(wants=tuple(Want(Sku(sku), count, grams) for sku, count, grams in wants), **fields)


# --- chance -------------------------------------------------------------------------------------


def chance_of(seed):
    return Random(seed)  # noqa: S311 - seeded chance, not cryptography


def random_lanes(chance):
    """Make rate cards of any shape: some make two parcels cheaper than one, some stop short."""
    lanes = []
    for service, zone in product(("standard", "express"), (1, 3, 5, 9)):
        if chance.random() < 0.08:
            continue
        edges = sorted(chance.sample(range(100, 4000), chance.randint(1, 4)))
        costs = sorted(chance.randint(0, 40) * 25 for _ in edges)
        breaks = zip(edges, costs, strict=True)
        over = chance.randint(0, 12) * 50
        lanes.append(lane(zone, *breaks, service=service, per_kg_over=over))
    return tuple(lanes)


def random_network(chance, *, nodes_max=6):
    count = chance.randint(2, nodes_max)
    names = [f"N{at:02d}" for at in range(count)]
    nodes = [
        node(
            name,
            region=chance.choice(("R1", "R2")),
            postal_code=chance.choice(("X", "Y", "Z")),
            country=chance.choice(("US", "US", "US", "US", "CA")),
            handling=chance.choice((0, 10, 25, 90)),
            services=EVERY if chance.random() < 0.9 else frozenset({Method.PICKUP}),
            capacity_per_day=chance.choice((None, None, None, None, None, 0, 2, 3)),
            enabled=chance.random() > 0.05,
        )
        for name in names
    ]
    some = frozenset(NodeId(name) for name in names if chance.random() < 0.8)
    channels = (Channel(WEB), Channel(ChannelId("app"), "", some, chance.randint(0, 2)))
    extra = chance.choice((0, 0, 50, 150, 400))
    return network_of(*nodes, lanes=random_lanes(chance), channels=channels, extra_shipment=extra)


def random_world(chance, *, skus=6, nodes_max=6, units_max=8, plenty=0.75):
    network = random_network(chance, nodes_max=nodes_max)
    names = [each.node_id for each in network.nodes]
    free = {
        f"S{at}": {name: chance.randint(0, units_max) for name in names if chance.random() < plenty}
        for at in range(skus)
    }
    owed = {f"S{at}": chance.randint(1, 9) for at in range(skus) if chance.random() < 0.04}
    load = {name: chance.randint(0, 3) for name in names if chance.random() < 0.5}
    closed = [name for name in names if chance.random() < 0.05]
    return world(network, free, owed=owed, load=load, closed=closed)


def random_ask(chance, network, *, skus=6, lines_max=4, quantity_max=3):
    wanted = chance.sample(range(skus), chance.randint(1, min(lines_max, skus)))
    wants = [(f"S{at}", chance.randint(1, quantity_max), chance.randint(1, 1500)) for at in wanted]
    names = [each.node_id for each in network.nodes]
    barred = frozenset(
        (Sku(f"S{chance.randrange(skus)}"), chance.choice(names))
        for _ in range(chance.choice((0, 0, 0, 1, 3)))
    )
    channel = ChannelId(chance.choice(("web", "app")) if chance.random() < 0.98 else "nobody")
    if chance.random() < 0.15:
        method = chance.choice((Method.PICKUP, Method.CURBSIDE))
        store = chance.choice((*names, *names, NodeId("nowhere")))
        return ask_of(*wants, channel=channel, method=method, pickup_node=store, barred=barred)
    return ask_of(
        *wants,
        to=chance.choice(("R1", "R2", "R3")),
        postal_code=chance.choice(("X", "Y", "W")),
        service=chance.choice(("standard", "standard", "express")),
        channel=channel,
        barred=barred,
    )


def plain(seen):
    """Give the same world with a rate card as most are: two parcels always cost more than one."""
    network = replace(seen.network, lanes=LANES)
    return replace(seen, network=network, compiled=Compiled(network))


def after(seen, answer, buyer=SHOPPER):
    """Give the world as it is once a plan for a buyer's order has been carried out."""
    if isinstance(answer, NoPlan):
        return seen
    free, load, held = dict(seen.stock.free), dict(seen.load), dict(seen.stock.held)
    for shipment in answer.shipments:
        at = seen.compiled.index[shipment.node_id]
        key = (at, int(seen.days.work_day[at]))
        load[key] = load.get(key, 0) + 1
        for sku, units in shipment.items:
            nodes, counts = free[sku]
            counts = counts.copy()
            counts[list(nodes).index(at)] -= units
            free[sku] = (nodes, counts)
            held[sku] = _drawn(held.get(sku, ()), buyer, at, units)
    return replace(seen, stock=replace(seen.stock, free=free, held=held), load=load)


def _drawn(held, buyer, at, units):
    """Who is in several segments draws on the first of them."""
    for place, each in enumerate(held):
        if is_for(each, buyer):
            left = each.units - units * (np.arange(len(each.units)) == at)
            return (*held[:place], replace(each, units=left), *held[place + 1 :])
    return held


def is_for(held, buyer):
    return all(n is None or who in n for n, who in zip(held.audience, buyer, strict=True))


# --- the oracle ---------------------------------------------------------------------------------


def lane_price(network, service, zone, grams):
    prices = []
    for each in network.lanes:
        if each.enabled and each.service == service and each.zone == zone:
            fitting = [b.cost for b in each.breaks if grams <= b.up_to_g]
            over = grams - each.breaks[-1].up_to_g
            last = each.breaks[-1].cost + -(-over // 1000) * each.per_kg_over
            prices.append(fitting[0] if fitting else last)
    return min(prices, default=None)


def zone_of(place, destination):
    if place.country != destination.country:
        return 9
    near = 3 if place.region == destination.region else 5
    return 1 if place.postal_code == destination.postal_code else near


def may_supply(ask, seen, at):
    """Say whether a node may supply an ask at all, stock and capacity apart."""
    each = seen.network.nodes[at]
    channel = next(c for c in seen.network.channels if c.channel_id == ask.channel)
    if not each.enabled or ask.method not in each.services or seen.days.work_day[at] < 0:
        return False
    if channel.node_ids is not None and each.node_id not in channel.node_ids:
        return False
    if ask.method is not Method.SHIP:
        return each.node_id == ask.pickup_node
    zone = zone_of(each.place, ask.destination)
    return lane_price(seen.network, ask.service, zone, 0) is not None


def free_at(ask, seen, at, want):
    """Count the units of a want one node may supply."""
    if not may_supply(ask, seen, at) or (want.sku, seen.network.nodes[at].node_id) in ask.barred:
        return 0
    channel = next(c for c in seen.network.channels if c.channel_id == ask.channel)
    nodes, counts = seen.stock.free.get(want.sku, ([], []))
    units = dict(zip(map(int, nodes), map(int, counts), strict=True)).get(at, 0)
    return max(units - stays_at(ask, seen, at, want.sku, channel), 0)


def stays_at(ask, seen, at, sku, channel):
    """Count the units of a sku that an ask must leave at a node."""
    kept = seen.stock.kept.get((ask.channel, sku), channel.buffer)
    stays = kept if isinstance(kept, int) else int(kept[at])
    for held in seen.stock.held.get(sku, ()):
        if not is_for(held, ask.buyer):
            left = max(int(held.units[at]), 0)
            stays += left if held.leave is None else min(left, held.leave)
    return stays


def is_full(seen, at):
    limit = seen.network.nodes[at].capacity_per_day
    used = seen.load.get((at, int(seen.days.work_day[at])), 0)
    return limit is not None and used >= limit


def shipment_price(ask, seen, at, load):
    """Price what one node ships; `load` is {line: units}."""
    each = seen.network.nodes[at]
    handling = each.handling_cost * sum(load.values())
    if ask.method is not Method.SHIP:
        return handling
    grams = sum(ask.wants[line].weight_g * units for line, units in load.items())
    zone = zone_of(each.place, ask.destination)
    return handling + lane_price(seen.network, ask.service, zone, grams)


def missing_of(ask, seen):
    missing = {}
    for want in ask.wants:
        there = sum(free_at(ask, seen, at, want) for at in range(len(seen.network.nodes)))
        owed = seen.stock.owed.get(want.sku, 0)
        if owed:
            _, counts = seen.stock.free.get(want.sku, ([], []))
            there = min(there, max(sum(map(int, counts)) - owed, 0))
        if there < want.quantity:
            missing[want.sku] = want.quantity - there
    return missing


def cheapest(ask, seen, pieces, *, without=None, full_allowed=True):
    """Try every assignment of pieces [(line, units)] to nodes: (full nodes, cost, count, blocks).

    Blocks are ((node, mask of pieces), ...) ascending, the last tie-break. None: impossible.
    """
    nodes = [at for at in range(len(seen.network.nodes)) if at != without]
    if not full_allowed:
        nodes = [at for at in nodes if not is_full(seen, at)]
    free = {
        (at, line): free_at(ask, seen, at, want)
        for at in nodes
        for line, want in enumerate(ask.wants)
    }
    homes = [[at for at in nodes if free[at, line] >= units] for line, units in pieces]
    best = None
    for places in product(*homes):
        loads, masks = {}, {}
        for bit, (at, (line, units)) in enumerate(zip(places, pieces, strict=True)):
            load = loads.setdefault(at, {})
            load[line] = load.get(line, 0) + units
            masks[at] = masks.get(at, 0) | 1 << bit
        if any(
            units > free[at, line] for at, load in loads.items() for line, units in load.items()
        ):
            continue
        cost = sum(shipment_price(ask, seen, at, load) for at, load in loads.items())
        cost += seen.network.costs.extra_shipment * (len(loads) - 1)
        full = sum(is_full(seen, at) for at in loads)
        found = (full, cost, len(loads), tuple(sorted(masks.items())))
        best = found if best is None else min(best, found)
    return best


def alone(ask, seen, nodes, *, but=None):
    """Give the least cost of one node that ships all; None where there is none."""
    load = {line: want.quantity for line, want in enumerate(ask.wants)}
    return min(
        (
            shipment_price(ask, seen, at, load)
            for at in nodes
            if at != but
            and all(free_at(ask, seen, at, want) >= want.quantity for want in ask.wants)
        ),
        default=None,
    )


def partitions(prices, items, width, extra, *, most=99):
    """Try every way to share items among at most so many columns: the best blocks, or None."""
    best = None
    for places in product(range(width), repeat=items):
        masks = {}
        for bit, column in enumerate(places):
            masks[column] = masks.get(column, 0) | 1 << bit
        cost = sum(prices[mask][column] for column, mask in masks.items())
        if cost < NO_COST >> 1 and len(masks) <= most:
            found = (cost + extra * (len(masks) - 1), len(masks), tuple(sorted(masks.items())))
            best = found if best is None else min(best, found)
    return best and best[2]


def check(ask, seen, plan):
    """Assert that a plan is sound: all that is asked, nothing that is not there, right prices."""
    assert isinstance(plan, Plan)
    names = [shipment.node_id for shipment in plan.shipments]
    assert names == sorted(set(names))
    sent = {}
    line_of = {want.sku: line for line, want in enumerate(ask.wants)}
    for shipment in plan.shipments:
        at = seen.compiled.index[shipment.node_id]
        load = {line_of[sku]: units for sku, units in shipment.items}
        for line, units in load.items():
            assert 0 < units <= free_at(ask, seen, at, ask.wants[line])
            sent[line] = sent.get(line, 0) + units
        assert shipment.shipping + shipment.handling == shipment_price(ask, seen, at, load)
        assert shipment.weight_g == sum(ask.wants[line].weight_g * n for line, n in load.items())
        assert (shipment.lane_id is None) == (ask.method is not Method.SHIP)
    assert sent == {line: want.quantity for line, want in enumerate(ask.wants)}
    assert plan.extra == seen.network.costs.extra_shipment * (len(names) - 1)
    assert plan.cost == plan.extra + sum(s.shipping + s.handling for s in plan.shipments)
    assert plan.overflow == any(is_full(seen, seen.compiled.index[name]) for name in names)
