"""Revoke a key: servers stop accepting it when they next read the keys, a second later."""

from datetime import datetime

from entrepot.access import store
from entrepot.plumbing import db
from entrepot.terms.ids import KeyId, MarketId


async def revoke(conn: db.Connection, market: MarketId, key_id: KeyId, at: datetime) -> bool:
    """Answer whether there was a live key of that id."""
    return await store.revoke_key(conn, market, key_id, at)
