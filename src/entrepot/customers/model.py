"""Who buys, as plain data."""

from dataclasses import dataclass
from enum import StrEnum

from entrepot.terms.ids import CustomerId

ADDRESSES_MAX = 100
"""An address book. Who delivers to more places is several customers."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys; None is what nobody said.

    `customer_class` is any word the market sorts its customers by. `addresses` is the JSON text of
    a list, `attributes` that of an object. `version` counts changes from 1; 0 is one not yet
    stored.
    """

    customer_id: CustomerId
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_class: str | None = None
    addresses: str = "[]"
    attributes: str = "{}"
    version: int = 0


class Status(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class WhyRefused(StrEnum):
    """In order of precedence: the first that holds is what the caller hears."""

    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Upserted:
    """The answer to one row. `version` is the customer's now, 0 where it was refused and is new."""

    customer_id: CustomerId
    status: Status
    version: int
    why: WhyRefused | None = None
    detail: str = ""
