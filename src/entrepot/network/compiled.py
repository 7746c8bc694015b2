"""A network, made ready for arithmetic: arrays over its nodes, indexed as in `Network.nodes`.

Compiled once per network version and then shared by every decision. What it answers depends only
on the network and the arguments; it remembers recent answers, never more than a bounded number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from entrepot.network.model import ZONE_MAX, Cap, Channel, Lane, Method, Network, Node, Pause
from entrepot.network.rate_card import NO_COST, Layer, Parcels, default_rate_card, layers
from entrepot.network.where import Key, Where
from entrepot.terms.calendar import DAY_MINUTES, business_days_after, instant, time_zone
from entrepot.terms.ids import ChannelId, LaneId, NodeId
from entrepot.terms.place import Place

__all__ = ["NO_COST", "WORK_DAYS_AHEAD_MAX", "Compiled", "Days", "default_rate_card"]


WORK_DAYS_AHEAD_MAX: Final = 30
"""A node that is closed for longer than this many days is not asked to do anything."""

ZONES_KEPT_MAX: Final = 1 << 15
"""Destinations whose zones are remembered: about all US postal codes, 8 MB at 205 nodes."""

INSTANTS_KEPT_MAX: Final = 1 << 15
"""Cut-off instants remembered: 1,000 nodes over a month."""

CARDS_KEPT_MAX: Final = 256
"""Sets of services whose lanes are laid out: a market has a few services and uses a few sets."""

S = TypeVar("S", bound=np.generic)
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

Transit = Mapping[tuple[NodeId, LaneId], int]
"""Transit days to promise, by node and lane."""

BY_THE_CARD: Final[Transit] = MappingProxyType({})


Off = Mapping[Method, Bools]


@dataclass(frozen=True, slots=True)
class Days:
    """On which day each node will do work that it is asked for now.

    `work_day` is int32[N], ordinals (`date.toordinal`) in each node's local time, -1 for a node
    that opens on none of the next 30 days or is paused. True until, and not at, `valid_until`
    (UTC). `paused` is bool[N], None where no node is; `off` the same of nodes that are paused for
    one method, which is missing where there are none.
    """

    work_day: Int32s
    valid_until: datetime
    paused: Bools | None = None
    off: Off = field(default_factory=dict)


class Compiled:
    """The arrays of one network version, of N nodes.

    `handling` is minor units per unit handled, `making_up` per parcel; both int64[N]. `transit` are
    the days to promise, by node and lane, where a lane has shown other than its card.
    """

    def __init__(self, network: Network, transit: Transit = BY_THE_CARD) -> None:
        nodes = network.nodes
        self.network = network
        self.index: dict[NodeId, int] = {node.node_id: at for at, node in enumerate(nodes)}
        self.handling: Int64s = _frozen(np.array([n.handling_cost for n in nodes], np.int64))
        self.making_up: Int64s = _frozen(np.array([n.parcel_cost for n in nodes], np.int64))
        self.enabled: Bools = _frozen(np.array([n.enabled for n in nodes], np.bool_))
        self.offers: dict[Method, Bools] = {
            method: _frozen(np.array([method in n.services for n in nodes], np.bool_))
            for method in Method
        }
        self.lane_index: dict[LaneId, int] = {
            lane.lane_id: at for at, lane in enumerate(network.lanes)
        }
        self.transit = transit
        self._learned = {
            key: _in_days(network.lanes[self.lane_index[key[1]]], days)
            for key, days in transit.items()
            if key[1] in self.lane_index
        }
        self.services: tuple[str, ...] = tuple(
            sorted({lane.service for lane in network.lanes if lane.enabled})
        )
        self._channels: dict[ChannelId, Channel] = {c.channel_id: c for c in network.channels}
        self._masks: dict[ChannelId, Bools] = {
            c.channel_id: _frozen(_view(nodes, c)) for c in network.channels
        }
        self._cards: dict[tuple[str, ...], tuple[Layer, ...]] = {}
        self._where = Where(nodes, network.costs.zone_km)
        self._zone_infos = tuple(time_zone(node.time_zone) for node in nodes)
        self._zones: dict[Key, Bytes] = {}
        self._cut_off = lru_cache(INSTANTS_KEPT_MAX)(self._cut_off_uncached)
        self._arrivals = lru_cache(WORK_DAYS_AHEAD_MAX)(self._arrivals_uncached)
        self._order_by = lru_cache(INSTANTS_KEPT_MAX)(self._order_by_uncached)
        self._clock = _WorkClock(self)
        self.pauses: tuple[tuple[int, Pause], ...] = tuple(
            (ix, pause) for ix, node in enumerate(nodes) for pause in node.pauses
        )
        self.even_limits: dict[NodeId, int | None] = {
            n.node_id: n.capacity_per_day
            for n in nodes
            if not n.caps and not n.capacity_per_service
        }
        """The limit of each day, of nodes that have no other."""
        self.caps: tuple[tuple[int, Cap], ...] = tuple(
            (ix, cap) for ix, node in enumerate(nodes) for cap in node.caps
        )

    def paused(self, at: datetime, method: Method | None = None) -> Bools | None:
        """Give bool[N], the nodes on which nothing new is planned; of a method: that alone.

        None where there are none.
        """
        found = [
            ix
            for ix, each in self.pauses
            if each.method is method and each.begins <= at < each.ends
        ]
        if not found:
            return None
        mask = np.zeros(len(self.network.nodes), np.bool_)
        mask[found] = True
        return mask

    def days_of(self, work_day: Int32s, at: datetime, valid_until: datetime) -> Days:
        """Make `days(at)` of the work days themselves: the pauses of that moment are found."""
        if not self.pauses:
            return Days(work_day, valid_until)
        off = {method: self.paused(at, method) for method in Method}
        some = {method: mask for method, mask in off.items() if mask is not None}
        return Days(work_day, valid_until, self.paused(at), some)

    def channel_mask(self, channel: ChannelId) -> Bools | None:
        """Give bool[N], the nodes a channel may sell from; None for a channel that is not known."""
        return self._masks.get(channel)

    def buffer(self, channel: ChannelId) -> int:
        """Give the units a channel leaves unsold at each position; 0 for one that is not known."""
        known = self._channels.get(channel)
        return known.buffer if known else 0

    def zones(self, destination: Place) -> Bytes:
        """Give uint8[N], the distance zone from each node to the destination, 1 to ZONE_MAX.

        By great-circle distance (`Costs.zone_km`) where both coordinates are known; else 1 in one
        postal code, 3 in one region, 5 in one country. Another country is always 9.
        """
        return self.zones_of((destination,))[0]

    def zones_of(self, destinations: Sequence[Place]) -> list[Bytes]:
        """Give the zones of each destination, as `zones` does; what is new is found in one go."""
        known = self._zones
        keys = [(d.country, d.postal_code, d.region, d.latitude, d.longitude) for d in destinations]
        new = dict.fromkeys(key for key in keys if key not in known)
        if new:
            if len(known) + len(new) > ZONES_KEPT_MAX:
                known.clear()
                new = dict.fromkeys(keys)
            known.update(zip(new, self._where.zones(tuple(new)), strict=True))
        return [known[key] for key in keys]

    def distances(self, destination: Place) -> Floats:
        """Give float64[N], kilometers from each node to the destination; infinite where unknown."""
        if destination.latitude is None or destination.longitude is None:
            return np.full(len(self.network.nodes), np.inf)
        km = self._where.kilometers(
            float(np.radians(destination.latitude)), float(np.radians(destination.longitude))
        )
        return np.nan_to_num(km, nan=np.inf)

    def lane_costs(
        self, services: str | tuple[str, ...], parcels: npt.ArrayLike | Parcels
    ) -> tuple[Int64s, Int32s]:
        """Find per parcel and zone the cheapest enabled lane of a service, or of several.

        Gives (cost int64[K, ZONE_MAX + 1], lane index int32[K, ZONE_MAX + 1]) for K parcels, or K
        weights in grams, both indexed by zone (column 0 is never a zone). Ties go to fewer transit
        days, then to the lower lane id. Where no lane goes: NO_COST and -1.
        """
        if not isinstance(parcels, Parcels):
            parcels = Parcels(np.asarray(parcels, np.int64))
        cost = np.full((len(parcels.weights_g), ZONE_MAX + 1), NO_COST, np.int64)
        lane_ix = np.full((len(parcels.weights_g), ZONE_MAX + 1), -1, np.int32)
        for layer in self._card((services,) if isinstance(services, str) else services):
            layer.underbid(parcels, cost, lane_ix)
        return cost, lane_ix

    def _card(self, services: tuple[str, ...]) -> tuple[Layer, ...]:
        if services not in self._cards:
            if len(self._cards) >= CARDS_KEPT_MAX:
                self._cards.clear()
            self._cards[services] = layers(self.network.lanes, services)
        return self._cards[services]

    def arrivals(self, work_day: int) -> Int64s:
        """Give int64[lanes], the day (ordinal) on which a parcel arrives by each of the lanes.

        Handed over on a work day (ordinal), as promised: `transit_days` carrier business days
        after it.
        """
        return self._arrivals(work_day)

    def _arrivals_uncached(self, work_day: int) -> Int64s:
        day, holidays = date.fromordinal(work_day), self.network.costs.carrier_holidays
        after = {
            transit: business_days_after(day, transit, holidays).toordinal()
            for transit in {lane.transit_days for lane in self.network.lanes}
        }
        lanes = self.network.lanes
        return _frozen(np.array([after[lane.transit_days] for lane in lanes], np.int64))

    def lane(self, ix: int) -> Lane:
        """Give the lane of an index from `lane_costs`."""
        return self.network.lanes[ix]

    def lane_from(self, node: NodeId, ix: int) -> Lane:
        """Give the lane of an index as it is promised from a node: with the days it has shown."""
        lane = self.network.lanes[ix]
        return self._learned.get((node, lane.lane_id), lane) if self._learned else lane

    def days(self, at: datetime) -> Days:
        """Say on which local day each node will do work it is asked for at `at`.

        That is today if the node is open today and `at` is before the day's `order_by`, else the
        next open day of which that is true. The same object is given again while it is true.
        """
        return self._clock.days(at)

    def zone_info(self, ix: int) -> ZoneInfo:
        """Give the time zone of a node."""
        return self._zone_infos[ix]

    def cut_off(self, ix: int, day: int) -> datetime:
        """Give the UTC instant at which the work of an open local day (ordinal) is handed over.

        The node's cut-off time or its last closing, whichever is earlier: what is not ready by then
        is not done that day.
        """
        return self._cut_off(ix, day)

    def order_by(self, ix: int, day: int) -> datetime:
        """Give the UTC instant at which a node stops taking work for an open local day (ordinal).

        The day's cut-off, less the node's handling hours as far as they are opening hours: what is
        asked for at that instant or after is not done that day. An instant long past where they
        do not fit into the 30 days before.
        """
        return self._order_by(ix, day)

    def next_work_day(self, ix: int, day: int) -> int:
        """Give the node's first open day after a local day (ordinals); -1 if none in 30 days."""
        calendar = self.network.nodes[ix].calendar
        found = calendar.next_open_day(date.fromordinal(day), days_max=WORK_DAYS_AHEAD_MAX)
        return found.toordinal() if found else -1

    def work_day(self, ix: int, at: datetime) -> int:
        """Answer for one node what `days` answers for all."""
        today = at.astimezone(self._zone_infos[ix]).date()
        last = today.toordinal() + WORK_DAYS_AHEAD_MAX
        open_today = self.network.nodes[ix].calendar.is_open_day(today)
        day = today.toordinal() if open_today else self.next_work_day(ix, today.toordinal())
        while 0 <= day <= last:
            if at < self.order_by(ix, day):
                return day
            day = self.next_work_day(ix, day)
        return -1

    def _cut_off_uncached(self, ix: int, day: int) -> datetime:
        node = self.network.nodes[ix]
        local_day = date.fromordinal(day)
        closes = node.calendar.closes(local_day)
        minute = DAY_MINUTES if closes is None else closes
        cut_off = node.cut_off_on(local_day)
        if cut_off is not None:
            minute = min(minute, _minute_of(cut_off))
        return instant(local_day, minute, self._zone_infos[ix])

    def _order_by_uncached(self, ix: int, day: int) -> datetime:
        node, zone, ends = self.network.nodes[ix], self._zone_infos[ix], self.cut_off(ix, day)
        left = timedelta(hours=node.handling_hours)
        if not left:
            return ends
        for back in range(WORK_DAYS_AHEAD_MAX + 1):
            local_day = date.fromordinal(day - back)
            for first, last in reversed(node.calendar.spans(local_day)):
                opens, closes = instant(local_day, first, zone), instant(local_day, last, zone)
                worked = max(min(closes, ends) - opens, timedelta(0))
                if worked >= left:
                    return min(closes, ends) - left
                left -= worked
        return instant(date.fromordinal(day - WORK_DAYS_AHEAD_MAX - 1), 0, zone)


class _WorkClock:
    """Keeps the last answer of `Compiled.days` and renews only the nodes whose day has changed."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._since: datetime | None = None
        self._until: list[datetime] = []
        self._days: Days | None = None

    def days(self, at: datetime) -> Days:
        if self._days is not None and self._since is not None and at >= self._since:
            if at < self._days.valid_until:
                return self._days
            work_day = self._days.work_day.copy()
            stale = [ix for ix, until in enumerate(self._until) if until <= at]
        else:
            count = len(self._compiled.network.nodes)
            work_day = np.full(count, -1, np.int32)
            self._until = [at] * count
            stale = list(range(count))
        for ix in stale:
            work_day[ix], self._until[ix] = self._renewed(ix, at)
        self._since = at
        until = min(self._until, default=at + timedelta(days=WORK_DAYS_AHEAD_MAX))
        if self._compiled.pauses:
            until = self._pause(work_day, until, at)
        self._days = self._compiled.days_of(_frozen(work_day), at, until)
        return self._days

    def _pause(self, work_day: Int32s, until: datetime, at: datetime) -> datetime:
        """Take the day from nodes that are paused; answers until when that holds at most."""
        for ix, pause in self._compiled.pauses:
            if at < pause.ends:
                until = min(until, pause.ends if pause.begins <= at else pause.begins)
            if pause.begins <= at < pause.ends and pause.method is None:
                work_day[ix] = -1
                self._until[ix] = min(self._until[ix], pause.ends)
        return until

    def _renewed(self, ix: int, at: datetime) -> tuple[int, datetime]:
        day = self._compiled.work_day(ix, at)
        if day >= 0:
            return day, self._compiled.order_by(ix, day)
        zone = self._compiled.zone_info(ix)
        return day, instant(at.astimezone(zone).date(), DAY_MINUTES, zone)


def _view(nodes: tuple[Node, ...], channel: Channel) -> Bools:
    allowed = channel.node_ids
    return np.array([allowed is None or node.node_id in allowed for node in nodes], np.bool_)


def _in_days(lane: Lane, days: int) -> Lane:
    return replace(lane, transit_days=days, transit_days_min=min(lane.transit_days_min, days))


def _minute_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _frozen(array: npt.NDArray[S]) -> npt.NDArray[S]:
    array.setflags(write=False)
    return array
