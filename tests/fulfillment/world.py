"""What the tests of nodes' work share: an order, its work, and ways to get it somewhere."""

from datetime import UTC, date, datetime
from uuid import UUID

from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.act import done
from entrepot.fulfillment.collect import collect
from entrepot.fulfillment.deliver import deliver
from entrepot.fulfillment.model import Acted, Ask, NewFulfillmentOrder, Packed, Units
from entrepot.fulfillment.open import open_planned
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.ready import ready
from entrepot.fulfillment.release import release
from entrepot.fulfillment.ship import ship
from entrepot.terms.ids import FulfillmentOrderId, MarketId, OrderId

US = MarketId("US")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 13, tzinfo=UTC)
KIM = "kim@lyon"
PARCEL = Packed("1Z999", "acme")

TO_SHIPPED = (release, accept, pick, pack, ship)
TO_DELIVERED = (*TO_SHIPPED, deliver)
TO_COLLECTED = (release, accept, pick, ready, collect)


def order_id(number: int) -> OrderId:
    """Give the id of the test's order of that number."""
    return OrderId(UUID(int=0x019C_0000_0000_7000_8000_0000_0000_0000 + number))


def new(
    *lines: tuple[int, str, int], order: int = 1, method: str = "ship", node: str = "LYON"
) -> NewFulfillmentOrder:
    """Plan lines (number, sku, quantity) at a node; one pair of gloves when none is given."""
    return NewFulfillmentOrder(
        order_id(order), node, method, "standard", "acme", "lane-1", date(2026, 3, 2), LATER, NOON,
        tuple(Units(*line) for line in lines or ((1, "GLOVE", 2),)),
    )  # fmt: skip


async def capture(conn, *numbers: int) -> None:
    """Put orders where orders are, so that their work can be released."""
    await conn.executemany(
        'INSERT INTO orders."order" (market, order_id, channel, external_id, placed_at,'
        " captured_at, currency, total, method, service, backorder, fingerprint, document)"
        " VALUES ('US', $1, 'web', $2, $3, $3, 'USD', 1, 'ship', 'standard', 'refuse', '', '{}')",
        [(order_id(number), str(number), NOON) for number in numbers],
    )
    await conn.executemany(
        "INSERT INTO orders.line (market, order_id, line_no, external_id, sku, quantity,"
        " unit_price, discount, tax) VALUES ('US', $1, 1, '1', 'GLOVE', 1, 1, 0, 0)",
        [(order_id(number),) for number in numbers],
    )


async def opened(conn, *news: NewFulfillmentOrder) -> list[FulfillmentOrderId]:
    """Open planned work."""
    return await open_planned(conn, US, news or [new()], at=NOON)


async def bring(conn, id_: FulfillmentOrderId, *verbs) -> Acted:
    """Take verbs one after another; each must be done."""
    acted = []
    for verb in verbs:
        ask = Ask(id_, KIM, packages=(PARCEL,) if verb is ship else ())
        answers = await verb(conn, US, [ask], at=NOON)
        acted = done(answers)
        assert len(acted) == 1, answers
    return acted[0]
