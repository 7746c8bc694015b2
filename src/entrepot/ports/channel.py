"""The port to sales channels: what a channel tells us, and what a connector must be able to do.

A connector is pure: it checks a signature and translates bytes. It opens no connection, reads no
clock and writes nothing; receiving, storing and capturing are the core's work. So every connector
can be proved on recorded deliveries (`conformance.py`), without a server and without a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from entrepot.ports.sale import Customer, Payment, ShipTo
from entrepot.terms.ids import NodeId, Sku

AMOUNT_MAX = 10**14
"""Minor units in one amount: far above any sale, and thousands of lines still add up in 64 bits."""

KEY_LENGTH_MAX = 255
"""Characters in what is searched by (ids, skus, nodes, emails): index entries are bounded."""

QUANTITY_MAX = 2**31 - 1
"""Units on one line: what the order table's column holds."""

Method = Literal["ship", "pickup", "curbside"]
Service = Literal["standard", "expedited", "next_day"]


@dataclass(frozen=True, slots=True)
class SoldLine:
    """`unit_price` is before tax; `discount` and `tax` are for the whole line. All in minor units.

    `external_id` is unique within its order. `digital` units are part of the sale but of no
    parcel: a gift card, a download, a tip. Amounts are never negative, `quantity` is at least 1,
    and the discount is never more than the line is worth.
    """

    external_id: str
    sku: Sku
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    name: str = ""
    digital: bool = False

    @property
    def total(self) -> int:
        """What the customer pays for the line, in minor units."""
        return self.quantity * self.unit_price - self.discount + self.tax


class DoubtKind(StrEnum):
    CANCELED = "canceled"
    HANDED_OVER = "handed_over"
    PICKUP_PLACE_UNKNOWN = "pickup_place_unknown"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person should look before anything of the order leaves; `detail` says it in words."""

    kind: DoubtKind
    detail: str


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """An order that a channel has sold: a fact to be taken in, never a request to be refused.

    `ship_to` is None where the channel gave no address; `placed_at` is None where it gave no time,
    and the time of receipt stands for it. `channel_total` is what the channel says the customer
    pays: it equals `total` whenever the channel's own figures agree with one another, and is None
    where it says nothing. `number` is what the customer knows the order by. Ids, sku, node
    and email keep to KEY_LENGTH_MAX, and no text holds NUL.
    """

    external_id: str
    placed_at: datetime | None
    currency: str
    lines: tuple[SoldLine, ...]
    customer: Customer = field(default_factory=Customer)
    ship_to: ShipTo | None = None
    method: Method = "ship"
    service: Service = "standard"
    pickup_node: NodeId | None = None
    shipping: int = 0
    shipping_tax: int = 0
    payment: Payment | None = None
    note: str = ""
    number: str = ""
    channel_total: int | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def total(self) -> int:
        """Lines, shipping and tax, in minor units."""
        return sum(line.total for line in self.lines) + self.shipping + self.shipping_tax


@dataclass(frozen=True, slots=True)
class Ignored:
    """The delivery is genuine and asks nothing of us, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """The delivery cannot be understood: why, and where (a JSON Pointer; "" is the whole body)."""

    reason: str
    pointer: str = ""


class ChannelConnector(Protocol):
    """One channel's language. Every method is a pure function of its arguments and never raises.

    `headers` have lower-case names. `body` is the request's bytes, untouched: signatures cover
    bytes, not JSON.
    """

    @property
    def name(self) -> str:
        """Give the name a channel is configured with: the entry point's own."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Say whether `body` was signed with `secret`; an empty secret signs nothing."""
        ...

    def delivery_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """Give the id that the channel's repetitions of this delivery share; never empty."""
        ...

    def topic(self, headers: Mapping[str, str]) -> str:
        """Give the kind of the delivery in the channel's words; "" where it gives none."""
        ...

    def read(self, topic: str, body: bytes) -> SoldOrder | Ignored | Unmapped:
        """Translate a verified delivery."""
        ...
