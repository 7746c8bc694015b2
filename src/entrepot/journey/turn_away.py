"""Turn orders away before anything is claimed for them: of what is sold out, and out of turn.

When ten thousand want what a hundred can have, most of them get nothing, and that must be cheap. A
batch is planned on the view, the rows of what it is short of are read, its keys and external ids
are looked up, and whoever has nothing there is refused: some reads, no write, no transaction.

It is refused with the words of the whole way, and on the same rows. They are read before the keys:
a twin of a request that has just taken the last unit is found by its key then, and is answered as
it was; one that is taking it has not committed, so that the rows still show the unit and the order
goes the whole way, where it waits for its twin.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from entrepot.inventory import browse as stock
from entrepot.inventory.states import LaunchState
from entrepot.journey import door
from entrepot.journey.asking import Need
from entrepot.journey.known import twins
from entrepot.journey.placing import NotTaken, Placing
from entrepot.journey.plan import Draft, sketched
from entrepot.journey.refusals import refusal
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.orders.model import Backorder
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.mint import MINT
from entrepot.sourcing.model import NoPlan, WhyNoPlan
from entrepot.terms.ids import LineNo, OrderId, Sku

AGAIN_WITHIN = timedelta(milliseconds=250)
"""A sku that was found short is looked for early so long, from each time its rows are read: a crowd
comes faster than that, and what nobody crowds for goes the whole way."""


async def turn_away(
    pool: db.Pool, market: Market, placings: Sequence[Placing]
) -> dict[int, NotTaken]:
    """Give, by place, the refusals that the whole way would come to; the others are to go it.

    Only orders that refuse missing units are refused for them: no fact of a channel, no cart.
    """
    at = mint.now()
    later = set(twins(placings))
    away = dict(_out_of_turn(market, placings, later, at)) if market.launches else {}
    short = _short(market, placings, later | away.keys(), at)
    if not away and not short:
        return {}
    async with pool.acquire() as conn:
        if short and not await _still(conn, market, short.values(), at):
            short = {}
        away |= {place: no for place, draft in short.items() if (no := _refusal(market, draft, at))}
        for place in await _known(conn, market, placings, list(away)):
            del away[place]
    return away


def note(market: Market, drafts: Iterable[Draft], at: datetime) -> None:
    """Remember what these orders were refused for, whose rows were just read."""
    market.stock.scarce |= {
        sku: at + AGAIN_WITHIN for draft in drafts for sku, _ in _missing(draft)
    }  # fmt: skip


def _missing(draft: Draft) -> Sequence[tuple[Sku, int]]:
    answer = draft.answer
    short = isinstance(answer, NoPlan) and answer.why is WhyNoPlan.SHORT and not draft.waiting
    return answer.missing if short and isinstance(answer, NoPlan) else ()


def _refusal(market: Market, draft: Draft, at: datetime) -> NotTaken | None:
    return refusal(draft, market.compiled.services, market.launches, at)


def _out_of_turn(
    market: Market, placings: Sequence[Placing], later: Collection[int], at: datetime
) -> Iterator[tuple[int, NotTaken]]:
    launches = market.launches
    for place, placing in enumerate(placings):
        if placing.fact or placing.order.reservation or place in later:
            continue
        waits = placing.order.backorder is not Backorder.REFUSE
        needs = [
            need
            for need in _needs(market, placing)
            if (launch := launches.get(need[1])) and not (waits and at < launch.opens_at)
        ]
        if needs:
            answer = door.passes(market.id, launches, needs, placing.ticket, at)
            if isinstance(answer, NotTaken):
                yield place, answer


def _short(
    market: Market, placings: Sequence[Placing], passed: Collection[int], at: datetime
) -> dict[int, Draft]:
    """Give, by place, the orders that are short of nothing but what was just found short."""
    scarce = {sku: until for sku, until in market.stock.scarce.items() if until > at}
    market.stock.scarce = scarce
    if not scarce:
        return {}
    places = [
        place
        for place, placing in enumerate(placings)
        if place not in passed and _may_be_refused(placing)
        and any(need[1] in scarce for need in _needs(market, placing))
    ]  # fmt: skip
    made = _planned(market, placings, places, at)
    if any(draft.plan for draft in made.values()):
        # Those who can be served must not stand in the way of the others: it is not sure that they
        # will be. Where without them somebody else could be, all go the whole way.
        rest = [place for place, draft in made.items() if not draft.plan]
        made = _planned(market, placings, rest, at)
        if any(draft.plan for draft in made.values()):
            return {}
    return {
        place: draft
        for place, draft in made.items()
        if not draft.asking.unknown
        and (missing := _missing(draft))
        and all(sku in scarce and not _is_opening(market, sku, at) for sku, _ in missing)
    }


def _is_opening(market: Market, sku: Sku, at: datetime) -> bool:
    """Say whether a sku's launch may have opened since this process last heard of it."""
    launch = market.launches.get(sku)
    return launch is not None and launch.state == LaunchState.PLANNED and at >= launch.opens_at


def _may_be_refused(placing: Placing) -> bool:
    order = placing.order
    return (
        not placing.fact
        and not placing.digital
        and not order.reservation
        and order.backorder is Backorder.REFUSE
    )


def _planned(
    market: Market, placings: Sequence[Placing], places: Sequence[int], at: datetime
) -> dict[int, Draft]:
    ids = [OrderId(each) for each in MINT.ids(len(places))]
    made = sketched(market, [placings[place] for place in places], ids, at)
    return dict(zip(places, made, strict=True))


def _needs(market: Market, placing: Placing) -> Iterator[Need]:
    """Give what an order is made of, as far as its items are known."""
    items = market.catalog.items
    for number, line in enumerate(placing.order.lines, start=1):
        made = items.get(Sku(line.sku))
        if made is None or not made.parts:
            yield LineNo(number), Sku(line.sku), line.quantity
            continue
        for part in made.parts:
            yield LineNo(number), part.sku, part.quantity * line.quantity


async def _still(
    conn: db.Connection, market: Market, drafts: Iterable[Draft], at: datetime
) -> bool:
    """Read the rows of what is missing: whether they are what these refusals were made on."""
    skus = sorted({sku for draft in drafts for sku, _ in _missing(draft)})
    rows = await stock.free_of_skus(conn, market.id, skus)
    changed = market.stock.owe(skus, await stock.owed(conn, market.id, skus))
    if market.stock.replace(skus, rows) or changed:
        return False
    note(market, drafts, at)
    return True


async def _known(
    conn: db.Connection, market: Market, placings: Sequence[Placing], places: Sequence[int]
) -> set[int]:
    """Find those who have been answered before, by their keys and their external ids."""
    keys = {place: key for place in places if (key := placings[place].key) is not None}
    kept = await idempotency.kept(conn, market.id, list(keys.values()))
    externals = {
        (placings[place].order.channel, placings[place].order.external_id): place
        for place in places
    }  # fmt: skip
    there = await orders.known(conn, market.id, list(externals))
    found = {place for place, key in keys.items() if (key.principal, key.key) in kept}
    return found | {externals[each.channel, each.external_id] for each in there}
