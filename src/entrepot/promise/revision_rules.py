"""When a customer is told another date: by a day or more, and never to and fro. Pure."""

from datetime import datetime, timedelta

from entrepot.promise.after_model import Expected, Told
from entrepot.terms.calendar import time_zone


def moved_days(told: datetime, expected: datetime, zone: str) -> int:
    """Say by how many days of the destination's calendar a date moved; below 0: it is earlier."""
    info = time_zone(zone or "UTC")
    return (expected.astimezone(info).date() - told.astimezone(info).date()).days


def is_news(
    told: Told,
    expected: Expected,
    zone: str,
    at: datetime,
    *,
    quiet: timedelta,
    tell_earlier: bool = True,
) -> bool:
    """Say whether the customer is told that their order is expected on another day.

    What they see is the last day of the window, in the destination's time `zone`. A date that moved
    less than `quiet` ago moves on in the same direction only. `tell_earlier` False: a date that
    comes nearer is not told, unless it takes back a delay.
    """
    days = moved_days(told.latest, expected.latest, zone)
    if not days:
        return False
    if told.was is None or told.revised_at is None:
        return days > 0 or tell_earlier
    before = moved_days(told.was, told.latest, zone)
    if days * before < 0 and at - told.revised_at < quiet:
        return False
    return days > 0 or tell_earlier or before > 0
