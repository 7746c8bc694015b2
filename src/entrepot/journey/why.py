"""Why an order's nodes were chosen: each decision run again on what it saw, compared, explained."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.network import snapshot
from entrepot.network.compiled import Compiled
from entrepot.plumbing import db
from entrepot.sourcing import store as sourcing
from entrepot.sourcing.explain import Explanation, explain
from entrepot.sourcing.record import answer_of, replay, unpack
from entrepot.terms.ids import MarketId, OrderId


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision explained. `reproduced`: run again on its record it gives the recorded answer."""

    id: UUID
    kind: str
    at: datetime
    network_version: int
    reproduced: bool
    explanation: Explanation


async def why(conn: db.Connection, market: MarketId, order_id: OrderId) -> list[Decision]:
    """Explain every decision of an order, oldest first."""
    networks: dict[int, Compiled] = {}
    decisions = []
    for kept in await sourcing.decisions_of(conn, market, order_id):
        version = kept.network_version
        if version not in networks:
            packed = await sourcing.snapshot(conn, market, version)
            assert packed is not None, f"no snapshot of network version {version}"
            networks[version] = Compiled(snapshot.unpack(packed))
        record = unpack(kept.record)
        same = replay(record, networks[version]) == answer_of(record)
        decisions.append(
            Decision(
                kept.decision_id, kept.kind, kept.at, version, same,
                explain(record, networks[version]),
            )
        )  # fmt: skip
    return decisions
