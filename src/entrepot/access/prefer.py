"""Keep what a person wants the faces to remember."""

from datetime import datetime

from entrepot.access import store
from entrepot.access.model import Preference
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, UserId


async def seen(conn: db.Connection, market: MarketId, user_id: UserId) -> Preference | None:
    """Read the preferences as nobody changes them until the transaction ends."""
    return await store.preference_for_update(conn, market, user_id)


async def prefer(
    conn: db.Connection, market: MarketId, user_id: UserId, document: str, at: datetime
) -> int:
    """Replace the preferences by this JSON text; answers their version."""
    return await store.put_preference(conn, market, user_id, document, at)
