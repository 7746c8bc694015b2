"""Load the keys: who may ask, for a server to keep in memory."""

from entrepot.access import store
from entrepot.access.model import Principal
from entrepot.plumbing import db


async def load(conn: db.Connection) -> dict[bytes, Principal]:
    """Answer every live key of every market: the digest of its text, and who holds it."""
    return {
        key.digest: Principal(key.market, key.key_id, key.name, frozenset(key.scopes))
        for key in await store.live_keys(conn)
    }
