"""Where a parcel stands by all that was said of it, in whatever order it was heard. Pure.

What is said is ordered by `weight`, a total order, and the weightiest word stands. A maximum does
not care in which order or how often its candidates come (a join-semilattice), so late, doubled and
disordered scans all lead to the same place, and new scans can be joined to what stood before.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from entrepot.delivery.model import Number, Parcel, Standing, Status, TrackingEvent

Weight = tuple[int, float, int]

SILENT = frozenset({Status.PENDING, Status.UNKNOWN})
"""They say nothing of where a parcel is."""

FINAL = (Status.DELIVERED, Status.RETURN_TO_SENDER)
"""Ascending: a parcel that is returned was delivered to nobody, whatever is scanned on its way
back. Of final words the earliest stands: what is said again later is an echo."""

PROGRESS = (
    Status.PICKED_UP,
    Status.IN_TRANSIT,
    Status.ON_HOLD,
    Status.DELIVERY_DELAYED,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
    Status.READY_FOR_PICKUP,
)
"""Of two things said of the same moment the one further on here stands."""


def weight(said: Standing) -> Weight:
    """Weigh a word: final ones above all others, the earliest first; else the latest wins."""
    second = said.at.timestamp()
    if said.status in FINAL:
        return 2 + FINAL.index(said.status), -second, 0
    if said.status in SILENT:
        return 0, 0.0, 0
    return 1, second, PROGRESS.index(said.status)


def standing(before: Standing, said: Iterable[Standing]) -> Standing:
    """Join what is said to what stood before; silent words change nothing."""
    return max((before, *said), key=weight)


def said_of(events: Iterable[TrackingEvent]) -> dict[Number, list[Standing]]:
    """Gather what is said by the number it is said of."""
    said: dict[Number, list[Standing]] = {}
    for each in events:
        number = (each.tracking_number, each.carrier)
        said.setdefault(number, []).append(Standing(each.status, each.occurred_at))
    return said


def moved(parcel: Parcel, said: Iterable[Standing]) -> Parcel:
    """Give the parcel as it stands after all that was said; the same one where that is no news."""
    after = standing(parcel.standing, said)
    if after == parcel.standing:
        return parcel
    return replace(
        parcel, status=after.status.value, status_at=after.at, delivered_at=delivered_at(after)
    )


def delivered_at(after: Standing) -> datetime | None:
    """Say since when it is delivered, if it is."""
    return after.at if after.status is Status.DELIVERED else None


def newly_delivered(before: Parcel | None, after: Parcel) -> bool:
    """Say whether it was delivered by this."""
    was = before is not None and before.delivered_at is not None
    return after.delivered_at is not None and not was
