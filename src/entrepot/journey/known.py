"""Sort a batch before anything is planned: what was asked before, what is asked twice at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from entrepot.journey.out_of_cart import Carts, carts_of
from entrepot.journey.placing import NotTaken, Placed, Placing, Taken, Why
from entrepot.orders import browse as orders
from entrepot.orders.model import Fault
from entrepot.plumbing import db, idempotency
from entrepot.terms.ids import MarketId, OrderId


@dataclass(slots=True)
class Sorted:
    """Places in the batch: answered already, to be planned now, to wait for a twin's answer."""

    answers: dict[int, Placed] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    replayed: set[int] = field(default_factory=set)
    carts: Carts = field(default_factory=Carts)

    def replays_key(self, place: int) -> bool:
        """Whether the request's key was another's before: it is not ours to give back."""
        return place in self.replayed


async def sort_out(
    conn: db.Connection,
    market: MarketId,
    placings: Sequence[Placing],
    ids: Sequence[OrderId],
    *,
    at: datetime,
) -> Sorted:
    """Claim the keys, look the external ids up, lock the carts. The caller gives claims back.

    The same key with the same request is answered as before, with another request refused; the same
    order under another key is answered with the first one, another order under its external id is
    refused. Raises Lapsed for carts that have expired and were not swept yet.
    """
    sorted_ = Sorted(later=twins(placings))
    first = [at_ for at_ in range(len(placings)) if at_ not in set(sorted_.later)]
    await _by_key(conn, market, placings, ids, first, sorted_, at=at)
    await _by_external_id(conn, market, placings, first, sorted_)
    await _by_cart(conn, market, placings, first, sorted_, at=at)
    sorted_.fresh = [place for place in first if place not in sorted_.answers]
    return sorted_


def twins(placings: Sequence[Placing]) -> list[int]:
    """Give the requests whose key, external id or cart an earlier one has: they come later."""
    carts: set[UUID] = set()
    keys: set[tuple[str, str]] = set()
    externals: set[tuple[str, str]] = set()
    later = []
    for place, placing in enumerate(placings):
        external = (placing.order.channel, placing.order.external_id)
        key = (placing.key.principal, placing.key.key) if placing.key else None
        cart = placing.order.reservation
        if external in externals or (key is not None and key in keys) or (cart and cart in carts):
            later.append(place)
            continue
        if cart:
            carts.add(cart)
        externals.add(external)
        if key is not None:
            keys.add(key)
    return later


async def _by_key(  # noqa: PLR0913 - the batch, and where its answers go
    conn: db.Connection,
    market: MarketId,
    placings: Sequence[Placing],
    ids: Sequence[OrderId],
    places: Sequence[int],
    sorted_: Sorted,
    *,
    at: datetime,
) -> None:
    keyed = {place: key for place in places if (key := placings[place].key) is not None}
    if not keyed:
        return
    kept = await idempotency.claim(
        conn, market, list(keyed.values()), [ids[place] for place in keyed], at=at
    )
    if not kept:
        return
    subjects = [answer.subject for answer in kept.values() if answer.subject is not None]
    documents = await orders.documents(conn, market, subjects)
    for place, key in keyed.items():
        answer = kept.get((key.principal, key.key))
        if answer is None:
            continue
        sorted_.replayed.add(place)
        if answer.fingerprint != key.fingerprint or answer.subject is None:
            sorted_.answers[place] = NotTaken(Why.KEY_REUSED, detail=key.key)
        else:
            document = documents[answer.subject]
            sorted_.answers[place] = Taken(answer.subject, document, replayed=True)


async def _by_external_id(
    conn: db.Connection,
    market: MarketId,
    placings: Sequence[Placing],
    places: Sequence[int],
    sorted_: Sorted,
) -> None:
    wanted = {
        (placings[place].order.channel, placings[place].order.external_id): place
        for place in places
        if place not in sorted_.answers
    }
    for known in await orders.known(conn, market, list(wanted)):
        place = wanted[known.channel, known.external_id]
        if known.fingerprint == placings[place].fingerprint or placings[place].fact:
            sorted_.answers[place] = Taken(known.order_id, known.document, replayed=True)
        else:
            detail = f"order {known.order_id} has the external id {known.external_id!r}"
            fault = Fault("/external_id", "stands on a different order of this channel")
            sorted_.answers[place] = NotTaken(Why.EXTERNAL_ID, (fault,), detail)


async def _by_cart(
    conn: db.Connection,
    market: MarketId,
    placings: Sequence[Placing],
    places: Sequence[int],
    sorted_: Sorted,
    *,
    at: datetime,
) -> None:
    wanted = {
        place: placings[place]
        for place in places
        if placings[place].order.reservation and place not in sorted_.answers
    }
    if wanted:
        sorted_.carts = await carts_of(conn, market, wanted, at=at)
        sorted_.answers |= sorted_.carts.refused
