"""An instance as the product knows it: a network, orders' questions, stock, a forecast.

The days of an instance are Thursdays. Then an express order is due on a Monday, any other on the
Thursday after, and whatever is late is so within that week: carriers' weekends, which the instance
does not know, stretch no lateness.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from bench.zip3 import tariff
from bench.zip3.geography import Geography
from bench.zip3.instance import Instance, Ints
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
from entrepot.sourcing.forecast import Forecast
from entrepot.sourcing.model import Ask, Due, Stock, Want
from entrepot.sourcing.parcels import Sending
from entrepot.terms.calendar import business_days_after
from entrepot.terms.ids import ChannelId, LaneId, MarketId, NodeId, Sku
from entrepot.terms.place import Place

FIRST_DAY: Final = date(2026, 1, 8)
SHOP: Final = ChannelId("web")
GROUND: Final = "ground"
AIR: Final = "two_day"
SERVICES: Final = (GROUND, AIR)


def moment(day: int) -> datetime:
    """Give the hour at which the orders of a day are decided."""
    return datetime.combine(_date(day), datetime.min.time(), UTC) + timedelta(hours=12)


def _date(day: int) -> date:
    return FIRST_DAY + timedelta(weeks=day)


def due_on(day: int, days: int) -> date:
    """Give the day by which an order of a day is to be there."""
    return business_days_after(_date(day), days)


def network(instance: Instance) -> Network:
    """Describe the nodes and the two services' cards; a store takes a day more than a warehouse."""
    places = areas(instance.geography)
    nodes = tuple(
        Node(
            node_id=NodeId(f"N{at:03}"),
            name=f"N{at:03}",
            kind=(NodeKind.DC, NodeKind.STORE)[kind],
            place=places[instance.node_area[at]],
            time_zone="UTC",
            services=frozenset({Method.SHIP}),
            capacity_per_day=int(instance.room[at]),
            handling_cost=tariff.PER_UNIT[kind],
            handling_hours=24 * tariff.DAYS_OF_WORK[kind],
            parcel_cost=tariff.PER_PARCEL[kind],
        )
        for at, kind in enumerate(instance.kind.tolist())
    )
    costs = Costs(extra_shipment=tariff.SPLIT, late_per_day=tariff.LATE_DAY, zone_km=tariff.ZONE_KM)
    return Network(MarketId("zip3"), 1, nodes, _lanes(), (Channel(SHOP),), costs)


def _lanes() -> tuple[Lane, ...]:
    air_days = (tariff.AIR_DAYS,) * len(tariff.GROUND_DAYS)
    cards = ((GROUND, tariff.GROUND, tariff.GROUND_DAYS), (AIR, tariff.AIR, air_days))
    return tuple(
        Lane(
            lane_id=LaneId(f"{service}-{zone + 1}"),
            carrier="bench",
            service=service,
            zone=zone + 1,
            transit_days=days[zone],
            breaks=tuple(
                WeightBreak(grams, cost)
                for grams, cost in zip(tariff.STEPS_G, card[zone].tolist(), strict=True)
            ),
        )
        for service, card, days in sorted(cards, key=lambda each: each[0])
        for zone in range(len(days))
    )


def areas(geography: Geography) -> tuple[Place, ...]:
    """Give the center of every area as a place."""
    rows = zip(
        geography.codes, geography.latitude.tolist(), geography.longitude.tolist(), strict=True
    )
    return tuple(Place("US", code, "", north, east, "UTC") for code, north, east in rows)


def skus(instance: Instance) -> tuple[Sku, ...]:
    return tuple(Sku(f"S{sku:05}") for sku in range(instance.shape.skus))


def asks(instance: Instance, begin: int, end: int) -> list[Ask]:
    """Give the questions of the orders from `begin` to before `end`."""
    names, places, orders = skus(instance), areas(instance.geography), instance.orders
    weights = instance.weight_g.tolist()
    first, sku, area = orders.first.tolist(), orders.sku.tolist(), orders.area.tolist()
    due = {
        (day, days): Due(due_on(day, days))
        for day in range(instance.shape.days)
        for days in tariff.DUE_DAYS
    }
    return [
        Ask(
            SHOP,
            Method.SHIP,
            GROUND,
            tuple(Want(names[s], 1, weights[s]) for s in sku[first[order] : first[order + 1]]),
            places[area[order]],
            services=(AIR,),
            due=due[int(orders.day[order]), int(orders.due[order])],
        )
        for order in range(begin, end)
    ]


def stock(instance: Instance, left: Ints) -> Stock:
    """Give what is left, int64[N, S], as a decision sees it."""
    found = {}
    for sku, name in enumerate(skus(instance)):
        nodes = np.flatnonzero(left[:, sku])
        found[name] = (nodes.astype(np.int32), left[nodes, sku].astype(np.int32))
    return Stock(found)


def forecast(instance: Instance, day: int) -> Forecast:
    """Give what policies are told to expect, dates as of a day."""
    shape = instance.shape
    sendings = tuple(Sending((GROUND, AIR), Due(due_on(day, days))) for days in tariff.DUE_DAYS)
    return Forecast(
        skus=skus(instance),
        units_a_day=instance.forecast,
        weight_g=instance.weight_g,
        volume_cm3=np.zeros_like(instance.weight_g),
        places=areas(instance.geography),
        shares=instance.share,
        lengths=np.array(shape.line_mix),
        sendings=sendings,
        sent=np.array([shape.express, 1 - shape.express]),
        error=shape.forecast_error,
    )
