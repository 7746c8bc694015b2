"""Reserve stock for a batch of orders: load, decide, write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import rules, store
from entrepot.inventory.model import Position
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done


class GuardFailed(Exception):  # noqa: N818 - what happened
    """The statement's own guard refused what the locked rows had allowed: never commit this."""


@dataclass(frozen=True, slots=True)
class Reserving:
    """The answers, in the order asked, and the positions as they were seen under the lock."""

    answers: list[rules.Reserved]
    seen: list[Position]


async def reserve(
    conn: db.Connection, market: MarketId, baskets: Sequence[rules.Basket], *, at: datetime
) -> Reserving:
    """Answer every basket in order, each whole or not at all. The caller owns the transaction.

    Positions stay locked until it ends. Raises GuardFailed where the guard of the write and the
    decision disagree, which only a writer outside this capability could bring about.
    """
    keys = sorted({(claim.sku, claim.node_id) for basket in baskets for claim in basket})
    if not keys:
        return Reserving([Done(basket) for basket in baskets], [])
    positions = await store.positions_for_update(conn, market, keys)

    answers = rules.share_out(baskets, positions)

    claims = rules.merged([c for a in answers if isinstance(a, Done) for c in a.value])
    totals = rules.totals(claims)
    drawn = rules.drawn_after(claims, positions)
    if claims and await store.record_reservations(conn, market, totals, claims, drawn, at) != len(
        totals
    ):
        raise GuardFailed("a position changed under its lock")
    return Reserving(answers, positions)
