"""Parcels' rows: every read and write the verbs make, and nothing they decide."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from entrepot.delivery.model import FIRST_AT, Noted, Number, Parcel, Scan, TrackingEvent
from entrepot.plumbing import db, sql
from entrepot.terms.ids import FulfillmentOrderId, MarketId

Q = sql.load(__package__)


async def lock_numbers(
    conn: db.Connection, market: MarketId, numbers: Collection[Number], at: datetime
) -> None:
    """Make the numbers known and lock them: what is read of them next is all there is."""
    pairs = _pairs(sorted(numbers))
    await db.execute(conn, Q["know_numbers"], market=market, first_at=FIRST_AT, at=at, **pairs)
    await db.fetch(conn, Q["numbers_for_update"], Noted, market=market, first_at=FIRST_AT, **pairs)


async def note_scans(
    conn: db.Connection, market: MarketId, events: Sequence[TrackingEvent], at: datetime
) -> list[Noted]:
    return await db.fetch(
        conn, Q["note_scans"], Noted,
        market=market, at=at, **_pairs([e.number for e in events]),
        occurred_ats=[e.occurred_at for e in events],
        statuses=[e.status.value for e in events],
        details=[_detail(e) for e in events],
    )  # fmt: skip


async def scans_of_numbers(
    conn: db.Connection, market: MarketId, numbers: Iterable[Number]
) -> list[Scan]:
    return await db.fetch(
        conn, Q["scans_of_numbers"], Scan, market=market, first_at=FIRST_AT, **_pairs(numbers)
    )


async def parcels_of_numbers(
    conn: db.Connection, market: MarketId, numbers: Iterable[Number]
) -> list[Parcel]:
    return await db.fetch(conn, Q["parcels_of_numbers"], Parcel, market=market, **_pairs(numbers))


async def packages_to_expect(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Parcel]:
    return await db.fetch(
        conn, Q["packages_to_expect"], Parcel, market=market, fulfillment_order_ids=list(ids)
    )


async def make_parcels(conn: db.Connection, market: MarketId, parcels: Sequence[Parcel]) -> None:
    await db.execute(
        conn, Q["make_parcels"],
        market=market, order_ids=[p.order_id for p in parcels], **_parcels(parcels),
    )  # fmt: skip


async def move_parcels(conn: db.Connection, market: MarketId, parcels: Sequence[Parcel]) -> None:
    await db.execute(conn, Q["move_parcels"], market=market, **_parcels(parcels))


def _parcels(parcels: Sequence[Parcel]) -> Mapping[str, object]:
    return {
        **_pairs([p.number for p in parcels]),
        "fulfillment_order_ids": [p.fulfillment_order_id for p in parcels],
        "statuses": [p.status for p in parcels],
        "status_ats": [p.status_at for p in parcels],
        "delivered_ats": [p.delivered_at for p in parcels],
    }


def _pairs(numbers: Iterable[Number]) -> Mapping[str, object]:
    pairs = list(numbers)
    return {
        "tracking_numbers": [number for number, _ in pairs],
        "carriers": [carrier for _, carrier in pairs],
    }


def _detail(event: TrackingEvent) -> str:
    said = {"location": event.location, "description": event.description}
    return db.json_text({name: value for name, value in said.items() if value is not None})
