"""Refusals as HTTP says them: RFC 9457 problem documents, each of a stable type and one status."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus

import msgspec


class Code(StrEnum):
    """The last segment of a problem's type. Once published, a code keeps its meaning."""

    MALFORMED = "malformed-request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "insufficient-scope"
    FORBIDDEN_NODE = "forbidden-node"
    CSRF = "csrf"
    CREDENTIALS = "invalid-credentials"
    TOO_OFTEN = "too-many-attempts"
    NOT_FOUND = "not-found"
    METHOD = "method-not-allowed"
    TOO_LARGE = "too-large"
    NOT_JSON = "unsupported-media-type"
    INVALID = "invalid-request"
    INVALID_ORDER = "invalid-order"
    KEY_REUSED = "idempotency-key-reused"
    KEY_INVALID = "idempotency-key-invalid"
    EXTERNAL_ID = "external-id-conflict"
    NO_STOCK = "insufficient-stock"
    CART_EXPIRED = "reservation-expired"
    CART_ENDED = "reservation-ended"
    NOT_ON_SALE = "not-on-sale"
    TICKET_NEEDED = "ticket-needed"
    TICKET_WAITS = "ticket-not-admitted"
    TICKET_USED = "ticket-used"
    NOT_SOURCEABLE = "not-sourceable"
    TOO_LATE = "too-late"
    TRANSITION = "illegal-transition"
    REPLAY_NEEDED = "replay-needed"
    CONFLICT = "conflict"
    PRECONDITION = "precondition-failed"
    SIGNATURE = "invalid-signature"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "temporarily-unavailable"
    INTERNAL = "internal-error"


_STATUS: Mapping[Code, tuple[int, str]] = {
    Code.MALFORMED: (400, "The request is not well-formed"),
    Code.UNAUTHORIZED: (401, "No valid API key, and nobody signed in"),
    Code.FORBIDDEN: (403, "The scope is lacking"),
    Code.FORBIDDEN_NODE: (403, "It is of another node"),
    Code.CSRF: (403, "Nothing shows that the call is the person's own"),
    Code.CREDENTIALS: (401, "Login and password do not fit"),
    Code.TOO_OFTEN: (429, "Too many attempts"),
    Code.NOT_FOUND: (404, "There is no such thing here"),
    Code.METHOD: (405, "The resource does not take this method"),
    Code.TOO_LARGE: (413, "The body is too large"),
    Code.NOT_JSON: (415, "The body is not of a type taken here"),
    Code.INVALID: (422, "The request is invalid"),
    Code.INVALID_ORDER: (422, "The order is invalid"),
    Code.KEY_REUSED: (422, "The idempotency key was used for another request"),
    Code.KEY_INVALID: (400, "The idempotency key is not usable"),
    Code.EXTERNAL_ID: (409, "Another order has this external id"),
    Code.NO_STOCK: (409, "Not everything can be had"),
    Code.CART_EXPIRED: (409, "The reservation has expired"),
    Code.CART_ENDED: (409, "The reservation has ended"),
    Code.NOT_ON_SALE: (409, "It is not on sale yet"),
    Code.TICKET_NEEDED: (409, "It is sold by turns"),
    Code.TICKET_WAITS: (429, "It is not this ticket's turn yet"),
    Code.TICKET_USED: (409, "The ticket was used"),
    Code.NOT_SOURCEABLE: (409, "No node can do what was asked"),
    Code.TOO_LATE: (409, "It is too late for that"),
    Code.TRANSITION: (409, "That move is not allowed from here"),
    Code.REPLAY_NEEDED: (409, "The policy has not shown what it would do"),
    Code.CONFLICT: (409, "The request conflicts with what is"),
    Code.PRECONDITION: (412, "The resource has changed"),
    Code.SIGNATURE: (401, "The signature is not valid"),
    Code.OVERLOADED: (503, "Too much at once"),
    Code.UNAVAILABLE: (503, "Not able to answer now"),
    Code.INTERNAL: (500, "A fault of ours"),
}

RETRYABLE = frozenset(
    {
        Code.NOT_ON_SALE, Code.TICKET_WAITS, Code.TOO_OFTEN, Code.OVERLOADED, Code.UNAVAILABLE,
        Code.INTERNAL,
    }
)  # fmt: skip


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong: where (a JSON Pointer into the body, or a parameter), and why."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class ProblemDocument(msgspec.Struct, frozen=True):
    """RFC 9457, with `errors` and whether the same request may succeed later."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError]
    retryable: bool


class Problem(Exception):  # noqa: N818 - a refusal, not a fault
    """Raised by handlers; the face answers it. Nothing that raises it has written anything."""

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = list(headers)

    @property
    def status(self) -> int:
        """The HTTP status of its code."""
        return _STATUS[self.code][0]

    def document(self, root: str) -> ProblemDocument:
        """Make the problem document; `root` is the public URL types hang under."""
        status, title = _STATUS[self.code]
        return ProblemDocument(
            type=f"{root}/problems/{self.code}",
            title=title,
            status=status,
            detail=self.detail or title,
            errors=self.errors,
            retryable=self.code in RETRYABLE,
        )


def invalid(pointer: str, detail: str, *, code: Code = Code.INVALID) -> Problem:
    """One field of the body is wrong."""
    return Problem(code, f"{pointer or '/'}: {detail}", errors=[FieldError(detail, pointer)])


def catalogue() -> list[tuple[Code, int, str]]:
    """Every code with its status and title, for the documents."""
    return [(code, status, title) for code, (status, title) in _STATUS.items()]


def phrase(status: int) -> str:
    """The reason phrase of a status."""
    return HTTPStatus(status).phrase
