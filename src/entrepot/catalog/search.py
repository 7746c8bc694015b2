"""Find items as people look for them: by the beginning of a sku, words of a name, a category."""

import re
from collections.abc import Collection

from entrepot.catalog.model import Found, Item, Label, Named
from entrepot.catalog.store import items_of
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, Sku

Q = sql.load(__package__, "search.sql")

WORDS_MAX = 8
"""More words than that are not looked up: those before them have found it."""

CATEGORIES_MAX = 500
"""What a list to choose from can show, and some more."""

_LAST = "\U0010ffff"
_WORD = re.compile(r"\w+")


async def skus(  # noqa: PLR0913 - what a list is narrowed by
    conn: db.Connection,
    market: MarketId,
    *,
    text: str = "",
    category: str | None = None,
    stocked: bool = False,
    after: str = "",
    most: int,
) -> list[Sku]:
    """Find skus, ascending, after `after`; `stocked` leaves out kits, which have no stock.

    `text` is how a sku begins, or how each of some words of the name begins; in any case of letters
    for words, as it is for skus.
    """
    rows = await db.fetch(
        conn, Q["skus_found"], Found,
        market=market, prefix=text, prefix_end=text + _LAST, words=_words(text), category=category,
        stocked=stocked, after=after, most=most,
    )  # fmt: skip
    return [row.sku for row in rows]


async def items(
    conn: db.Connection,
    market: MarketId,
    *,
    text: str = "",
    category: str | None = None,
    after: str = "",
    most: int,
) -> list[Item]:
    """Find whole items, ascending by sku, as `skus` does."""
    found = await skus(conn, market, text=text, category=category, after=after, most=most)
    whole = await items_of(conn, market, found)
    return [whole[sku] for sku in found if sku in whole]


async def labels(
    conn: db.Connection, market: MarketId, wanted: Collection[Sku]
) -> dict[Sku, Label]:
    """Read what people call some skus."""
    rows = await db.fetch(conn, Q["labels_of"], Label, market=market, skus=list(wanted))
    return {row.sku: row for row in rows}


async def categories(conn: db.Connection, market: MarketId) -> list[str]:
    """Read the categories that items are in, ascending; items without one are in none."""
    rows = await db.fetch(conn, Q["categories"], Named, market=market, most=CATEGORIES_MAX)
    return [row.name for row in rows if row.name]


def _words(text: str) -> str:
    """Ask for names that have a word beginning so for each word of the text; "" asks for none."""
    return " & ".join(f"{word}:*" for word in _WORD.findall(text.lower())[:WORDS_MAX])
