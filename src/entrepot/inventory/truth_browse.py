"""What faces ask of store truth: what is believed, and what is worth counting. No locks."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import truth, truth_rules, truth_store
from entrepot.inventory.count_list import count_list
from entrepot.inventory.truth_model import (
    Accuracy,
    Belief,
    Candidate,
    Countable,
    Counting,
    Rates,
    Standing,
    Task,
    Truth,
)
from entrepot.inventory.truth_store import Key, Q
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId

CANDIDATES_MAX = 2_000
"""Positions weighed for one list: ten minutes are a dozen counts."""


async def truths(
    conn: db.Connection, market: MarketId, keys: Sequence[Key], *, at: datetime
) -> list[Truth]:
    """Answer what is believed now of these positions, those that there are, by sku and node.

    What was never seen by a picker is believed by its node and by the time since its last count.
    """
    beliefs = {(b.sku, b.node_id): b for b in await truth_store.beliefs_of(conn, market, keys)}
    as_ofs = [beliefs[key].as_of if key in beliefs else None for key in keys]
    standings = await truth_store.standings(conn, market, keys, as_ofs, at)
    rates = await truth_store.rates_of(conn, market, [node for _, node in keys])
    return [
        _truth(each, beliefs.get(key), rates.get(each.node_id), at)
        for key, each in standings.items()
    ]


def _truth(standing: Standing, known: Belief | None, rates: Rates | None, at: datetime) -> Truth:
    belief = known or truth_rules.begun(standing.sku, standing.node_id, standing.since or at)
    now = truth_rules.advanced(
        belief, rates or truth_rules.prior(standing.kind),
        book=standing.on_hand, left=standing.gone, at=at,
    )  # fmt: skip
    return Truth(
        sku=standing.sku,
        node_id=standing.node_id,
        book=standing.on_hand,
        at_least=truth.at_least(now.missing, standing.on_hand),
        expected_missing=truth.expected_missing(now.missing, standing.on_hand),
        doubtful=belief.doubtful,
        counted_at=known.looked_at if known else standing.since,
        velocity=now.velocity,
        evidence=truth_rules.in_words(now if known else None, at, standing.since),
    )


async def worth_counting(
    conn: db.Connection,
    market: MarketId,
    node_id: NodeId,
    counting: Counting,
    *,
    minutes: int,
    at: datetime,
) -> list[Task]:
    """Answer what to count at a node in so many minutes, best first."""
    rows = await db.fetch(
        conn, Q["countable"], Countable, market=market, node_id=node_id, most=CANDIDATES_MAX
    )
    rates = (await truth_store.rates_of(conn, market, [node_id])).get(node_id)
    candidates = [_candidate(row, rates or truth_rules.prior(row.kind), at) for row in rows]
    return count_list(candidates, counting, minutes=minutes)


async def accuracy(conn: db.Connection, market: MarketId, node_id: NodeId) -> Accuracy | None:
    """Add up what is believed of a node's positions; None where nothing is believed yet."""
    rows = await db.fetch(conn, Q["accuracy_of"], Accuracy, market=market, node_id=node_id)
    return rows[0] if rows[0].positions else None


def _candidate(row: Countable, rates: Rates, at: datetime) -> Candidate:
    days = max(0.0, (at - row.as_of) / truth_rules.DAY)
    return Candidate(
        sku=row.sku,
        missing=truth.grown(tuple(row.missing), rates.losses_a_day * days),
        book=row.on_hand,
        offered=max(0, row.on_hand - row.unavailable - row.doubtful),
        velocity=row.velocity,
    )
