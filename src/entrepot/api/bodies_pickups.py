"""Scans, and customers who fetch, as the wire has them. Pure."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.catalog.model import BARCODE_CHARS_MAX
from entrepot.fulfillment.pickups import Pickup, Proof

SCANS_MAX = 1_000
"""Codes in one body: more than anybody scans in one go."""

SCANNED_MAX = 2**31 - 1
WORDS_MAX = 80

Words = Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]


class ScanBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code as it was scanned, a barcode of the item or its sku, and how often."""

    code: Annotated[str, Meta(min_length=1, max_length=max(BARCODE_CHARS_MAX, 128))]
    quantity: Annotated[int, Meta(ge=1, le=SCANNED_MAX)] = 1


Scans = Annotated[
    tuple[ScanBody, ...],
    Meta(
        max_length=SCANS_MAX,
        description="codes scanned: their units go to the lines that still want them",
    ),
]


class ReadyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was picked waits for its customer, on the shelf that is named."""

    shelf: Annotated[Words, Meta(description="where it waits, shown when it is handed over")] | None = None  # fmt: skip  # noqa: E501 - one field


class ArrivedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer is here, and where they wait."""

    spot: Annotated[Words, Meta(description="the bay or the door")] | None = None
    vehicle: Annotated[Words, Meta(description="what to look out for")] | None = None


class VerifiedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is known that the right person is here; `code` is what they show, where it is one."""

    how: Proof
    code: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class PickupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of who fetches it: the shelf, that they are here, how they were known.

    The code that the customer was told is shown to nobody: it is in the event `fulfillment.ready`,
    for whoever tells them.
    """

    shelf: str | None
    arrived_at: datetime | None
    spot: str | None
    vehicle: str | None
    has_code: bool
    verified: Proof | None
    collected_by: str | None


def pickup_answer(pickup: Pickup) -> PickupAnswer:
    """Show what is known of who fetches a piece of work."""
    return PickupAnswer(
        shelf=pickup.shelf,
        arrived_at=pickup.arrived_at,
        spot=pickup.spot,
        vehicle=pickup.vehicle,
        has_code=pickup.code is not None,
        verified=None if pickup.verified is None else Proof(pickup.verified),
        collected_by=pickup.collected_by,
    )
