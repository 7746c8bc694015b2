"""Who may ask: live keys in memory, by digest.

They are read again every second, so that a revoked key is refused everywhere within one.
"""

import asyncio
import hashlib
import logging

from entrepot.access import load
from entrepot.access.model import Principal
from entrepot.api.problems import Code, Problem
from entrepot.plumbing import db
from entrepot.terms.ids import KeyId, MarketId

log = logging.getLogger(__name__)

RELOAD_S = 1.0
KEY_CHARS_MAX = 512

NOBODY = Principal(MarketId(""), KeyId(""), "nobody", frozenset())
"""Who asks where no key is needed."""

_CHALLENGE = [("www-authenticate", 'Bearer realm="entrepot"')]


class Principals:
    """The keys this process knows."""

    def __init__(self) -> None:
        self._by_digest: dict[bytes, Principal] = {}
        self._seen: dict[str, Principal] = {}

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

    def markets(self) -> set[MarketId]:
        """The markets somebody holds a key of."""
        return {principal.market for principal in self._by_digest.values()}

    async def reload(self, conn: db.Connection) -> None:
        """Read the live keys."""
        self._by_digest = await load.load(conn)
        self._seen.clear()

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
            raise Problem(Code.UNAUTHORIZED, "send Authorization: Bearer KEY", headers=_CHALLENGE)
        scheme, _, text = header.partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not 0 < len(text) <= KEY_CHARS_MAX:
            raise Problem(Code.UNAUTHORIZED, "send Authorization: Bearer KEY", headers=_CHALLENGE)
        principal = self._by_digest.get(hashlib.sha256(text.encode()).digest())
        if principal is None:
            raise Problem(Code.UNAUTHORIZED, "the key is not known", headers=_CHALLENGE)
        self._seen[header] = principal
        return principal
