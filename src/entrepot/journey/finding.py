"""Find orders by filters, a page at a time, as quickly among millions as among hundreds.

What is asked for is either rare, and then its few orders are gathered, filtered and sorted; or
common, and then one index is read in the order of the list and the others are asked of each order,
up to a bound. No statement reads more rows than its limit says. The youngest orders, whose summary
is still to come, are read as they stand.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from entrepot.journey.filters import LAST, Filters, Sort
from entrepot.journey.finding_model import ByPromise, Found, Place
from entrepot.journey.sift import Sieve
from entrepot.journey.terms import TARDY
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

CHUNK: Final = 500
LOOKED_AT_MAX: Final = 20_000
"""Orders looked at for one page; more, and the page is answered as far as it has come."""

RARE_MAX: Final = 2_000
"""Orders that are gathered: some 5 ms to filter them all."""


async def find(  # noqa: PLR0913 - what, from where, how many, when
    conn: db.Connection,
    market: MarketId,
    filters: Filters,
    sort: Sort,
    *,
    after: Place | None,
    most: int,
    at: datetime,
    upto: UUID = LAST,
) -> Found:
    """Find at most `most` orders that fit, after a place in the list.

    `upto` cuts the list by id: orders captured after it do not belong to it.
    """
    sieve = Sieve(conn, market, filters, at, upto, RARE_MAX)
    await sieve.read()
    rare = await _rare(sieve)
    if rare is not None:
        found = _cut(rare, sort, after, most)
    elif sort is Sort.PROMISE:
        found = await _by_promise(sieve, after, most)
    else:
        found = await _along(sieve, sort, after, most)
    if sort is Sort.NEWEST and after is None and upto == LAST:
        found = _merged(found, await sieve.young(most), sort, most)
    return found


async def _rare(sieve: Sieve) -> list[ByPromise] | None:
    """Gather all that fits where one of the filters is of few orders; None where none is."""
    whole: set[UUID] | None = None
    but: set[int] = set()
    for place, named in enumerate(sieve.named):
        if named:
            ids = {*named, *await sieve.of_terms(sieve.groups[place])}
            if len(ids) <= RARE_MAX:
                whole = ids if whole is None else whole & ids
                but.add(place)
    if whole is not None:
        return await sieve.fitting(sorted(whole), but=but)
    for gather in sieve.gatherings():
        found = await gather()
        if len(found) <= RARE_MAX:
            return await sieve.fitting(found)
    return None


async def _by_promise(sieve: Sieve, after: Place | None, most: int) -> Found:
    """Go along the dates of what is still to come."""
    page: list[Place] = []
    at = after
    for _ in range(LOOKED_AT_MAX // CHUNK):
        rows = await sieve.promised_after(at, CHUNK)
        fits = {row.order_id for row in await sieve.fitting([row.order_id for row in rows])}
        page += [Place(r.order_id, r.promised_latest) for r in rows if r.order_id in fits]
        if len(page) > most or len(rows) < CHUNK:
            break
        at = Place(rows[-1].order_id, rows[-1].promised_latest)
    else:
        return Found([p.order_id for p in page], at)
    more = len(page) > most
    return Found([p.order_id for p in page[:most]], page[most - 1] if more else None)


async def _along(sieve: Sieve, sort: Sort, after: Place | None, most: int) -> Found:
    """Go along one index in the list's order, and ask the other filters of each order."""
    low, high = sieve.filters.span()
    high = min(high, sieve.upto)
    tardy: list[UUID] = []
    if sieve.filters.placed_before is not None:
        tardy = await sieve.of_terms((TARDY,))
        if len(tardy) > RARE_MAX:
            tardy, high = [], sieve.upto
    if after is not None:
        low, high = (low, min(high, after.order_id)) if sort is Sort.NEWEST else (max(low, after.order_id), high)  # fmt: skip  # noqa: E501 - one thought
    found = await _walk(sieve, sort, low, high, most)
    if not tardy:
        return found
    fits = [row.order_id for row in await sieve.fitting(tardy)]
    return _merged(found, _after(fits, sort, after), sort, most)


async def _walk(sieve: Sieve, sort: Sort, low: UUID, high: UUID, most: int) -> Found:
    newest = sort is Sort.NEWEST
    found: list[UUID] = []
    for _ in range(LOOKED_AT_MAX // CHUNK):
        ids = await sieve.next_ids(low, high, CHUNK, newest=newest)
        fits = {row.order_id for row in await sieve.fitting(ids)}
        found += [order_id for order_id in dict.fromkeys(ids) if order_id in fits]
        if len(found) > most or len(ids) < CHUNK:
            more = len(found) > most
            return Found(found[:most], Place(found[most - 1]) if more else None)
        low, high = (low, ids[-1]) if newest else (ids[-1], high)
    return Found(found, Place(high if newest else low))


def _cut(rows: Iterable[ByPromise], sort: Sort, after: Place | None, most: int) -> Found:
    """Sort what was gathered and take a page of it."""
    if sort is Sort.PROMISE:
        dated = sorted((r.promised_latest, r.order_id) for r in rows if r.promised_latest)
        places = [Place(order_id, due) for due, order_id in dated]
        if after is not None and after.due is not None:
            start = (after.due, after.order_id)
            places = [p for p in places if p.due and (p.due, p.order_id) > start]
    else:
        ids = sorted((row.order_id for row in rows), reverse=sort is Sort.NEWEST)
        places = [Place(order_id) for order_id in _after(ids, sort, after)]
    page = places[:most]
    return Found([p.order_id for p in page], page[-1] if len(places) > most else None)


def _after(ids: Sequence[UUID], sort: Sort, after: Place | None) -> list[UUID]:
    if after is None:
        return list(ids)
    if sort is Sort.NEWEST:
        return [i for i in ids if i < after.order_id]
    return [i for i in ids if i > after.order_id]


def _merged(found: Found, more: Sequence[UUID], sort: Sort, most: int) -> Found:
    """Put orders into the page that their place in the list is in."""
    newest = sort is Sort.NEWEST
    end = None if found.after is None else found.after.order_id
    within = [i for i in more if end is None or (i >= end if newest else i <= end)]
    ids = sorted({*found.ids, *within}, reverse=newest)
    if len(ids) <= most:
        return Found(ids, found.after)
    return Found(ids[:most], Place(ids[most - 1]))
