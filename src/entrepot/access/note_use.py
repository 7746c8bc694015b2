"""Note on which day keys were last asked with: for whoever wonders which can go."""

from collections.abc import Collection
from datetime import date

from entrepot.access import store
from entrepot.plumbing import db
from entrepot.terms.ids import KeyId, MarketId


async def note_use(
    conn: db.Connection, keys: Collection[tuple[MarketId, KeyId]], day: date
) -> None:
    """Write the day into the keys that do not have it yet."""
    if keys:
        await store.note_use(conn, sorted(keys), day)
