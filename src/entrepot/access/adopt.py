"""Adopt the bootstrap key: how the first administrator gets into an empty house."""

from datetime import datetime

from entrepot.access import keys, store
from entrepot.plumbing import db
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.terms.ids import KeyId

BOOTSTRAP = KeyId("bootstrap")


async def adopt_bootstrap(conn: db.Connection, text: str, at: datetime) -> bool:
    """Make `text` an administrator's key of the market `default`, if no key was ever made.

    Any text will do, but an empty one is no key. Answers whether it was adopted now.
    """
    if not text:
        return False
    return await store.adopt_key(conn, DEFAULT_MARKET, BOOTSTRAP, BOOTSTRAP, keys.digest(text), at)
