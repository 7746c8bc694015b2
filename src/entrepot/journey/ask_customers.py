"""Ask the customers whose store cannot serve them: nothing that was to be fetched is just sent."""

from collections.abc import Sequence
from datetime import timedelta

from entrepot.journey import consent_told
from entrepot.journey.here import Here
from entrepot.journey.reroute import Unrouted
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.orders import consents
from entrepot.plumbing import clock, outbox
from entrepot.terms.ids import LineNo, OrderId


async def ask_customers(here: Here, unrouted: Sequence[Unrouted]) -> None:
    """Ask about lines that were to be fetched, where the policy says so."""
    policy = (await here.world.fresh(here.conn, here.market)).policy.pickup_consent
    ids = sorted({each.order_id for each in unrouted})
    if policy is None or not ids:
        return
    heads = await orders.heads(here.conn, here.market, ids)
    fetched = {head.order_id for head in heads if head.method != Method.SHIP}
    ways = await consents.ways_of(here.conn, here.market, sorted(fetched))
    lines: dict[OrderId, list[LineNo]] = {}
    for each in unrouted:
        sent = {n for n, way in ways.get(each.order_id, {}).items() if way.method == Method.SHIP}
        asked = [line for line, _, _ in each.needs if line not in sent]
        if each.order_id in fetched and asked:
            lines.setdefault(each.order_id, []).extend(asked)
    ends_at = await clock.read(here.conn) + timedelta(minutes=policy.minutes)
    made = await consents.ask(here.conn, here.market, lines, policy.choices, ends_at, at=here.at)
    facts = [
        consent_told.asked(order_id, consent_id, lines[order_id], policy.choices, ends_at)
        for order_id, consent_id in made.items()
    ]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
