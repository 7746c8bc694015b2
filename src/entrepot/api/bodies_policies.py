"""Policies as they are written and shown over HTTP."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from entrepot.api.paging import PageQuery
from entrepot.api.problems import FieldError
from entrepot.orders.model import LINES_PER_ORDER_MAX, QUANTITY_MAX, Address
from entrepot.plumbing import db
from entrepot.policies import browse
from entrepot.policies.diff import Difference
from entrepot.policies.model import REASON_LENGTH_MAX, Policy, PolicyMove, Version, policy_of
from entrepot.policies.states import PolicyState
from entrepot.policies.strategies import Otherwise
from entrepot.terms.ids import MarketId

Why = Annotated[str, Meta(min_length=1, max_length=REASON_LENGTH_MAX)]


class PolicyDraftBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole policy, and what it is for. What `document` does not say has its default."""

    document: Policy
    note: Why


class PolicyCheckBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    document: Policy


class PolicyScheduleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when it is to decide, by the database's clock."""

    effective_at: Annotated[datetime, Meta(tz=True)]
    reason: Why | None = None


class RehearsedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Annotated[str, Meta(min_length=1, max_length=128)]
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


class RehearsedOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to be sent, as far as rules look at it."""

    channel: Annotated[str, Meta(min_length=1, max_length=128)]
    destination: Address
    service: Annotated[str, Meta(min_length=1, max_length=60)] = "standard"
    customer_class: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    lines: Annotated[list[RehearsedLine], Meta(max_length=LINES_PER_ORDER_MAX)] = []


class PolicyRehearsalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `document`, or a `version`, or neither: the policy in force. `at` is now by default."""

    order: RehearsedOrder
    document: Policy | None = None
    version: Annotated[int, Meta(ge=1, le=browse.VERSION_MAX)] | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None


class StrategyAnswer(msgspec.Struct, frozen=True):
    """`ratings` are minor units for each shipment, of the nodes that are rated other than 0."""

    strategy: str
    nodes: list[str]
    ratings: dict[str, int]
    shipments_max: int | None


class PolicyRehearsal(msgspec.Struct, frozen=True):
    """`profile` None: none fits, and every node may send it at what it costs."""

    profile: str | None
    strategies: list[StrategyAnswer]
    otherwise: Otherwise


class PolicyMoveBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Why


class PolicyRollbackBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`version` was in force once; where none is said it is the one before the one in force."""

    version: Annotated[int, Meta(ge=1, le=browse.VERSION_MAX)] | None = None
    reason: Why


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version and how far its life is. `revision` counts its changes: it is its ETag.

    `restores` is the version whose document it has again.
    """

    version: int
    state: PolicyState
    author: str
    note: str
    made_at: datetime
    changed_at: datetime
    effective_at: datetime | None
    active_from: datetime | None
    retired_at: datetime | None
    restores: int | None
    revision: int


class PolicyMoveAnswer(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    from_: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


class PolicyVersionAnswer(PolicyVersion, frozen=True, kw_only=True):
    document: Policy
    moves: list[PolicyMoveAnswer]


class PolicyVersions(msgspec.Struct, frozen=True):
    """Newest first."""

    items: list[PolicyVersion]
    next: str | None


class PolicyChecked(msgspec.Struct, frozen=True):
    """Whether a document may be saved, and each place where it is wrong."""

    valid: bool
    errors: list[FieldError]


class PolicyDiff(msgspec.Struct, frozen=True):
    """What a version says otherwise than another one; 0 is the defaults."""

    version: int
    against: int
    differences: list[Difference]


class PolicyVersionsQuery(PageQuery, frozen=True, kw_only=True):
    state: Annotated[list[PolicyState], Meta(max_length=len(PolicyState))] = msgspec.field(
        default_factory=list
    )


class PolicyDiffQuery(msgspec.Struct, frozen=True, kw_only=True):
    against: (
        Annotated[
            int,
            Meta(ge=0, le=browse.VERSION_MAX, description="a version; the one in force by default"),
        ]
        | None
    ) = None


def _said(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "state": PolicyState(version.state),
        "author": version.actor,
        "note": version.reason,
        "made_at": version.made_at,
        "changed_at": version.changed_at,
        "effective_at": version.effective_at,
        "active_from": version.active_from,
        "retired_at": version.retired_at,
        "restores": version.restores,
        "revision": version.revision,
    }


def shown(version: Version) -> PolicyVersion:
    """Show a version without its document."""
    return PolicyVersion(**_said(version))


async def whole(conn: db.Connection, market: MarketId, version: Version) -> PolicyVersionAnswer:
    """Show a version with its document and its life."""
    moves = await browse.moves(conn, market, version.version)
    return PolicyVersionAnswer(
        **_said(version), document=policy_of(version.document), moves=[_move(m) for m in moves]
    )


def _move(move: PolicyMove) -> PolicyMoveAnswer:
    return PolicyMoveAnswer(move.from_state, move.verb, move.actor, move.reason, move.at)
