"""A person's preferences over HTTP: a small document of the faces' own, kept for the next start."""

from datetime import datetime
from typing import Any

import msgspec

from entrepot.access import browse
from entrepot.access.model import PERSON, PREFERENCES_BYTES_MAX
from entrepot.access.prefer import prefer, seen
from entrepot.api.bounds import Anywhere
from entrepot.api.commands import command
from entrepot.api.face import NO_STORE, Answer, Request, Route, check_match, etag
from entrepot.api.problems import Code, Problem
from entrepot.api.session import person
from entrepot.plumbing import db
from entrepot.terms.ids import UserId

PATH = "/v1/preferences"
OWN = Anywhere("they are one's own preferences")


async def get(request: Request) -> Answer:
    """Give the document; an empty one, of version 0, where there is none yet."""
    user = _user(request)
    async with request.app.pool.acquire() as conn:
        found = await browse.preference(conn, request.principal.market, user)
    if found is None:
        return Answer(200, b"{}", (etag(0), NO_STORE))
    return Answer(200, found.document.encode(), (etag(found.version), NO_STORE))


async def put(request: Request) -> Answer:
    """Replace the document."""
    user, market = _user(request), request.principal.market
    document = msgspec.json.encode(request.body)
    if len(document) > PREFERENCES_BYTES_MAX:
        raise Problem(Code.TOO_LARGE, f"preferences have {PREFERENCES_BYTES_MAX} bytes at most")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        before = await seen(conn, market, user)
        check_match(request, 0 if before is None else before.version)
        version = await prefer(conn, market, user, document.decode(), at)
        return Answer(200, document, (etag(version), NO_STORE))

    return await command(request, act)


def _user(request: Request) -> UserId:
    refused = person(request)
    if refused is not None:
        raise refused
    assert request.principal.user is not None
    return request.principal.user


ROUTES = [
    Route(
        "GET", PATH, get, PERSON, "What the faces remember for one", answer=dict[str, Any], at=OWN
    ),
    Route(
        "PUT", PATH, put, PERSON, "Let the faces remember", body=dict[str, Any],
        answer=dict[str, Any], keyed=True, problems=(Code.PRECONDITION,), at=OWN,
    ),
]  # fmt: skip
