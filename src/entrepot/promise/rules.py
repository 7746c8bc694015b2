"""The promise by rules: cut-off, calendar, carrier days, delivery window. Pure.

What the rules are and a worked example: `docs/algorithms/promise.md`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain, takewhile

from entrepot.network.compiled import Compiled
from entrepot.network.model import Lane, Method
from entrepot.promise.model import (
    DELIVERY_CLOSES_MINUTE,
    DELIVERY_OPENS_MINUTE,
    OPENING_DAYS_MAX,
    ORDER_BY_STEPS_MAX,
    READY_ROUND_MINUTES,
    Asked,
    Promise,
)
from entrepot.terms.calendar import business_days_after, instant, time_zone
from entrepot.terms.ids import LaneId, NodeId

Window = tuple[datetime, datetime]
Shipments = Sequence[tuple[NodeId, LaneId | None]]
WorkDays = Mapping[NodeId, date]

_ROUND = timedelta(minutes=READY_ROUND_MINUTES)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def promised(
    shipments: Shipments,
    ask: Asked,
    network: Compiled,
    at: datetime,
    work_days: WorkDays | None = None,
) -> Promise | None:
    """Promise an order that is placed at `at` (aware) and made of these shipments.

    The latest of its shipments counts. `work_days` are the nodes' local days on which the work will
    be done where that is later than the calendar alone would say, as when a day is full; nodes may
    be missing from it and earlier days are ignored. None when nothing can be promised: there is no
    shipment, a parcel has no lane, its node opens on none of the next 30 days, or the store is not
    open for the lead time in 60 days. KeyError for a node or lane that the network does not have.
    """
    if not shipments:
        return None
    if ask.method is Method.SHIP:
        return _delivered(shipments, ask, network, at, work_days or {})
    return _collected([node for node, _ in shipments], network, at, work_days or {})


@dataclass(frozen=True, slots=True)
class _Leg:
    """One parcel's way: the node's index, its work day (ordinal), the lane, where the clock is.

    It must be asked for before `order_by` to be handed over at `cut_off`.
    """

    ix: int
    day: int
    order_by: datetime
    cut_off: datetime
    lane: Lane
    zone: str

    def on(self, day: int, network: Compiled) -> "_Leg":
        return _leg(self.ix, day, self.lane, self.zone, network)

    def window(self, network: Compiled) -> Window:
        return delivery_window(
            self.day,
            self.cut_off,
            (self.lane.transit_days_min, self.lane.transit_days),
            self.zone,
            network.network.costs.carrier_holidays,
        )


def _leg(ix: int, day: int, lane: Lane, zone: str, network: Compiled) -> _Leg:
    return _Leg(ix, day, network.order_by(ix, day), network.cut_off(ix, day), lane, zone)


@lru_cache(maxsize=1 << 14)
def delivery_window(
    work_day: int,
    ship_by: datetime,
    transit_days: tuple[int, int],
    zone: str,
    carrier_holidays: frozenset[date],
) -> Window:
    """Give (earliest, latest) in UTC for a parcel handed to its carrier at `ship_by`.

    `work_day` is the ordinal of that local day at the node; `transit_days` the least and the
    promised number of carrier business days after it, `zone` the IANA time zone of the destination.
    A least of 0 with a promised number above it means that the carrier states no earliest day: then
    it is the promised day. A delivery day that is over when the parcel is handed over, as in a time
    zone far to the east, gives way to the next one.
    """
    least, most = transit_days
    first = _delivery_day(work_day, min(least or most, most), ship_by, zone, carrier_holidays)
    last = _delivery_day(work_day, most, ship_by, zone, carrier_holidays)
    info = time_zone(zone)
    earliest = max(instant(first, DELIVERY_OPENS_MINUTE, info), ship_by)
    return earliest, instant(last, DELIVERY_CLOSES_MINUTE, info)


def _delivery_day(
    work_day: int, days: int, ship_by: datetime, zone: str, holidays: frozenset[date]
) -> date:
    info = time_zone(zone)
    day = business_days_after(date.fromordinal(work_day), days, holidays)
    while instant(day, DELIVERY_CLOSES_MINUTE, info) <= ship_by:
        day = business_days_after(day, 1, holidays)
    return day


def _delivered(
    shipments: Shipments, ask: Asked, network: Compiled, at: datetime, work_days: WorkDays
) -> Promise | None:
    zone = ask.destination.time_zone if ask.destination else ""
    legs: list[_Leg] = []
    for node, lane in shipments:
        ix = network.index[node]
        day = _work_day(ix, network, at, work_days.get(node))
        if day < 0 or lane is None:
            return None
        there = zone or network.zone_info(ix).key
        legs.append(
            _leg(ix, day, network.lane_from(node, network.lane_index[lane]), there, network)
        )
    earliest, latest = _latest(legs, network)
    return Promise(
        earliest=earliest,
        latest=latest,
        order_by=_order_by(legs, network, (earliest, latest)),
        ship_by=max(leg.cut_off for leg in legs),
    )


def _work_day(ix: int, network: Compiled, at: datetime, given: date | None) -> int:
    """Give the node's work day (ordinal), -1 for none; a given day counts when it is later."""
    natural = int(network.days(at).work_day[ix])
    if given is None or natural < 0 or given.toordinal() <= natural:
        return natural
    if network.network.nodes[ix].calendar.is_open_day(given):
        return given.toordinal()
    return network.next_work_day(ix, given.toordinal())


def _latest(legs: Sequence[_Leg], network: Compiled) -> Window:
    windows = [leg.window(network) for leg in legs]
    return max(first for first, _ in windows), max(last for _, last in windows)


def _order_by(legs: Sequence[_Leg], network: Compiled, window: Window) -> datetime:
    """Find the first day's end of taking work that, when missed, changes the window.

    One that is missed without harm is no limit: a parcel handed over on Friday or on Saturday
    may arrive on the same Tuesday, and of two parcels only the later one matters.
    """
    for _ in range(ORDER_BY_STEPS_MAX):
        soonest = min(leg.order_by for leg in legs)
        moved: list[_Leg] = []
        for leg in legs:
            day = network.next_work_day(leg.ix, leg.day) if leg.order_by == soonest else leg.day
            if day < 0:
                return soonest
            moved.append(leg.on(day, network))
        if _latest(moved, network) != window:
            return soonest
        legs = moved
    return min(leg.order_by for leg in legs)


def _collected(
    nodes: Sequence[NodeId], network: Compiled, at: datetime, work_days: WorkDays
) -> Promise | None:
    ready: list[Window] = []
    for node in nodes:
        ix = network.index[node]
        found = _ready(ix, network, at, _pickup_start(ix, network, at, work_days.get(node)))
        if found is None:
            return None
        ready.append(found)
    last = max(told for told, _ in ready)
    return Promise(last, last, min(order_by for _, order_by in ready), last)


def _pickup_start(ix: int, network: Compiled, at: datetime, given: date | None) -> datetime:
    """Let work begin at once, or on a later day when today's capacity is used up."""
    if given is None or given.toordinal() <= network.days(at).work_day[ix]:
        return at
    return instant(given, 0, network.zone_info(ix))


def _ready(ix: int, network: Compiled, at: datetime, start: datetime) -> Window | None:
    """Give (ready, order by): the lead time spent within opening hours, and the day's last chance.

    An order is never ready at the moment the doors close: it is then ready at the next opening.
    """
    zone, costs = network.zone_info(ix), network.network.costs
    lead = left = timedelta(minutes=costs.pickup_lead_minutes)
    openings = _openings(ix, network, at, start + lead + _ROUND)
    seen: list[Window] = []
    for opens, closes in openings:
        seen.append((opens, closes))
        begins = max(opens, start)
        if closes - begins > left:
            ready = begins + left
            midnight = instant(ready.astimezone(zone).date() + timedelta(days=1), 0, zone)
            chance = _last_chance(chain(seen, openings), midnight, lead)
            return _rounded(ready, min(closes, midnight)), chance
        left -= max(closes - begins, timedelta(0))
    return None


def _openings(ix: int, network: Compiled, at: datetime, far: datetime) -> Iterator[Window]:
    """Yield the node's opening spans (UTC) from the local day of `at` for OPENING_DAYS_MAX days.

    A span that begins as another ends, as at midnight around the clock, is one with it, until they
    reach beyond `far`. Spans lost to a clock change are left out.
    """
    calendar, zone = network.network.nodes[ix].calendar, network.zone_info(ix)
    today = at.astimezone(zone).date()
    pending: Window | None = None
    for ahead in range(OPENING_DAYS_MAX):
        day = today + timedelta(days=ahead)
        for first, last in calendar.spans(day):
            opens, closes = instant(day, first, zone), instant(day, last, zone)
            if pending and opens <= pending[1] <= far:
                pending = pending[0], max(closes, pending[1])
                continue
            if pending:
                yield pending
            pending = (opens, closes) if opens < closes else None
    if pending:
        yield pending


def _rounded(ready: datetime, ends: datetime) -> datetime:
    """Round up to the quarter hour, unless the doors would be closed, or the day over, by then."""
    rounded = ready + (_UNIX_EPOCH - ready) % _ROUND
    return rounded if rounded < ends else ready


def _last_chance(openings: Iterable[Window], midnight: datetime, lead: timedelta) -> datetime:
    """Go back the lead time, in opening hours, from the end of the day before `midnight`."""
    spans = list(takewhile(lambda span: span[0] < midnight, openings))
    left = lead
    for opens, closes in reversed(spans):
        ends = min(closes, midnight)
        if ends - opens > left:
            return ends - left
        left -= ends - opens
    return spans[0][0]  # not reached: these openings hold the lead time and more
