"""What an outcome counts as, and what many of them say of a lane. Pure.

The formulas and a worked table: `docs/algorithms/promise.md`.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from entrepot.network.compiled import Compiled
from entrepot.promise.performance_model import (
    MINUTES_MAX,
    TRANSIT_DAYS_MAX,
    Arrived,
    Handled,
    Handling,
    LaneDays,
    LearnedLane,
    Tally,
    Transit,
)
from entrepot.terms.calendar import SATURDAY, time_zone
from entrepot.terms.ids import LaneId, NodeId

_STEPS: Final = ((60, 5), (6 * 60, 15), (24 * 60, 60), (7 * 24 * 60, 240), (MINUTES_MAX, 1440))
"""Up to so many minutes, times are counted in spans of so many: fine where a store's day is."""

_OUTCOMES: Final = {"ship": "shipped", "ready": "ready", "reject": "rejected"}


def transit_of(outcome: Arrived, area: str, zone: str, network: Compiled) -> Transit:
    """Say as what a delivery counts; `zone` is the destination's time zone, "" if not known."""
    ix = network.index.get(outcome.node_id)
    here = network.zone_info(ix) if ix is not None else time_zone("UTC")
    left = outcome.shipped_at.astimezone(here).date()
    came = outcome.delivered_at.astimezone(time_zone(zone) if zone else here).date()
    days = carrier_days(left, came, network.network.costs.carrier_holidays)
    planned = outcome.planned_carrier in {None, outcome.carrier}
    return Transit(
        outcome.delivered_at.astimezone(UTC).date(),
        outcome.node_id,
        outcome.lane_id if planned and outcome.lane_id else "",
        outcome.carrier,
        outcome.service,
        area,
        left.isoweekday(),
        min(days, TRANSIT_DAYS_MAX),
    )


def carrier_days(left: date, came: date, holidays: frozenset[date]) -> int:
    """Count the carrier business days after the day it left, up to the day it came.

    A delivery on a day that is none, as on a Saturday, counts as on the next one: the promise that
    names so many days would have named that. 0 where it came on the day it left, or before.
    """
    if came <= left:
        return 0
    days, day = 0, left
    while day < came and days < TRANSIT_DAYS_MAX:
        day += timedelta(days=1)
        days += _is_business_day(day, holidays)
    return days if _is_business_day(came, holidays) else days + 1


def _is_business_day(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def handling_of(outcome: Handled, network: Compiled) -> Handling:
    """Say as what a piece of a node's work counts."""
    ix = network.index.get(outcome.node_id)
    here = network.zone_info(ix) if ix is not None else time_zone("UTC")
    rejected = outcome.verb == "reject" or outcome.accepted_at is None
    return Handling(
        outcome.ended_at.astimezone(UTC).date(),
        outcome.node_id,
        outcome.service,
        outcome.ended_at.astimezone(here).isoweekday(),
        _OUTCOMES[outcome.verb],
        0
        if rejected
        else span(_minutes(outcome.accepted_at or outcome.ended_at, outcome.ended_at)),
    )


def _minutes(since: datetime, until: datetime) -> float:
    return max((until - since) / timedelta(minutes=1), 0.0)


def span(minutes: float) -> int:
    """Give the upper end of the span (minutes) in which a time is counted."""
    for upto, step in _STEPS:
        if minutes <= upto:
            return -int(-minutes // step) * step
    return MINUTES_MAX


def tallied(
    outcomes: Sequence[tuple[Transit, bool, bool]],
) -> dict[Transit, Tally]:
    """Add up deliveries: (as what it counts, whether it was promised, whether it kept that)."""
    found: dict[Transit, Tally] = {}
    for key, promised, kept in outcomes:
        tally = found.setdefault(key, Tally())
        tally.count += 1
        tally.dated += promised
        tally.on_time += promised and kept
    return found


def handled(outcomes: Sequence[tuple[Handled, Handling]]) -> dict[Handling, Tally]:
    """Add up nodes' work; what was given back has no time to leave by."""
    found: dict[Handling, Tally] = {}
    for outcome, key in outcomes:
        tally = found.setdefault(key, Tally())
        due = outcome.ship_by is not None and outcome.verb != "reject"
        tally.count += 1
        tally.dated += due
        tally.on_time += due and outcome.ship_by is not None and outcome.ended_at <= outcome.ship_by
    return found


def learned_days(days: Mapping[int, int], card_days: int, *, share: float, card_weight: int) -> int:
    """Give the transit days to promise by what was seen and the card, in whole carrier days.

    `days` counts deliveries by carrier days, n in all; q are the fewest within which `share` of
    them came. The answer is (n q + `card_weight` `card_days`) / (n + `card_weight`), to the nearest
    day, halves up: what few deliveries say is drawn towards the card. Without any it is the card.
    """
    seen = sum(days.values())
    if not seen:
        return card_days
    wanted, so_far, found = share * seen, 0, card_days
    for each in sorted(days):
        so_far, found = so_far + days[each], each
        if so_far >= wanted - 1e-9:
            break
    weighed = (seen * found + card_weight * card_days) / (seen + card_weight)
    return math.floor(weighed + 0.5)


def learned(
    seen: Sequence[LaneDays], network: Compiled, *, share: float, card_weight: int
) -> list[LearnedLane]:
    """Learn each lane from each node; those that say what the card says are left out. Ascending."""
    by_lane: dict[tuple[NodeId, LaneId], dict[int, int]] = {}
    for row in seen:
        counts = by_lane.setdefault((row.node_id, row.lane_id), {})
        counts[row.days] = counts.get(row.days, 0) + row.parcels
    found = []
    for (node, lane_id), counts in sorted(by_lane.items()):
        ix = network.lane_index.get(lane_id)
        if ix is None or node not in network.index:
            continue
        card = network.lane(ix).transit_days
        days = learned_days(counts, card, share=share, card_weight=card_weight)
        if days != card:
            found.append(LearnedLane(node, lane_id, days, sum(counts.values())))
    return found
