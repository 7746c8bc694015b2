"""Take in what carriers say of parcels: in any order, any number of times, before or after."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from entrepot.delivery import rules, store
from entrepot.delivery.model import (
    News,
    Number,
    Parcel,
    Result,
    Scanned,
    Tracked,
    TrackingEvent,
)
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

Word = tuple[str, str, datetime, str]
"""What makes two events the same: number, carrier, moment and status."""


async def track(
    conn: db.Connection, market: MarketId, events: Sequence[TrackingEvent], *, at: datetime
) -> Tracked:
    """Answer every event, in order: new, duplicate, or of a parcel nobody knows yet.

    What is said of an unknown parcel is kept, and counts once the parcel is expected. At most five
    statements, however many events. The caller owns the transaction.
    """
    if not events:
        return Tracked([], News([], []))
    numbers = {each.number for each in events}
    await store.lock_numbers(conn, market, numbers, at)
    noted = await store.note_scans(conn, market, list(_once(events)), at)
    fresh = {(n.tracking_number, n.carrier, n.occurred_at, n.status) for n in noted}
    before = await store.parcels_of_numbers(conn, market, sorted(numbers))

    results, new = _results(events, fresh, {parcel.number for parcel in before})
    said = rules.said_of(new)
    after = [rules.moved(parcel, said.get(parcel.number, ())) for parcel in before]

    changed = [now for was, now in zip(before, after, strict=True) if now != was]
    if changed:
        await store.move_parcels(conn, market, changed)
    delivered = [
        now for was, now in zip(before, after, strict=True) if rules.newly_delivered(was, now)
    ]
    return Tracked(results, News(scanned(new, after), delivered))


def scanned(events: Iterable[TrackingEvent], parcels: Sequence[Parcel]) -> list[Scanned]:
    """Put each event to every parcel that bears its number, in the order of the events."""
    bearing: dict[Number, list[Parcel]] = {}
    for parcel in parcels:
        bearing.setdefault(parcel.number, []).append(parcel)
    return [Scanned(parcel, event) for event in events for parcel in bearing.get(event.number, ())]


def _results(
    events: Sequence[TrackingEvent], fresh: set[Word], known: set[Number]
) -> tuple[list[Result], list[TrackingEvent]]:
    """Answer each event, and give those that are new; of two alike in one call the first is."""
    left, results, new = set(fresh), list[Result](), list[TrackingEvent]()
    for event in events:
        if _word(event) not in left:
            results.append(Result.DUPLICATE)
            continue
        left.discard(_word(event))
        new.append(event)
        results.append(Result.NEW if event.number in known else Result.UNKNOWN_PARCEL)
    return results, new


def _once(events: Sequence[TrackingEvent]) -> Iterable[TrackingEvent]:
    """Leave out what is said twice: the first to say it is kept."""
    return {_word(event): event for event in reversed(events)}.values()


def _word(event: TrackingEvent) -> Word:
    return event.tracking_number, event.carrier, event.occurred_at, event.status.value
