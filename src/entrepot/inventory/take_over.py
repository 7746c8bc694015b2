"""Take over what has happened to stock already: received, claimed and, where it left, gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import rules, store
from entrepot.inventory.buckets import NOTHING
from entrepot.inventory.model import Change, Claim, Position
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "history.sql")


@dataclass(frozen=True, slots=True)
class PastClaim:
    """Units that were at a node and an order's: claimed at `claimed_at`, gone since `left_at`.

    Nobody can say any more when they came: they are received at the moment of the claim, under
    `reference`. `left_at` None: they are still there, and still claimed.
    """

    claim: Claim
    reference: str
    claimed_at: datetime
    left_at: datetime | None


async def take_over(
    conn: db.Connection, market: MarketId, claims: Sequence[PastClaim], *, at: datetime
) -> None:
    """Write the claims and their ledger: four statements, however many. The caller owns the commit.

    What is free at a position stays as it was, and nothing is oversold on the way: what is claimed
    comes in first.
    """
    if not claims:
        return
    keys = sorted({(each.claim.sku, each.claim.node_id) for each in claims})
    await store.make_positions(conn, market, keys)
    positions = {
        (p.sku, p.node_id): p for p in await store.positions_for_update(conn, market, keys)
    }

    changes: list[Change] = []
    for each in claims:
        key = (each.claim.sku, each.claim.node_id)
        for change in entries(positions[key], each):
            changes.append(change)
            positions[key] = rules.after(positions[key], change)

    await _record(conn, market, claims)
    await store.record_changes(conn, market, changes, at, lots_follow=False)


def entries(position: Position, past: PastClaim) -> list[Change]:
    """Give the ledger's entries of a past claim, each with its own time."""
    units = past.claim.quantity
    received = _change(position, past, kind="receipt", on_hand=units)
    position = rules.after(position, received)
    claimed = _change(position, past, kind="reserve", reserved=units)
    if past.left_at is None:
        return [received, claimed]
    # what leaves has just come in, so that nothing that is set aside goes with it
    gone = rules.consumed(rules.after(position, claimed), past.claim, past.left_at, NOTHING)
    return [received, claimed, gone]


def _change(
    position: Position, past: PastClaim, *, kind: str, on_hand: int = 0, reserved: int = 0
) -> Change:
    """What so many more units on hand, or reserved, make of a position at the time of the claim."""
    received = on_hand > 0
    has, claimed = position.on_hand + on_hand, position.reserved + reserved
    return Change(
        sku=position.sku,
        node_id=position.node_id,
        on_hand=has,
        reserved=claimed,
        unavailable=position.unavailable,
        shortage=max(0, claimed + position.unavailable - has),
        kind=kind,
        on_hand_delta=on_hand,
        reserved_delta=reserved,
        unavailable_delta=0,
        order_id=None if received else past.claim.order_id,
        line_no=None if received else past.claim.line_no,
        reference=past.reference if received else None,
        at=past.claimed_at,
    )


async def _record(conn: db.Connection, market: MarketId, claims: Sequence[PastClaim]) -> None:
    await db.execute(
        conn, Q["record_past_claims"],
        market=market,
        order_ids=[past.claim.order_id for past in claims],
        line_nos=[past.claim.line_no for past in claims],
        skus=[past.claim.sku for past in claims],
        node_ids=[past.claim.node_id for past in claims],
        quantities=[past.claim.quantity for past in claims],
        consumeds=[past.claim.quantity if past.left_at else 0 for past in claims],
    )  # fmt: skip
