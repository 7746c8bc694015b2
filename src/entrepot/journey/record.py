"""Write what placing has decided: decisions, orders, demand, holds, exceptions and facts.

All that can be made ready is, before the first lock: while one batch holds its rows, the next one
is being planned and put into words.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from entrepot.inventory.model import Demand
from entrepot.inventory.wait import wait
from entrepot.journey import told
from entrepot.journey.placing import Taken
from entrepot.journey.plan import NO_STRATEGY, Draft
from entrepot.journey.receipt import Quantities, receipt
from entrepot.journey.world import Market
from entrepot.network import snapshot
from entrepot.orders.capture import capture
from entrepot.orders.hold import hold_new
from entrepot.orders.model import Captured, HoldKind, NewHold
from entrepot.orders.phase import Phase
from entrepot.orders.rules import total
from entrepot.plumbing import db, exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.outbox import Fact
from entrepot.sourcing.keep import keep_decisions, keep_network
from entrepot.terms.ids import LineNo, OrderId, Sku

_json = msgspec.json.Encoder()

_REASONS = {
    "unknown_sku": "the sku is not an item here",
    "no_stock": "no node has the units",
    NO_STRATEGY: "no node that the policy's strategies allow has the units",
    "unknown_channel": "the channel is not known here",
    "unknown_node": "the chosen node is not known here",
    "node_cannot": "the chosen node cannot do this",
    "no_lane": "no carrier service reaches the address",
}


class Outdated(Exception):  # noqa: N818 - what was found
    """The network or the policy has changed since this process read it: read it again."""


class Ready(msgspec.Struct, frozen=True):
    """An order to be written if it gets what it was planned: its row, its facts and demand."""

    draft: Draft
    captured: Captured
    facts: list[Fact]
    demands: list[Demand]


def make_ready(drafts: Sequence[Draft], at: datetime) -> dict[OrderId, Ready]:
    """Make all that the orders will be written with."""
    return {
        draft.order_id: Ready(draft, _captured(draft, at), _facts(draft), _demands(draft))
        for draft in drafts
    }


async def record(
    conn: db.Connection, market: Market, ready: Sequence[Ready], packed: bytes, *, at: datetime
) -> dict[OrderId, Taken]:
    """Write all of it in the caller's transaction; answers the receipts by order.

    `packed` is the record of the decisions, each at its draft's place.
    """
    if not ready:
        return {}
    taken = [each.draft for each in ready]
    await _decisions(conn, market, [draft for draft in taken if draft.plan], packed, at)
    written = [each.captured for each in ready]
    await capture(conn, market.id, written, at=at)
    facts = [fact for each in ready for fact in each.facts]
    demands = [demand for each in ready for demand in each.demands]
    await wait(conn, market.id, demands, at=at)
    for demand in demands:
        market.stock.owed[demand.sku] = market.stock.owed.get(demand.sku, 0) + demand.quantity
    facts += await _troubles(conn, market, ready, at)
    await outbox.tell(conn, market.id, facts, at=at)
    return {each.order_id: Taken(each.order_id, each.document) for each in written}


async def _decisions(
    conn: db.Connection, market: Market, taken: Sequence[Draft], packed: bytes, at: datetime
) -> None:
    if not taken:
        return
    network = taken[0].network  # one batch plans on one network, whatever is read meanwhile
    if network.version not in market.snapshots_kept:
        await keep_network(conn, market.id, network.version, snapshot.pack(network))
    kept = await keep_decisions(
        conn, market.id, {draft.order_id: draft.place for draft in taken}, packed,
        kind="capture", network_version=network.version,
        policy_version=network.costs.policy_version, at=at,
    )  # fmt: skip
    if not kept:
        raise Outdated


def _captured(draft: Draft, at: datetime) -> Captured:
    order, promise = draft.placing.order, draft.promise
    document = receipt(
        draft.order_id,
        order,
        service=draft.service,
        total=total(order),
        phase=_phase(draft),
        quantities=_quantities(draft),
        plan=draft.plan,
        allotted={(c.line_no, c.sku, c.node_id): c.quantity for c in draft.claims},
        promise=promise,
        at=at,
    )
    return Captured(
        order_id=draft.order_id,
        order=order,
        service=draft.service,
        total=document.total,
        fingerprint=draft.placing.fingerprint,
        document=_json.encode(document).decode(),
        promised_earliest=promise.earliest if promise else None,
        promised_latest=promise.latest if promise else None,
        canceled=draft.canceled,
        parts=draft.asking.parts,
        digital=frozenset(map(LineNo, draft.placing.digital)),
    )


def _phase(draft: Draft) -> Phase:
    if draft.placing.holds:
        return Phase.ON_HOLD
    if any(why == "backorder" for _, why in draft.waiting):
        return Phase.BACKORDERED
    return Phase.PENDING if draft.waiting or draft.asking.unknown else Phase.CONFIRMED


def _quantities(draft: Draft) -> list[Quantities]:
    waiting: dict[LineNo, int] = {}
    for (line, _, units), _ in draft.waiting:
        waiting[line] = waiting.get(line, 0) + units
    kits = {line for line, _, _ in draft.asking.parts}
    views = []
    for number, asked in enumerate(draft.placing.order.lines, start=1):
        no = LineNo(number)
        canceled = draft.canceled.get(no, 0)
        left = asked.quantity - canceled
        late = min(left, waiting.get(no, 0))
        if no in kits:
            late = left if waiting.get(no) else 0
        if no in draft.asking.unknown and no not in draft.placing.digital:
            late = left
        views.append(Quantities(asked.quantity, canceled, late, left - late))
    return views


def _demands(draft: Draft) -> list[Demand]:
    order = draft.placing.order
    demands = [
        Demand(draft.order_id, line, sku, units, why) for (line, sku, units), why in draft.waiting
    ]
    for line in draft.asking.unknown:
        if line in draft.placing.digital:
            continue
        asked = order.lines[line - 1]
        demands.append(Demand(draft.order_id, line, Sku(asked.sku), asked.quantity, "unknown_sku"))
    return demands


def _facts(draft: Draft) -> list[Fact]:
    facts = [told.captured(draft)]
    if draft.plan is not None and draft.claims:
        facts.append(told.planned(draft.order_id, draft.plan, draft.claims, draft.days))
    return facts


async def _troubles(
    conn: db.Connection, market: Market, ready: Sequence[Ready], at: datetime
) -> list[Fact]:
    """Holds and exceptions of orders that their channels had sold already."""
    stuck: list[Stuck] = []
    wanted = [
        NewHold(draft.order_id, HoldKind(kind), reason, draft.placing.actor)
        for draft in (each.draft for each in ready)
        for kind, reason in draft.placing.holds
    ]
    facts = [told.held(each) for each in await hold_new(conn, market.id, wanted, at=at)]
    for each in ready:
        draft = each.draft
        for demand in each.demands:
            if demand.why == "backorder":
                continue
            reason = f"{_REASONS[demand.why]}: {demand.quantity} of {demand.sku}"
            stuck.append(_stuck(draft.order_id, demand.line_no, reason))
            facts.append(told.stuck(draft.order_id, UNROUTABLE, reason, demand.line_no))
    await exceptions.raise_all(conn, market.id, stuck, at=at)
    return facts


UNROUTABLE = "sourcing.unroutable"
"""The kind of exception that a line without a node is."""


def _stuck(order_id: OrderId, line: LineNo, reason: str) -> Stuck:
    return Stuck(UNROUTABLE, f"orders/{order_id}", reason, order_id=order_id, line_no=line)
