"""Who may ask: live keys in memory, by digest; people's sessions beside them.

They are read again every second, so that a revoked key is refused everywhere within one.
"""

import asyncio
import hashlib
import logging
from datetime import date
from typing import Any

from entrepot.access import load
from entrepot.access.model import Principal
from entrepot.access.note_use import note_use
from entrepot.api.problems import Code, Problem
from entrepot.api.signed_in import CHALLENGE, Sessions
from entrepot.plumbing import db, mint
from entrepot.terms.ids import KeyId, MarketId

log = logging.getLogger(__name__)

RELOAD_S = 1.0
KEY_CHARS_MAX = 512

NOBODY = Principal(MarketId(""), KeyId(""), "nobody", frozenset())
"""Who asks where no key is needed."""


class Principals:
    """The keys this process knows, and the sessions."""

    def __init__(self) -> None:
        self.sessions = Sessions()
        self._by_digest: dict[bytes, Principal] = {}
        self._seen: dict[str, Principal] = {}
        self._noted: dict[tuple[MarketId, KeyId], date] = {}

    def authorize(self, header: str | None, scope: str | None) -> Principal:
        """Give whoever holds the key; raises Problem UNAUTHORIZED or FORBIDDEN."""
        if scope is None:
            return NOBODY
        principal = self._seen.get(header or "")
        if principal is None:
            principal = self._look_up(header)
        if not principal.may(scope):
            raise Problem(Code.FORBIDDEN, f"the key {principal.name!r} lacks {scope}")
        return principal

    async def by_cookie(
        self,
        pool: db.Pool,
        headers: Any,  # noqa: ANN401 - the server's own type
        scope: str,
        method: str,
    ) -> Principal:
        """Give whoever has signed in; raises Problem UNAUTHORIZED, CSRF or FORBIDDEN."""
        if headers.get("cookie") is None:
            return self.authorize(None, scope)
        return await self.sessions.authorize(pool, headers, scope, method)

    def markets(self) -> set[MarketId]:
        """The markets somebody holds a key of."""
        return {principal.market for principal in self._by_digest.values()}

    async def reload(self, conn: db.Connection) -> None:
        """Read the live keys and sessions again; note which keys were asked with today."""
        self._by_digest = await load.load(conn)
        asked = {(each.market, each.key_id) for each in self._seen.values()}
        self._seen.clear()
        await self._note(conn, asked)
        await self.sessions.reload(conn)

    def knows(self, header: str | None) -> bool:
        """Say whether a key is still good."""
        text = (header or "").partition(" ")[2].strip()
        return hashlib.sha256(text.encode()).digest() in self._by_digest

    async def _note(self, conn: db.Connection, asked: set[tuple[MarketId, KeyId]]) -> None:
        today = mint.now().date()
        new = {key for key in asked if self._noted.get(key) != today}
        await note_use(conn, new, today)
        self._noted |= dict.fromkeys(new, today)

    async def keep_fresh(self, pool: db.Pool, stop: asyncio.Event) -> None:
        """Read them again and again until `stop` is set."""
        while not stop.is_set():
            try:
                async with pool.acquire() as conn:
                    await self.reload(conn)
            except db.UNREACHABLE as fault:
                log.warning("keys could not be read again: %r", fault)
            except Exception:
                log.exception("keys could not be read again")
            try:
                await asyncio.wait_for(stop.wait(), RELOAD_S)
            except TimeoutError:
                continue

    def _look_up(self, header: str | None) -> Principal:
        if header is None:
            raise Problem(Code.UNAUTHORIZED, "send Authorization: Bearer KEY", headers=CHALLENGE)
        scheme, _, text = header.partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not 0 < len(text) <= KEY_CHARS_MAX:
            raise Problem(Code.UNAUTHORIZED, "send Authorization: Bearer KEY", headers=CHALLENGE)
        principal = self._by_digest.get(hashlib.sha256(text.encode()).digest())
        if principal is None:
            raise Problem(Code.UNAUTHORIZED, "the key is not known", headers=CHALLENGE)
        self._seen[header] = principal
        return principal
