"""When an order that stands is expected, reckoned again from where its parcels are. Pure.

`expected` is the one place where the way of a parcel becomes a date; whoever reckons it otherwise,
from what was learned, answers the same question with the same values.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from entrepot.network.compiled import Compiled
from entrepot.network.model import Lane, Method
from entrepot.promise.after_model import Cause, Expected, Told, Way
from entrepot.promise.model import DELIVERY_CLOSES_MINUTE, DELIVERY_OPENS_MINUTE
from entrepot.promise.rules import delivery_window, promised
from entrepot.terms.calendar import business_days_after, instant, time_zone
from entrepot.terms.ids import FulfillmentOrderId
from entrepot.terms.place import Place

_ENDED = frozenset({"canceled", "rejected"})
_NOT_TAKEN_ON = frozenset({"planned", "released"})
_WITH_CUSTOMER = frozenset({"delivered", "collected"})
_SLOWED = frozenset({"delivery_delayed", "on_hold"})

_SAID: Mapping[str, str] = {
    "ready_for_pickup": "it waits to be picked up at its carrier's",
    "out_for_delivery": "its carrier has it out for delivery",
    "delivery_failed": "its carrier could not deliver it and tries again",
    "delivery_delayed": "its carrier says that it is delayed",
    "on_hold": "its carrier holds it",
}
"""What a carrier's status means, where it says something of the day."""


class _Fetched(msgspec.Struct, frozen=True):
    """The question of an order that its customer fetches."""

    method: Method = Method.PICKUP
    destination: Place | None = None


def expected_each(
    ways: Sequence[Way], told: Told, zone: str, network: Compiled, at: datetime
) -> dict[FulfillmentOrderId, Expected]:
    """Say the same of each node's part that is still to come; what nothing is known of is left out.

    What has arrived, and what is no node's work any more, is left out too.
    """
    found = {}
    for way in ways:
        ix = network.index.get(way.node_id)
        if way.state in _ENDED | _WITH_CUSTOMER or ix is None:
            continue
        one = _of(way, told, ix, zone, network, at)
        if one is not None:
            found[way.fulfillment_order_id] = one
    return found


def expected(
    ways: Sequence[Way], told: Told, zone: str, network: Compiled, at: datetime
) -> Expected | None:
    """Say when the last part of an order is expected, as seen at `at` (UTC), by its parcels' ways.

    `zone` is the destination's time zone, "" where it is not known. None where nothing can be said:
    no part of it is any node's work, a node or lane is gone, or a parcel goes back to its sender.
    """
    found: list[Expected] = []
    for way in ways:
        if way.state in _ENDED:
            continue
        ix = network.index.get(way.node_id)
        one = None if ix is None else _of(way, told, ix, zone, network, at)
        if one is None:
            return None
        found.append(one)
    if not found:
        return None
    last = max(found, key=lambda each: each.latest)
    return msgspec.structs.replace(last, earliest=max(each.earliest for each in found))


def _of(
    way: Way, told: Told, ix: int, zone: str, network: Compiled, at: datetime
) -> Expected | None:
    if way.method != Method.SHIP:
        return _to_fetch(way, told, ix, network, at)
    if way.delivered_at is not None:
        return Expected(way.delivered_at, way.delivered_at, Cause.SCAN, "it was delivered")
    lane_ix = network.lane_index.get(way.lane_id) if way.lane_id else None
    if lane_ix is None:
        return None
    lane, there = network.lane_from(way.node_id, lane_ix), zone or network.zone_info(ix).key
    if way.shipped_at is None:
        return _unsent(way, ix, lane, there, network, at)
    return _under_way(way, ix, lane, there, network, at)


def _to_fetch(way: Way, told: Told, ix: int, network: Compiled, at: datetime) -> Expected | None:
    name = _name(ix, network)
    if way.state in _WITH_CUSTOMER or way.state == "ready_for_pickup" or at <= told.latest:
        return Expected(told.earliest, told.latest, Cause.PLAN, f"as planned at {name}")
    again = promised([(way.node_id, None)], _Fetched(), network, at)
    if again is None:
        return None
    reason = f"{name} has not made it ready"
    return Expected(again.earliest, again.latest, Cause.LATE_WORK, reason)


def _unsent(
    way: Way, ix: int, lane: Lane, zone: str, network: Compiled, at: datetime
) -> Expected | None:
    """It leaves at the planned day's cut-off or, once that has passed, at the next one to come.

    Beyond what its node's days hold, and not taken on yet, it leaves a day later than planned.
    """
    name = _name(ix, network)
    day = planned = way.day.toordinal()
    if network.cut_off(ix, day) <= at:
        day = at.astimezone(network.zone_info(ix)).date().toordinal() - 1
        while day >= 0 and (day <= planned or network.cut_off(ix, day) <= at):
            day = network.next_work_day(ix, day)
        if day < 0:
            return None
        cause, reason = Cause.LATE_WORK, f"{name} has not sent it on {_said(planned)}"
    elif way.crowded and way.state in _NOT_TAKEN_ON:
        day = network.next_work_day(ix, planned)
        if day < 0:
            return None
        cause, reason = Cause.BACKLOG, f"{name} has more work than its days hold"
    else:
        cause, reason = Cause.PLAN, f"{name} sends it on {_said(planned)}"
    earliest, latest = _window(day, network.cut_off(ix, day), lane, zone, network)
    return Expected(earliest, latest, cause, reason)


def _under_way(
    way: Way, ix: int, lane: Lane, zone: str, network: Compiled, at: datetime
) -> Expected | None:
    """By hand-over and transit, and then by what its carrier says of it."""
    assert way.shipped_at is not None
    if way.status == "return_to_sender":
        return None
    left = way.shipped_at
    on = _day(left, ix, network)
    cause, reason = Cause.HAND_OVER, f"{_name(ix, network)} handed it over on {on}"
    if way.status == "picked_up" and way.status_at is not None and way.status_at > left:
        left = way.status_at
        cause, reason = Cause.SCAN, f"its carrier took it on {_day(left, ix, network)}"
    day = left.astimezone(network.zone_info(ix)).date().toordinal()
    found = Expected(*_window(day, left, lane, zone, network), cause, reason)
    if way.status_at is not None:
        found = _as_scanned(way, max(way.status_at, way.shipped_at), found, zone, network)
    if found.latest <= at:
        days = at.astimezone(time_zone(zone)).date() - timedelta(days=1)
        window = _from(days, 1, at, zone, network)
        found = Expected(*window, Cause.OVERDUE, "it has not arrived on the day it was expected")
    return found


def _as_scanned(
    way: Way, said_at: datetime, found: Expected, zone: str, network: Compiled
) -> Expected:
    said = _SAID.get(way.status or "", "")
    day = said_at.astimezone(time_zone(zone)).date()
    if way.status == "ready_for_pickup":
        return Expected(said_at, said_at, Cause.SCAN, said)
    if way.status == "out_for_delivery":
        tonight = instant(day, DELIVERY_CLOSES_MINUTE, time_zone(zone))
        window = (said_at, tonight) if said_at < tonight else _from(day, 1, said_at, zone, network)
        return Expected(*window, Cause.SCAN, said)
    if way.status == "delivery_failed":
        return Expected(*_from(day, 1, said_at, zone, network), Cause.SCAN, said)
    if way.status in _SLOWED:
        earliest, latest = _from(day, 1, said_at, zone, network)
        if latest > found.latest:
            return Expected(max(earliest, found.earliest), latest, Cause.SCAN, said)
    return found


def _from(
    day: date, days: int, since: datetime, zone: str, network: Compiled
) -> tuple[datetime, datetime]:
    """Give the window of the carrier day so many after `day`, or of one that ends after `since`."""
    info, holidays = time_zone(zone), network.network.costs.carrier_holidays
    found = business_days_after(day, days, holidays)
    while instant(found, DELIVERY_CLOSES_MINUTE, info) <= since:
        found = business_days_after(found, 1, holidays)
    opens = instant(found, DELIVERY_OPENS_MINUTE, info)
    return max(opens, since), instant(found, DELIVERY_CLOSES_MINUTE, info)


def _window(
    day: int, left: datetime, lane: Lane, zone: str, network: Compiled
) -> tuple[datetime, datetime]:
    days = (lane.transit_days_min, lane.transit_days)
    return delivery_window(day, left, days, zone, network.network.costs.carrier_holidays)


def _name(ix: int, network: Compiled) -> str:
    return network.network.nodes[ix].name


def _day(moment: datetime, ix: int, network: Compiled) -> str:
    return moment.astimezone(network.zone_info(ix)).date().isoformat()


def _said(day: int) -> str:
    return date.fromordinal(day).isoformat()
