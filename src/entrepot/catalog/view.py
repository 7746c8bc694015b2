"""The catalog view: what every item weighs and is made of, in memory, for the order being taken.

It may be late by a poll. A sku it has not heard of is asked for before an order is refused.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from entrepot.catalog import browse
from entrepot.catalog.model import OVERLAP, Made
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, Sku


class CatalogView:
    """One market's items. `items` is live: sku to what one unit weighs and is made of."""

    def __init__(self, market: MarketId) -> None:
        self._market = market
        self._made: dict[Sku, Made] = {}
        self._looked_at: datetime | None = None
        self.items: Mapping[Sku, Made] = MappingProxyType(self._made)

    async def load(self, conn: db.Connection, *, at: datetime) -> None:
        """Read the whole market; `at` is when the reading began."""
        made = await browse.made(conn, self._market)
        self._made.clear()
        self._made.update(made)
        self._looked_at = at

    async def refresh(self, conn: db.Connection, *, at: datetime) -> int:
        """Read what was changed since the last look, less the overlap; answers how much that was.

        The first look reads everything. `changed_at` is the clock of whoever wrote: servers' clocks
        may differ by the overlap less the time a commit takes.
        """
        if self._looked_at is None:
            await self.load(conn, at=at)
            return len(self._made)
        changed = await browse.changed_since(conn, self._market, self._looked_at - OVERLAP)
        self._made.update(changed)
        self._looked_at = at
        return len(changed)

    async def fetch_missing(self, conn: db.Connection, skus: Iterable[str]) -> None:
        """Ask for the skus that are not here, and for the components of those that are kits."""
        missing = {Sku(sku) for sku in skus if sku not in self._made}
        if missing:
            await self.fetch_again(conn, missing)

    async def fetch_again(self, conn: db.Connection, skus: Iterable[Sku]) -> None:
        """Ask for these skus whatever is known of them: the view may be late by a poll."""
        self._made.update(await browse.made_of(conn, self._market, set(skus)))
