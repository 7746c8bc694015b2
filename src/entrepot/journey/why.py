"""Why an order's nodes were chosen: each decision run again on what it saw, compared, explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.network import snapshot
from entrepot.network.compiled import Compiled
from entrepot.plumbing import db
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing.explain import Explanation, explain
from entrepot.sourcing.panel import Panel, panel
from entrepot.sourcing.record import decision, replay, unpack
from entrepot.sourcing.record_form import Record
from entrepot.sourcing.tell_if import WhatIf, what_if
from entrepot.terms.ids import MarketId, OrderId


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision explained. `reproduced`: run again on its record it gives the recorded answer.

    `what_if` says what stood in the way of a cheaper plan, and what would have flipped this one;
    `panel` is all of it as a face draws it.
    """

    id: UUID
    kind: str
    at: datetime
    network_version: int
    reproduced: bool
    explanation: Explanation
    what_if: WhatIf
    panel: Panel


Networks = dict[int, Compiled]
"""Networks by version, read once."""


async def why(conn: db.Connection, market: MarketId, order_id: OrderId) -> list[Decision]:
    """Explain every decision of an order, oldest first."""
    networks: Networks = {}
    decisions = []
    for kept in await sourcing.decisions_of(conn, market, order_id):
        network = await _network(conn, market, kept.network_version, networks)
        seen = decision(unpack(kept.record), kept.place, network)
        shown = explain(seen)
        other = what_if(seen, shown)
        names: Mapping[str, str] = {node.node_id: node.name for node in network.network.nodes}
        decisions.append(
            Decision(
                kept.decision_id, kept.kind, kept.at, kept.network_version,
                replay(seen) == seen.answer, shown, other, panel(shown, other, names),
            )
        )  # fmt: skip
    return decisions


async def reproduced(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId], networks: Networks
) -> list[tuple[UUID, OrderId, bool]]:
    """Run the orders' decisions again: (decision, order, whether it says the same)."""
    answers = []
    records: dict[UUID, Record] = {}
    for kept in await sourcing.decisions_of_orders(conn, market, order_ids):
        network = await _network(conn, market, kept.network_version, networks)
        if kept.record_id not in records:
            records[kept.record_id] = unpack(kept.record)
        seen = decision(records[kept.record_id], kept.place, network)
        answers.append((kept.decision_id, kept.order_id, replay(seen) == seen.answer))
    return answers


async def _network(
    conn: db.Connection, market: MarketId, version: int, networks: Networks
) -> Compiled:
    if version not in networks:
        packed = await sourcing.snapshot(conn, market, version)
        assert packed is not None, f"no snapshot of network version {version}"
        networks[version] = Compiled(snapshot.unpack(packed))
    return networks[version]
