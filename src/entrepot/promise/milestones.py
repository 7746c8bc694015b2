"""Milestones: counted back from the promise, and looked at as time passes. Pure.

What they are and a worked example: `docs/how-to/milestones.md`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from entrepot.network.compiled import WORK_DAYS_AHEAD_MAX, Compiled
from entrepot.network.model import Lane, Method
from entrepot.policies.afterwards import Milestones as Terms
from entrepot.promise.after_model import (
    AlarmCause,
    Backlog,
    Look,
    Milestone,
    Milestones,
    Overfull,
    Watched,
)
from entrepot.promise.rules import delivery_window
from entrepot.terms.calendar import Calendar, instant, time_zone

SLACK_DAYS_MAX: Final = 10
"""How many working days a hand-over is looked for after the planned one: a parcel that waits for
another of its order longer than that has time enough."""

RELEASE_GRACE: Final = timedelta(minutes=5)
"""The sweep that releases comes within seconds; a minute's rest of the worker is no alarm."""

LOOK_AGAIN: Final = timedelta(minutes=10)
"""How soon work that is late already is looked at again."""

LOOK_AGAIN_UNDER_WAY: Final = timedelta(days=1)
"""The same for a parcel that is late: its scans are followed anyway."""

NO_LIMIT: Final = 1 << 40
"""What a day holds of which nobody has said how much."""

_NEXT: Final = {
    "planned": Milestone.RELEASE,
    "released": Milestone.ACCEPT,
    "accepted": Milestone.PICK,
    "picking": Milestone.PICK,
    "picked": Milestone.SHIP,
    "packed": Milestone.SHIP,
    "shipped": Milestone.DELIVER,
}
"""What work in a state owes next; a state that is not here owes nothing more."""


def last_day(
    ix: int, lane: Lane, zone: str, planned: int, promised: datetime, network: Compiled
) -> int:
    """Give the last working day (ordinal) whose hand-over still arrives by `promised` (UTC).

    That is before the planned day where the plan is too late; where no day of the weeks before
    would do, it is the planned one. `zone` is the destination's.
    """
    if _arrives(ix, lane, zone, planned, network) > promised:
        calendar = network.network.nodes[ix].calendar
        for earlier in range(planned - 1, planned - WORK_DAYS_AHEAD_MAX, -1):
            if not calendar.is_open_day(date.fromordinal(earlier)):
                continue
            if _arrives(ix, lane, zone, earlier, network) <= promised:
                return earlier
        return planned
    found = day = planned
    for _ in range(SLACK_DAYS_MAX):
        day = network.next_work_day(ix, day)
        if day < 0 or _arrives(ix, lane, zone, day, network) > promised:
            return found
        found = day
    return found


def in_time(
    ix: int, lane: Lane, zone: str, day: int, promised: datetime, network: Compiled
) -> bool:
    """Say whether a hand-over on a day (ordinal) arrives by `promised` (UTC)."""
    return _arrives(ix, lane, zone, day, network) <= promised


def _arrives(ix: int, lane: Lane, zone: str, day: int, network: Compiled) -> datetime:
    days = (lane.transit_days_min, lane.transit_days)
    holidays = network.network.costs.carrier_holidays
    return delivery_window(day, network.cut_off(ix, day), days, zone, holidays)[1]


def counted_back(  # noqa: PLR0913 - the work, and what its promise needs
    ix: int,
    ship_by: datetime,
    deliver_by: datetime,
    network: Compiled,
    terms: Terms,
    *,
    begins: datetime,
    order_by: datetime | None = None,
) -> Milestones:
    """Count back from a hand-over by `ship_by`, in the node's opening time. All times are UTC.

    Packing takes `terms.pack_minutes` of it, picking before that, taking the work on before that.
    Nothing is due before the work `begins`, when it is meant to be released: where there is less
    time than the terms ask for, each step gets its share of what there is. `order_by` is when the
    node stops taking work for that hand-over, where that is earlier.
    """
    node = network.network.nodes[ix]
    zone = network.zone_info(ix).key
    steps = (terms.accept_minutes, terms.pick_minutes, terms.pack_minutes)
    wanted = sum(steps)
    if begins >= ship_by:
        return Milestones(begins, begins, begins, max(begins, ship_by), deliver_by)

    def back(minutes: float) -> datetime:
        return max(begins, opening_back(node.calendar, zone, ship_by, round(minutes * 60)))

    share = 1.0
    if back(wanted) <= begins and wanted:
        there = opening_seconds(node.calendar, zone, begins, ship_by) / 60
        share = min(1.0, there / wanted)
    pick_by = back(terms.pack_minutes * share)
    accept_by = back((terms.pick_minutes + terms.pack_minutes) * share)
    release_by = back(wanted * share)
    if terms.replan_unaccepted_after_minutes is not None:
        patience = timedelta(minutes=terms.replan_unaccepted_after_minutes)
        accept_by = min(accept_by, opening_after(node.calendar, zone, begins, patience))
        release_by = min(release_by, accept_by)
    if order_by is not None:
        release_by = min(release_by, max(begins, order_by))
    accept_by = min(pick_by, max(accept_by, begins + RELEASE_GRACE))
    release_by = min(accept_by, max(release_by, begins + RELEASE_GRACE))
    return Milestones(release_by, accept_by, pick_by, ship_by, deliver_by)


@lru_cache(maxsize=1 << 12)
def opening_back(calendar: Calendar, zone: str, until: datetime, seconds: int) -> datetime:
    """Give the UTC instant from which so many seconds of opening time are left before `until`.

    Where a month of opening time does not hold them, the beginning of that month.
    """
    left = timedelta(seconds=seconds)
    if not left:
        return until
    info = time_zone(zone)
    last = until.astimezone(info).date()
    for back in range(WORK_DAYS_AHEAD_MAX + 1):
        day = last - timedelta(days=back)
        for opens, closes in reversed(_spans(calendar, day, zone)):
            ends = min(closes, until)
            open_ = max(ends - opens, timedelta(0))
            if open_ >= left:
                return ends - left
            left -= open_
    return instant(last - timedelta(days=WORK_DAYS_AHEAD_MAX + 1), 0, info)


def opening_after(calendar: Calendar, zone: str, since: datetime, span: timedelta) -> datetime:
    """Give the UTC instant at which so much opening time has passed since `since`.

    Where a month of opening time does not hold it, the end of that month.
    """
    left, first = span, since.astimezone(time_zone(zone)).date()
    for ahead in range(WORK_DAYS_AHEAD_MAX + 1):
        for opens, closes in _spans(calendar, first + timedelta(days=ahead), zone):
            begins = max(opens, since)
            open_ = max(closes - begins, timedelta(0))
            if open_ and open_ >= left:
                return begins + left
            left -= open_
    return instant(first + timedelta(days=WORK_DAYS_AHEAD_MAX + 1), 0, time_zone(zone))


def opening_seconds(calendar: Calendar, zone: str, since: datetime, until: datetime) -> float:
    """Give the seconds of opening time between two instants; at most a month is looked at."""
    first = since.astimezone(time_zone(zone)).date()
    total = timedelta(0)
    for ahead in range(WORK_DAYS_AHEAD_MAX + 1):
        day = first + timedelta(days=ahead)
        for opens, closes in _spans(calendar, day, zone):
            total += max(min(closes, until) - max(opens, since), timedelta(0))
    return total.total_seconds()


def _spans(calendar: Calendar, day: date, zone: str) -> list[tuple[datetime, datetime]]:
    info = time_zone(zone)
    spans = [(instant(day, o, info), instant(day, c, info)) for o, c in calendar.spans(day)]
    return [(opens, closes) for opens, closes in spans if opens < closes]


def first_look(times: Milestones, made_at: datetime, alert: timedelta) -> datetime:
    """Say when to look at new work first: when its release would be at risk."""
    return alert_at(times.release_by, made_at, alert)


def alert_at(due: datetime, since: datetime, alert: timedelta) -> datetime:
    """Say from when a milestone that is not reached is at risk.

    That is `alert` ahead, but never before half of the time there was for it has passed: an order
    that is placed an hour before its cut-off is not at risk from the start.
    """
    return due - min(alert, max(due - since, timedelta(0)) / 2)


def looked(work: Watched, at: datetime, alert: timedelta) -> Look:
    """Look at work's next milestone at `at`: fine so far, at risk, or missed.

    What is at risk, or missed, is told once for each milestone. An alarm because of its node stands
    until the work has moved on.
    """
    milestone = owed(work.state)
    stood = work.alarm is not None
    if milestone is None:
        return Look(None, over=stood)
    due = work.times.of(milestone)
    if milestone is Milestone.ACCEPT:
        due = max(due, work.moved_at + RELEASE_GRACE)
    told = work.alarm == milestone
    cause = AlarmCause(work.cause) if told and work.cause else AlarmCause.TIME
    if at >= due:
        again = LOOK_AGAIN_UNDER_WAY if milestone is Milestone.DELIVER else LOOK_AGAIN
        return Look(
            at + again, milestone, missed=True, cause=cause, news=not (told and work.missed)
        )
    risk = due if milestone is Milestone.DELIVER else alert_at(due, work.moved_at, alert)
    if at >= risk:
        return Look(due, milestone, cause=cause, news=not told)
    if told and cause is not AlarmCause.TIME:
        return Look(risk, milestone, cause=cause)
    return Look(risk, over=stood)


def owed(state: str) -> Milestone | None:
    """Name the milestone that work in a state owes next; None where it owes nothing more."""
    return _NEXT.get(state)


def overfull(
    backlog: Sequence[Backlog], ix: int, network: Compiled, at: datetime
) -> Overfull | None:
    """Find how much work of one node is more than its days hold, at the day where it is most.

    A day holds what its caps, or else the node's limits say, of all work and of what is sent; today
    too while its cut-off has not passed. Only what is sent may be done elsewhere, so that one
    number serves both: the larger. `backlog` ascends by day. What was told of before is left out;
    None where nothing else is too much.
    """
    sent = [each for each in backlog if each.method == Method.SHIP]
    found = [
        each
        for each in (
            _most(backlog, None, ix, network, at),
            _most(sent, Method.SHIP, ix, network, at),
        )
        if each is not None
    ]
    return max(found, key=lambda each: each.excess, default=None)


def _most(
    backlog: Sequence[Backlog], method: Method | None, ix: int, network: Compiled, at: datetime
) -> Overfull | None:
    node = network.network.nodes[ix]
    today = at.astimezone(network.zone_info(ix)).date().toordinal()
    day, slots = today - 1, 0
    works = alarmed = 0
    found: Overfull | None = None
    for each in backlog:
        works, alarmed = works + each.works, alarmed + each.alarmed
        while day < min(each.day.toordinal(), today + WORK_DAYS_AHEAD_MAX):
            day += 1
            local = date.fromordinal(day)
            if node.calendar.is_open_day(local) and network.cut_off(ix, day) > at:
                limit = node.limit_on(local, method)
                slots += NO_LIMIT if limit is None else limit
        excess = works - slots - alarmed
        if excess > (found.excess if found else 0):
            found = Overfull(each.node_id, each.day, excess)
    return found
