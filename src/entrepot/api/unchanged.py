"""Answers that say of themselves what they are: who has the same already is told no more."""

from hashlib import blake2b

from entrepot.api.face import Answer, Request

NO_CACHE = ("cache-control", "no-cache")
"""Whoever keeps it asks again before showing it."""


def unless_same(request: Request, body: bytes) -> Answer:
    """Answer with a tag of the body; 304 without it where `If-None-Match` names this tag."""
    tag = f'"{blake2b(body, digest_size=9).hexdigest()}"'
    asked = request.headers.get("if-none-match")
    if asked is not None and tag in {each.strip().removeprefix("W/") for each in asked.split(",")}:
        return Answer(304, b"", (("etag", tag), NO_CACHE))
    return Answer(200, body, (("etag", tag), NO_CACHE))
