"""Customers who fetch: the shelf, the code they were told, that they are here, who they were."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from entrepot.plumbing import db, sql
from entrepot.terms.ids import FulfillmentOrderId, MarketId
from entrepot.terms.order_number import ALPHABET
from entrepot.terms.outcome import Done, Outcome, Refused

Q = sql.load(__package__, "pickups.sql")

CODE_LENGTH: Final = 6
"""Six letters and digits that cannot be mistaken for each other: one in a billion."""

WRONG_CODES_MAX: Final = 5
"""Then no code opens it any more, and the customer shows another proof."""

_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": "", " ": ""})


class Proof(StrEnum):
    """How a store knew that it hands over to the right person."""

    CODE = "code"
    ID_DOCUMENT = "id_document"
    NAME = "name"
    PAYMENT_CARD = "payment_card"


class WhyNotTheirs(StrEnum):
    """In order of precedence."""

    NO_CODE = "no_code"
    TOO_MANY_TRIES = "too_many_tries"
    WRONG_CODE = "wrong_code"


@dataclass(frozen=True, slots=True)
class Pickup:
    """What is known of a customer who fetches a piece of work; the code is theirs alone to show."""

    fulfillment_order_id: FulfillmentOrderId
    code: str | None
    shelf: str | None
    wrong_codes: int
    arrived_at: datetime | None
    spot: str | None
    vehicle: str | None
    verified: str | None
    collected_by: str | None


def code_of(dice: bytes) -> str:
    """Make a code of random bytes, five bits of each."""
    return "".join(ALPHABET[each & 31] for each in dice[:CODE_LENGTH])


def plain(code: str) -> str:
    """Read a code as somebody typed it: small letters, look-alikes and dashes do not matter."""
    return code.upper().translate(_LOOKALIKES)


def judged(pickup: Pickup | None, shown: str) -> Outcome[None, WhyNotTheirs]:
    """Say whether the code shown is the one that was told, in a time that tells nothing."""
    if pickup is None or pickup.code is None:
        return Refused(WhyNotTheirs.NO_CODE, "no code was given out for it")
    if pickup.wrong_codes >= WRONG_CODES_MAX:
        said = "too many wrong codes were tried: ask for another proof of identity"
        return Refused(WhyNotTheirs.TOO_MANY_TRIES, said)
    if not hmac.compare_digest(pickup.code.encode(), plain(shown).encode()):
        left = WRONG_CODES_MAX - pickup.wrong_codes - 1
        return Refused(WhyNotTheirs.WRONG_CODE, f"is not the code for it; {left} tries are left")
    return Done(None)


async def of_works(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> dict[FulfillmentOrderId, Pickup]:
    """Read what is known of who fetches these; those of whom nothing is are left out."""
    if not ids:
        return {}
    rows = await db.fetch(
        conn, Q["pickups_of"], Pickup, market=market, fulfillment_order_ids=list(ids)
    )
    return {row.fulfillment_order_id: row for row in rows}


async def try_code(
    conn: db.Connection, market: MarketId, id_: FulfillmentOrderId, shown: str
) -> Outcome[None, WhyNotTheirs]:
    """Judge a code that is shown, and count it where it is wrong: the caller must commit that."""
    rows = await db.fetch(
        conn, Q["pickup_for_update"], Pickup, market=market, fulfillment_order_id=id_
    )
    answer = judged(rows[0] if rows else None, shown)
    if isinstance(answer, Refused) and answer.why is WhyNotTheirs.WRONG_CODE:
        await db.execute(conn, Q["note_wrong_code"], market=market, fulfillment_order_id=id_)
    return answer


async def put_ready(
    conn: db.Connection,
    market: MarketId,
    id_: FulfillmentOrderId,
    *,
    code: str,
    shelf: str | None,
) -> None:
    """Note where the goods lie, and the code that their customer is told."""
    await db.execute(
        conn, Q["put_ready"], market=market, fulfillment_order_id=id_, code=code, shelf=shelf
    )


async def put_arrived(
    conn: db.Connection,
    market: MarketId,
    id_: FulfillmentOrderId,
    *,
    spot: str | None,
    vehicle: str | None,
    at: datetime,
) -> None:
    """Note that the customer is here."""
    await db.execute(
        conn, Q["put_arrived"],
        market=market, fulfillment_order_id=id_, spot=spot, vehicle=vehicle, at=at,
    )  # fmt: skip


async def note_collected(
    conn: db.Connection,
    market: MarketId,
    id_: FulfillmentOrderId,
    *,
    verified: Proof | None,
    collected_by: str | None,
) -> None:
    """Note who came, and how they were known."""
    await db.execute(
        conn, Q["note_collected"],
        market=market, fulfillment_order_id=id_, collected_by=collected_by,
        verified=None if verified is None else verified.value,
    )  # fmt: skip
