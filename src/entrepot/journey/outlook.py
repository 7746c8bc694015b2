"""What is to come, as far as past orders and the shelves say: what look-ahead looks at. Reads only.

The newest orders say what is ordered, how many skus together, from where and how it is sent; the
rows say what is there. Of all skus those are looked at that will run out first: what there is
plenty of is worth nothing to the orders still to come. Where waves may still move what is planned,
those orders are known, and what they hold is there for all.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.inventory import browse as inventory
from entrepot.inventory import velocity
from entrepot.inventory.chapters import first_id_at
from entrepot.journey.here import Here
from entrepot.journey.model import LengthCount, PlaceCount, ServiceCount, Span, UnitsOrdered
from entrepot.journey.wave_look import Movable, last_day_of, look
from entrepot.journey.world import Market
from entrepot.plumbing import db, sql
from entrepot.policies.ahead import LookAhead, Overstock
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.forecast import Forecast, corrected_rates
from entrepot.sourcing.laid_out import fits
from entrepot.sourcing.lookahead import Outlook
from entrepot.sourcing.model import EXACT_LINES_MAX, Ask, Due
from entrepot.sourcing.parcels import Sending
from entrepot.terms.geo import located
from entrepot.terms.ids import NodeId, Sku, uuid7_ms

Q = sql.load(__package__, "outlook.sql")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ORDERS_MAX: Final = 50_000
"""Orders that the forecast looks at: more say the same."""

PLACES_MAX: Final = 1_000
"""Areas that orders come from: all of the first three signs of US postal codes, and some."""

SKUS_MAX: Final = 20_000
UNITS_MAX: Final = 30_000
"""Units in each day that is drawn, over the whole time: what is priced within a minute or two."""

PLENTY: Final = 5.0
"""What lasts so many times as long as it has to is not scarce: it has no price."""

ERROR: Final = 0.3
"""How wrong past sales are of the next days', as the spread of their logarithm."""

LATELY: Final = 0.25
"""The last part of the history: what sold in it corrects what the rest says."""

DAY_S: Final = 86_400
LEAST_DAYS: Final = 1.0 / 24
"""An hour of orders is the least that a day is told from."""


async def outlook(here: Here, market: Market, rules: LookAhead) -> Outlook | None:
    """Say what is to come; None where nothing was ordered or nothing is there to be priced."""
    since = here.at - timedelta(days=rules.history_days)
    span = await _span(here, since)
    if span is None:
        return None
    from_id = span.first_id
    days = max((here.at.timestamp() - uuid7_ms(from_id) / 1000) / DAY_S, LEAST_DAYS)
    where = {"market": here.market, "from_id": from_id}
    lately = first_id_at(here.at - timedelta(days=days * LATELY))
    ordered = await db.fetch(
        here.conn, Q["ordered_units"], UnitsOrdered, most=SKUS_MAX, lately=lately, **where
    )
    await market.catalog.fetch_missing(here.conn, {row.sku for row in ordered})
    rates = rates_of(ordered, days)
    stock = await _stock(here, market, [row.sku for row in ordered])
    chosen = _scarcest(rates, stock, rules.days)
    if not len(chosen):
        return None
    skus = tuple(ordered[at].sku for at in chosen)
    forecast = _forecast(
        market,
        skus,
        rates[chosen],
        await db.fetch(here.conn, Q["ordered_places"], PlaceCount, most=PLACES_MAX, **where),
        await db.fetch(here.conn, Q["ordered_lengths"], LengthCount, most=EXACT_LINES_MAX, **where),
        await db.fetch(here.conn, Q["ordered_services"], ServiceCount, **where),
    )
    if forecast is None:
        return None
    orders = await _movable(here, market)
    await here.world.fresh_load(here.conn, market)
    standing = market.standing(here.at)
    markdown = await _markdown(here, market, rules.overstock, skus, stock[chosen])
    known, units, room = _held(orders, skus, standing)
    return Outlook(
        forecast, standing, stock[chosen] + units, standing.room.clip(0) + room, rules.days,
        _left_of_day(here.at), known, markdown, rules.unserved,
    )  # fmt: skip


def rates_of(ordered: Sequence[UnitsOrdered], days: float) -> Floats:
    """Say what is ordered a day, float64[S]: as before, corrected by what sold lately.

    `days` are those of the whole history. A sku that is new sells as it has.
    """
    units = np.array([row.units for row in ordered], np.float64)
    lately = np.array([row.lately for row in ordered], np.float64)
    before = (units - lately) / (days * (1 - LATELY))
    corrected = corrected_rates(before, ERROR, lately, days * LATELY)
    return np.where(before > 0, corrected, units / days)


async def _movable(here: Here, market: Market) -> Sequence[Movable]:
    """Give the orders that a wave may still move; none where there are no waves."""
    waves = market.policy.waves
    if waves is None:
        return ()
    return (await look(here, until=here.at, most=waves.orders_max)).orders


def _held(
    orders: Sequence[Movable], skus: Sequence[Sku], standing: Standing
) -> tuple[list[Ask], Ints, Ints]:
    """Give what orders of these skus ask that use their nodes' present days, and what they hold.

    Units are int64[S, N], shipments int64[N].
    """
    compiled, row = standing.compiled, {sku: at for at, sku in enumerate(skus)}
    units = np.zeros((len(skus), len(compiled.index)), np.int64)
    room = np.zeros(len(compiled.index), np.int64)
    asks = []
    for order in orders:
        wanted = all(want.sku in row for want in order.ask.wants)
        days = [
            (compiled.index.get(node, -1), day.toordinal()) for node, day in order.standing.days
        ]
        now = all(ix >= 0 and standing.days.work_day[ix] == day for ix, day in days)
        if not (wanted and now and fits(order.ask)):
            continue
        latest = last_day_of(order)
        due = order.ask.due if latest is None else Due(latest, hard=True)
        asks.append(msgspec.structs.replace(order.ask, due=due))
        for claim in order.standing.claims:
            units[row[claim.sku], compiled.index[claim.node_id]] += claim.quantity
        for ix, _ in days:
            room[ix] += 1
    return asks, units, room


async def _span(here: Here, since: datetime) -> Span | None:
    found = await db.fetch(
        here.conn, Q["ordered_span"], Span,
        market=here.market, from_id=first_id_at(since), most=ORDERS_MAX,
    )  # fmt: skip
    return found[0] if found else None


async def _stock(here: Here, market: Market, skus: Sequence[Sku]) -> Ints:
    """Give int64[S, N], what is free of each sku at each node the network knows."""
    row = {sku: at for at, sku in enumerate(skus)}
    index = market.compiled.index
    stock = np.zeros((len(skus), len(index)), np.int64)
    for each in await inventory.free_by_sku(here.conn, here.market):
        if (at := row.get(each.sku)) is not None:
            for node, units in zip(each.nodes, each.free, strict=True):
                if (ix := index.get(NodeId(node))) is not None:
                    stock[at, ix] = max(units, 0)
    return stock


def _scarcest(rates: Floats, stock: Ints, days: int) -> Ints:
    """Choose what will run out first, as much as can be priced; ascending by place."""
    total = stock.sum(axis=1)
    lasts = total / np.maximum(rates, 1e-9)
    order = np.lexsort((np.arange(len(rates)), lasts))
    order = order[(total[order] > 0) & (lasts[order] < PLENTY * days)]
    units = (rates[order] * days).cumsum()
    return np.sort(order[: int(np.searchsorted(units, UNITS_MAX))])


def _forecast(
    market: Market,
    skus: tuple[Sku, ...],
    rates: Floats,
    places: Sequence[PlaceCount],
    lengths: Sequence[LengthCount],
    services: Sequence[ServiceCount],
) -> Forecast | None:
    if not places or not lengths:
        return None
    known = set(market.compiled.services)
    served = [each for each in services if each.service in known]
    if not served:
        return None
    items = market.catalog.items
    shares = np.zeros(max(each.skus for each in lengths))
    for each in lengths:
        shares[each.skus - 1] = each.orders
    sent = np.array([each.orders for each in served], np.float64)
    where = np.array([each.orders for each in places], np.float64)
    return Forecast(
        skus=skus,
        units_a_day=rates,
        weight_g=np.array([items[s].weight_g if s in items else 0 for s in skus], np.int64),
        volume_cm3=np.array([items[s].volume_cm3 if s in items else 0 for s in skus], np.int64),
        places=tuple(located(p.country, p.postal_code, p.region) for p in places),
        shares=where / where.sum(),
        lengths=shares / shares.sum(),
        sendings=tuple(Sending((each.service,)) for each in served),
        sent=sent / sent.sum(),
        error=ERROR,
    )


async def _markdown(
    here: Here, market: Market, rule: Overstock | None, skus: Sequence[Sku], stock: Ints
) -> dict[Sku, Ints]:
    """Say where units lie that would last too long there, and what sending one is worth."""
    if rule is None:
        return {}
    upto = await velocity.counted_to(here.conn, here.market)
    paces = await velocity.paces(here.conn, here.market, market.keeping, upto=upto, skus=skus)
    nobody = np.zeros(stock.shape[1])
    found = {}
    for at, sku in enumerate(skus):
        too_many = stock[at] > paces.get(sku, nobody) * rule.days
        if too_many.any():
            found[sku] = np.where(too_many, rule.units_worth, 0).astype(np.int64)
    return found


def _left_of_day(at: datetime) -> float:
    midnight = datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return (midnight - at).total_seconds() / DAY_S
