"""Reserve for orders that come out of carts: each takes over its own cart's claims, without a gap.

What a cart holds is its order's already: it is not asked for again, and no guard can refuse it,
whatever became of the position meanwhile. Only what the order wants beyond that is reserved. A cart
has drawn on no protection: its order draws for all it takes, what was held included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import carts_rules, let_go, rules, store
from entrepot.inventory.carts_model import CartClaim, Held
from entrepot.inventory.reserve import GuardFailed, Reserving
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId
from entrepot.terms.outcome import Done


@dataclass(frozen=True, slots=True)
class Taking:
    """What `reserve` answers, and what the carts held that their orders did not want."""

    reserving: Reserving
    spare: list[CartClaim]


async def take_carts(
    conn: db.Connection,
    market: MarketId,
    baskets: Sequence[rules.Basket],
    carts: Mapping[int, tuple[OrderId, Held]],
    *,
    at: datetime,
) -> Taking:
    """Answer every basket in order, as `reserve` does; `carts` are locked, live, by basket.

    The carts of orders that are refused stay as they are. The caller owns the transaction.
    """
    keys = {(claim.sku, claim.node_id) for basket in baskets for claim in basket}
    keys |= {(c.sku, c.node_id) for _, held in carts.values() for c in held.claims}
    positions = await store.positions_for_update(conn, market, sorted(keys))

    more = [
        carts_rules.beyond(basket, carts[at_][1]) if at_ in carts else basket
        for at_, basket in enumerate(baskets)
    ]
    answers = rules.share_out(more, positions)
    taken = [at_ for at_, answer in enumerate(answers) if isinstance(answer, Done)]
    ended = [
        carts_rules.handed_over(carts[at_][1], baskets[at_], carts[at_][0])
        for at_ in taken
        if at_ in carts
    ]

    if ended:
        await let_go.end(conn, market, ended, at=at)
    claims = rules.merged([claim for at_ in taken for claim in baskets[at_]])
    drawn = rules.drawn_after(claims, positions)
    totals = dict.fromkeys(drawn, 0)
    totals |= rules.totals([claim for at_ in taken for claim in more[at_]])
    if claims and await store.record_reservations(conn, market, totals, claims, drawn, at) != len(
        totals
    ):
        raise GuardFailed("a position changed under its lock")
    whole = [Done(baskets[at_]) if isinstance(a, Done) else a for at_, a in enumerate(answers)]
    return Taking(Reserving(whole, positions), [c for each in ended for c in each.spare])
