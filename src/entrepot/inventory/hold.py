"""Hold stock for carts, let it be held longer, and say what is held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.inventory import carts_rules, carts_store, rules, store
from entrepot.inventory.carts_model import Cart, Held, NewCart, WhyNotLive
from entrepot.inventory.model import Position, WhyNotReserved
from entrepot.inventory.reserve import GuardFailed
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused

Extended = Outcome[Cart, WhyNotLive]


@dataclass(frozen=True, slots=True)
class Holding:
    """The answers, in the order asked, and the positions as they were seen under the lock."""

    answers: list[Outcome[NewCart, WhyNotReserved]]
    seen: list[Position]


async def hold(
    conn: db.Connection,
    market: MarketId,
    carts: Sequence[NewCart],
    *,
    at: datetime,
    baskets: Sequence[rules.Basket] | None = None,
) -> Holding:
    """Answer every cart in order, each whole or not at all: two statements, however many.

    `baskets` are their claims with what must stay where they are; None: nothing must. Whatever they
    say, a cart draws on no segment's protection: what it keeps is off the shelf, and its order
    draws. The caller owns the transaction. Raises GuardFailed as `reserve` does.
    """
    if baskets is None:
        baskets = [carts_rules.basket(cart) for cart in carts]
    keys = store.keys_of(claim for cart in carts for claim in cart.claims)
    positions = await store.positions_for_update(conn, market, keys)

    shared = rules.share_out(baskets, positions)
    answers: list[Outcome[NewCart, WhyNotReserved]] = [
        Done(cart) if isinstance(answer, Done) else answer
        for cart, answer in zip(carts, shared, strict=True)
    ]

    done = [answer.value for answer in answers if isinstance(answer, Done)]
    totals = rules.totals(
        [c for answer in shared if isinstance(answer, Done) for c in answer.value]
    )
    if done and await carts_store.write(conn, market, done, totals, at=at) != len(totals):
        raise GuardFailed("a position changed under its lock")
    return Holding(answers, positions)


async def extend(
    conn: db.Connection, market: MarketId, wished: Mapping[UUID, int], *, at: datetime
) -> dict[UUID, Extended]:
    """Hold carts for so many seconds from `at` on; answers each as it is then.

    Refused where the cart is not live, or can be held no longer. The caller owns the transaction.
    """
    found = {cart.cart_id: cart for cart in await carts_store.lock(conn, market, list(wished))}
    answers: dict[UUID, Extended] = {}
    ends: dict[UUID, datetime] = {}
    for cart_id, ttl_s in wished.items():
        cart = found.get(cart_id)
        why = carts_rules.why_not_live(cart, at)
        until = None if cart is None or why else carts_rules.extended(cart, at, ttl_s)
        if cart is None or until is None:
            answers[cart_id] = Refused(why or WhyNotLive.OLD)
            continue
        ends[cart_id] = until
        answers[cart_id] = Done(carts_rules.until(cart, until))
    await carts_store.extend(conn, market, ends)
    return answers


async def lock(conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Lock carts with their claims, for an order that takes them over or a shopper who lets go."""
    return await carts_store.with_claims(
        conn, market, await carts_store.lock(conn, market, cart_ids)
    )


async def look(conn: db.Connection, market: MarketId, cart_id: UUID) -> Held | None:
    """Read a cart with its claims; None where there is none, or it ended long ago."""
    found = await carts_store.carts(conn, market, [cart_id])
    return (await carts_store.with_claims(conn, market, found)).get(cart_id)
