"""Hold stock for many carts at once: all of a batch in one commit, each whole, each under its key.

    look the keys up -> plan on the view -> claim the keys with their answers
    -> lock the positions, share out -> carts, claims, ledger -> commit

Four statements, however many carts. Who is refused by the locked rows is planned again, in another
transaction, on a view that knows better by then; a refusal writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.inventory import ticket
from entrepot.inventory.carts_model import CartClaim, NewCart
from entrepot.inventory.carts_rules import basket
from entrepot.inventory.hold import Holding, hold
from entrepot.inventory.model import Free
from entrepot.journey.cart_receipt import receipt
from entrepot.journey.hold import OldNetwork, Sketch, Wish, planned, refusal
from entrepot.journey.let_go import claims_of
from entrepot.journey.let_in import Entry, Guest, let_in
from entrepot.journey.placing import BATCHES_MAX, NotTaken, Why
from entrepot.journey.withhold import guarded
from entrepot.journey.world import Market, World
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.idempotency import Key
from entrepot.plumbing.model import Kept
from entrepot.terms.ids import MarketId, NodeId, Sku
from entrepot.terms.outcome import Done

_encode = msgspec.json.Encoder().encode


class Asked(msgspec.Struct, frozen=True):
    """One request to hold a cart."""

    wish: Wish
    key: Key | None = None


class Reserved(msgspec.Struct, frozen=True):
    """The cart is held. `document` is its receipt; `replayed`: it was given before this request."""

    document: bytes
    cart_id: UUID | None
    replayed: bool = False


Answer = Reserved | NotTaken


async def keep_carts(
    pool: db.Pool, world: World, market_id: MarketId, asked: Sequence[Asked]
) -> list[Answer]:
    """Answer every request, in order: all of one market, each batch its own transaction."""
    market = await world.market(market_id)
    answers: dict[int, Answer] = {}
    fruitless = 0
    while fruitless < BATCHES_MAX:
        places = [place for place in range(len(asked)) if place not in answers]
        if not places:
            break
        fruitless += 1
        batch = _Batch(market, [asked[place] for place in places])
        try:
            answered = await db.in_transaction(pool, batch.run)
        except OldNetwork:
            await world.refresh(market_id)
            continue
        except BaseException:
            batch.disbelieve()
            raise
        answers |= {places[at]: answer for at, answer in answered.items()}
        fruitless = 0 if answered else fruitless
    contended = NotTaken(Why.CONTENDED, detail="others keep taking the same stock; try again")
    return [answers.get(place, contended) for place in range(len(asked))]


@dataclass(slots=True)
class _Batch:
    """One transaction's worth; `believed` is what the stock view was told before its commit."""

    market: Market
    asked: Sequence[Asked]
    believed: list[CartClaim] = field(default_factory=list)

    async def run(self, conn: db.Connection) -> dict[int, Answer]:
        """Answer what can be answered now, by place; what is missing is to be asked again."""
        self.disbelieve()  # what an earlier try believed was rolled back
        at, market = mint.now(), self.market
        first = _without_twins(self.asked)
        answers = await self._answered_before(conn, first)
        fresh = [place for place in first if place not in answers]
        wishes = [self.asked[place].wish for place in fresh]
        sketches = dict(zip(fresh, await planned(conn, market, wishes, at), strict=True))
        carts = {n: cart for n, s in sketches.items() if (cart := s.cart(at)) is not None}
        made = {n: Reserved(_encode(receipt(c, at)), c.cart_id) for n, c in carts.items()}
        others = await self._claim(conn, fresh, made, at)
        going = {n: cart for n, cart in carts.items() if n not in others}
        entry = await self._let_in(conn, [sketches[n] for n in going], at)
        barred = {
            n: entry.refused[c.cart_id] for n, c in going.items() if c.cart_id in entry.refused
        }
        let = {n: cart for n, cart in going.items() if n not in barred}
        held = await self._hold(conn, let, sketches, at)
        await ticket.give_back(conn, market.id, entry.unused([let[n].cart_id for n in held]))
        answers |= {n: made[n] for n in held}
        refused = barred | {
            n: refusal(market, s, at) for n, s in sketches.items() if n not in carts.keys() | others
        }
        answers |= refused
        unused = refused.keys() | (going.keys() - held)
        keys = [key for n in unused if (key := self.asked[n].key) is not None]
        await idempotency.give_back(conn, market.id, keys)
        return answers

    def disbelieve(self) -> None:
        """Let the view forget what it was told."""
        self.market.stock.give_back(claims_of(self.believed))
        self.believed.clear()

    async def _answered_before(
        self, conn: db.Connection, places: Iterable[int]
    ) -> dict[int, Answer]:
        keys = {place: self.asked[place].key for place in places}
        kept = await idempotency.kept_at(conn, self.market.id, keys)
        return {
            place: _replay(key, found)
            for place, found in kept.items()
            if (key := keys[place]) is not None
        }

    async def _claim(
        self, conn: db.Connection, places: Sequence[int], made: Mapping[int, Reserved], at: datetime
    ) -> set[int]:
        """Claim the keys, with the answers of those that have one; gives whose key is another's.

        Who is refused claims it too: the same request may be under way elsewhere, and be granted.
        """
        keys = {place: key for place in places if (key := self.asked[place].key) is not None}
        answers = [made.get(place) for place in keys]
        mine = await idempotency.claim_answered(
            conn, self.market.id, list(keys.values()),
            [answer.document if answer else None for answer in answers],
            [answer.cart_id if answer else None for answer in answers], at=at,
        )  # fmt: skip
        return {place for place, key in keys.items() if (key.principal, key.key) not in mine}

    async def _let_in(self, conn: db.Connection, sketches: Sequence[Sketch], at: datetime) -> Entry:
        """Turn away who may not have a launch's skus now; the others' tickets are used."""
        if not self.market.launches:
            return Entry()
        guests = [Guest(each.cart_id, each.needs, each.wish.ticket) for each in sketches]
        return await let_in(conn, self.market, guests, at=at)

    async def _hold(
        self,
        conn: db.Connection,
        carts: Mapping[int, NewCart],
        sketches: Mapping[int, Sketch],
        at: datetime,
    ) -> set[int]:
        """Hold them; gives the places of those that are held. The view believes all at once."""
        if not carts:
            return set()
        self._believe(carts.values())
        baskets = [
            guarded(self.market, basket(cart), sketches[n].ask.buyer, at)
            for n, cart in carts.items()
        ]
        holding = await hold(conn, self.market.id, list(carts.values()), at=at, baskets=baskets)
        held = [n for n, a in zip(carts, holding.answers, strict=True) if isinstance(a, Done)]
        if len(held) < len(carts):
            self._learn(holding, [carts[n] for n in held])
        return set(held)

    def _believe(self, carts: Iterable[NewCart]) -> None:
        """Let the view know at once: the next batch plans while this one commits."""
        for cart in carts:
            for claim in cart.claims:
                self.market.stock.take(claim.sku, claim.node_id, claim.quantity)
                self.believed.append(claim)

    def _learn(self, holding: Holding, held: Sequence[NewCart]) -> None:
        """Where the rows held less than was believed, believe the rows."""
        self.believed = [claim for cart in held for claim in cart.claims]
        less: dict[tuple[Sku, NodeId], int] = {}
        for claim in self.believed:
            key = (claim.sku, claim.node_id)
            less[key] = less.get(key, 0) + claim.quantity
        self.market.stock.put(
            Free(p.sku, p.node_id, max(0, p.free - less.get((p.sku, p.node_id), 0)), p.drawn)
            for p in holding.seen
        )


def _without_twins(asked: Sequence[Asked]) -> list[int]:
    """Give the places whose key no earlier one of the batch has: the others come later."""
    seen: set[tuple[str, str]] = set()
    first = []
    for place, each in enumerate(asked):
        if each.key is not None:
            key = (each.key.principal, each.key.key)
            if key in seen:
                continue
            seen.add(key)
        first.append(place)
    return first


def _replay(key: Key, kept: Kept) -> Answer:
    if kept.fingerprint != key.fingerprint or kept.answer is None:
        detail = f"the key {key.key!r} was used for another request"
        return NotTaken(Why.KEY_REUSED, detail=detail)
    return Reserved(kept.answer, kept.subject, replayed=True)
