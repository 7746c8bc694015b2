"""Create a key. Its text is answered once and stored nowhere."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from entrepot.access import keys, store
from entrepot.access.model import NAME_LENGTH_MAX, Scope
from entrepot.plumbing import db
from entrepot.terms.ids import KeyId, MarketId


async def create(  # noqa: PLR0913 - what a key is
    conn: db.Connection,
    market: MarketId,
    name: str,
    scopes: Iterable[Scope],
    at: datetime,
    *,
    actor: str | None = None,
    dice: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[KeyId, str]:
    """Answer the id and the text of a new key. `dice(n)` gives n bytes nobody can guess.

    `actor` None: it was made at the command line.

    Raises ValueError where the name is empty, too long or not printable.
    """
    if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise ValueError(f"a key's name has 1 to {NAME_LENGTH_MAX} printable characters")
    new = keys.make(dice(keys.ID_BYTES + keys.SECRET_BYTES))
    await store.put_key(conn, market, new.key_id, name, new.digest, frozenset(scopes), at, actor)
    return new.key_id, new.text
