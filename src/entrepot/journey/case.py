"""An exception with all that its choices depend on: its order's standing, who refused, who asks.

Cases are laid open as sets: so many statements for a page, however long it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from entrepot.fulfillment.model import Work
from entrepot.inventory.model import Demand
from entrepot.journey.progress import Standing, standings
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.orders import consents
from entrepot.orders.consents import Consent
from entrepot.orders.model import Address, Customer
from entrepot.plumbing import db
from entrepot.plumbing.attend import Attended
from entrepot.promise import browse as promises
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing.model import Bar
from entrepot.terms.ids import FulfillmentOrderId, OrderId


class Agreed(msgspec.Struct, frozen=True):
    """What an order's document says of whom it is for."""

    number: str
    currency: str
    total: int
    customer: Customer | None = None
    ship_to: Address | None = None
    pickup_node: str | None = None


_agreed = msgspec.json.Decoder(Agreed)


@dataclass(frozen=True, slots=True)
class Case:
    """An exception, laid open. What is of no order has no standing.

    `bars` are those nodes that refused its skus; `asked` is a question to the customer that is open
    still; `due_at` is when its service level ends, None of a kind that has none.
    """

    trouble: Attended
    detail: Mapping[str, Any]
    names: Mapping[str, str]
    due_at: datetime | None = None
    standing: Standing | None = None
    agreed: Agreed | None = None
    latest: datetime | None = None
    bars: tuple[Bar, ...] = ()
    asked: Consent | None = None

    @property
    def waiting(self) -> list[Demand]:
        """What waits of the line that it is about, or of all lines."""
        if self.standing is None:
            return []
        line = self.trouble.line_no
        return [d for d in self.standing.demand if line is None or d.line_no == line]

    @property
    def work(self) -> Work | None:
        """The node's work that it is about, while it is that node's."""
        named = self.detail.get("fulfillment_order")
        if self.standing is None or not isinstance(named, str):
            return None
        works = (each for each in self.standing.works if str(each.id) == named)
        return next(works, None)

    def name(self, node: str | None) -> str:
        """Call a node by its name."""
        return self.names.get(node or "", node or "")


async def cases(conn: db.Connection, market: Market, troubles: Sequence[Attended]) -> list[Case]:
    """Lay exceptions open, in their order."""
    ids = sorted({each.order_id for each in troubles if each.order_id is not None})
    standing = await standings(conn, market.id, ids) if ids else {}
    known = list(standing)
    documents = await orders.documents(conn, market.id, known) if known else {}
    told = await promises.told_of(conn, market.id, known) if known else {}
    asked = await consents.asked_of(conn, market.id, known) if known else {}
    bars: dict[OrderId, list[Bar]] = {}
    for bar in await sourcing.bars_of(conn, market.id, known) if known else []:
        bars.setdefault(bar.order_id, []).append(bar)
    names: Mapping[str, str] = {node.node_id: node.name for node in market.network.nodes}
    levels = market.policy.today.service_levels
    found = []
    for each in troubles:
        detail, due_at = _detail(each), _due(each, levels)
        if each.order_id is None or each.order_id not in standing:
            found.append(Case(each, detail, names, due_at))
            continue
        stands = standing[each.order_id]
        promise = told.get(each.order_id)
        found.append(
            Case(
                each, detail, names, due_at, stands,
                _agreed.decode(documents[each.order_id]),
                None if promise is None else promise.latest + promise.shift,
                _refused(each, stands, bars.get(each.order_id, ())), asked.get(each.order_id),
            )
        )  # fmt: skip
    return found


def _due(each: Attended, levels: Mapping[str, int]) -> datetime | None:
    minutes = levels.get(each.kind)
    return None if minutes is None else each.opened_at + timedelta(minutes=minutes)


def _refused(each: Attended, standing: Standing, bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Find the nodes that refused what of the exception's line waits."""
    skus = {d.sku for d in standing.demand if each.line_no in {None, d.line_no}}
    return tuple(bar for bar in bars if bar.sku in skus)


def _detail(each: Attended) -> Mapping[str, Any]:
    """Read the detail; of an alarm that says its work by its subject, the work too."""
    detail = msgspec.json.decode(each.detail)
    if not isinstance(detail, dict):
        return {"value": detail}
    noun, _, named = each.subject.partition("/")
    if noun == "fulfillment-orders":
        detail.setdefault("fulfillment_order", str(FulfillmentOrderId(UUID(named))))
    return detail
