"""Turn orders away before anything is claimed for them: of what is sold out, and out of turn.

When ten thousand want what a hundred can have, most of them get nothing, and that must be cheap. A
batch is planned on the view, the rows of what it is short of are read, its keys and external ids
are looked up, and whoever has nothing there is refused: some reads, no write, no transaction.

It is refused with the words of the whole way, and on the same rows. They are read before the keys:
a twin of a request that has just taken the last unit is found by its key then, and is answered as
it was; one that is taking it has not committed, so that the rows still show the unit and the order
goes the whole way, where it waits for its twin.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot.inventory import browse as stock
from entrepot.inventory.states import LaunchState
from entrepot.journey import door
from entrepot.journey.asking import Need
from entrepot.journey.known import twins
from entrepot.journey.placing import NotTaken, Placing
from entrepot.journey.plan import Draft, sketched
from entrepot.journey.refusals import missed, refusal
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.network.read import version
from entrepot.orders import browse as orders
from entrepot.orders.model import Backorder
from entrepot.orders.rules import service_of
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.mint import MINT
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.model import NoPlan, WhyNoPlan
from entrepot.terms.ids import ChannelId, LineNo, OrderId, Sku

AGAIN_WITHIN = timedelta(milliseconds=250)
"""A sku that was found short is looked for early so long, from each time its rows are read: a crowd
comes faster than that, and what nobody crowds for goes the whole way."""


@dataclass(frozen=True, slots=True)
class _Short:
    """A refusal, and what was missing. `bare`: there was not one unit, of whatever it is."""

    refusal: NotTaken
    missing: Sequence[tuple[Sku, int]]
    bare: bool = False


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
    skus = sorted({sku for each in short.values() for sku, _ in each.missing})
    believed = market.stock.state(skus)
    async with pool.acquire() as conn:
        if market.guides is not None and await version(conn, market.id) != market.network.version:
            return {}  # others may be allowed by now
        bare = all(each.bare for each in short.values())
        if short and await _still(conn, market, believed, at, bare=bare):
            away |= {place: each.refusal for place, each in short.items()}
        for place in await _known(conn, market, placings, list(away)):
            del away[place]
    return away


def note(market: Market, drafts: Iterable[Draft], at: datetime) -> None:
    """Remember what these orders were refused for, whose rows were just read."""
    _remember(market, {sku for draft in drafts for sku, _ in _missing(draft)}, at)


def _remember(market: Market, skus: Iterable[Sku], at: datetime) -> None:
    market.stock.scarce |= dict.fromkeys(skus, at + AGAIN_WITHIN)


def _missing(draft: Draft) -> Sequence[tuple[Sku, int]]:
    answer = draft.answer
    if isinstance(answer, NoPlan) and answer.why is WhyNoPlan.SHORT and not draft.waiting:
        return answer.missing
    return ()


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
) -> dict[int, _Short]:
    """Give, by place, the orders that are short of nothing but what was just found short."""
    stock = market.stock
    stock.scarce = {sku: until for sku, until in stock.scarce.items() if until > at}
    scarce = {sku for sku in stock.scarce if not _is_opening(market, sku, at)}
    if not scarce:
        return {}
    asked = {
        place: _needs(market, placing)
        for place, placing in enumerate(placings)
        if place not in passed and _may_be_refused(market, placing)
    }
    wanted = {
        place: needs
        for place, needs in asked.items()
        if not scarce.isdisjoint([need[1] for need in needs])
    }
    found = dict(_bare(market, placings, wanted, scarce, at))
    rest = [place for place in wanted if place not in found]
    return found | _planned_short(market, placings, rest, scarce, at) if rest else found


def _bare(
    market: Market,
    placings: Sequence[Placing],
    wanted: Mapping[int, Sequence[Need]],
    scarce: Collection[Sku],
    at: datetime,
) -> Iterator[tuple[int, _Short]]:
    """Refuse without a plan who wants nothing but skus of which not one unit is left anywhere.

    Where the service goes to every zone, no destination is refused for a reason that comes first.
    """
    stock, compiled = market.stock, market.compiled
    gone = {sku for sku, (_, free) in stock.of(scarce).items() if not free.any()}
    standing = Standing(compiled, compiled.days(at), {})
    everywhere: dict[tuple[str, str], bool] = {}
    for place, needs in wanted.items():
        order = placings[place].order
        if order.method is not Method.SHIP or not gone.issuperset([need[1] for need in needs]):
            continue
        way = (order.channel, service_of(order))
        if way not in everywhere:
            everywhere[way] = _goes_everywhere(standing, *way)
        if everywhere[way]:
            units: dict[Sku, int] = {}
            for _, sku, quantity in needs:
                units[sku] = units.get(sku, 0) + quantity
            answer = NoPlan(WhyNoPlan.SHORT, tuple(units.items()))
            no = missed(answer, needs, market.launches, at, known_service=True)
            yield place, _Short(no, answer.missing, bare=True)


def _goes_everywhere(standing: Standing, channel: str, service: str) -> bool:
    able = standing.able(ChannelId(channel), Method.SHIP)
    return able is not None and bool(able.any()) and bool(standing.reached((service,))[1:].all())


def _planned_short(
    market: Market,
    placings: Sequence[Placing],
    places: Sequence[int],
    scarce: Collection[Sku],
    at: datetime,
) -> dict[int, _Short]:
    """Plan these orders on the view, and refuse who is short by that."""
    made = _planned(market, placings, places, at)
    if any(draft.plan for draft in made.values()):
        # Those who can be served must not stand in the way of the others: it is not sure that they
        # will be. Where without them somebody else could be, all go the whole way.
        rest = [place for place, draft in made.items() if not draft.plan]
        made = _planned(market, placings, rest, at)
        if any(draft.plan for draft in made.values()):
            return {}
    return {
        place: _Short(no, missing)
        for place, draft in made.items()
        if not draft.asking.unknown
        and (missing := _missing(draft))
        and all(sku in scarce for sku, _ in missing)
        and (no := refusal(draft, market.compiled.services, market.launches, at))
    }


def _is_opening(market: Market, sku: Sku, at: datetime) -> bool:
    """Say whether a sku's launch may have opened since this process last heard of it."""
    launch = market.launches.get(sku)
    return launch is not None and launch.state == LaunchState.PLANNED and at >= launch.opens_at


def _may_be_refused(market: Market, placing: Placing) -> bool:
    """Say whether an order is refused for what is missing; who might wait goes the whole way."""
    order = placing.order
    return (
        (market.guides is None or not market.guides.lenient)
        and not placing.fact
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


def _needs(market: Market, placing: Placing) -> list[Need]:
    """Give what an order is made of, as far as its items are known."""
    items = market.catalog.items
    needs: list[Need] = []
    for number, line in enumerate(placing.order.lines, start=1):
        no, sku = LineNo(number), Sku(line.sku)
        made = items.get(sku)
        parts = made.parts if made is not None else ()
        needs += [(no, part.sku, part.quantity * line.quantity) for part in parts]
        if not parts:
            needs.append((no, sku, line.quantity))
    return needs


async def _still(
    conn: db.Connection,
    market: Market,
    believed: Mapping[Sku, tuple[object, ...]],
    at: datetime,
    *,
    bare: bool,
) -> bool:
    """Read the rows of what is missing: whether they are what these refusals were made on.

    Not whether they are news to the view: it may have heard of them meanwhile from another batch.
    Of what is gone altogether nothing is owed to anybody either.
    """
    skus = list(believed)
    market.stock.replace(skus, await stock.free_of_skus(conn, market.id, skus))
    if not bare:
        market.stock.owe(skus, await stock.owed(conn, market.id, skus))
    if market.stock.state(skus) != believed:
        return False
    _remember(market, skus, at)
    return True


async def _known(
    conn: db.Connection, market: Market, placings: Sequence[Placing], places: Sequence[int]
) -> set[int]:
    """Find those who have been answered before, by their keys and their external ids."""
    kept = await idempotency.kept_at(conn, market.id, {p: placings[p].key for p in places})
    externals = {
        (placings[place].order.channel, placings[place].order.external_id): place
        for place in places
    }  # fmt: skip
    there = await orders.known(conn, market.id, list(externals))
    return kept.keys() | {externals[each.channel, each.external_id] for each in there}
