"""The network's rows as the wire has them, and the way to ours and back. Pure."""

import zoneinfo
from datetime import date, time
from functools import cache
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from entrepot.api.bodies_catalog import Identifier, Name, Text
from entrepot.api.problems import invalid
from entrepot.network.model import (
    HANDLING_HOURS_MAX,
    ChannelRow,
    GroupId,
    GroupRow,
    Method,
    NodeKind,
    NodeRow,
)
from entrepot.ports.registry import channel_connectors
from entrepot.terms.calendar import HOLIDAYS_MAX, SPANS_PER_DAY_MAX, calendar_json, calendar_of
from entrepot.terms.ids import ChannelId, NodeId

COST_MAX = 10**9
"""Minor units of one price: ten million of a main unit. Sums over an order stay inside 63 bits."""

NODES_MAX = 10_000
BUFFER_MAX = 1_000_000
CAPACITY_MAX = 1_000_000

Price = Annotated[int, Meta(ge=0, le=COST_MAX, description="minor units of the currency")]
Span = Annotated[str, Meta(pattern="^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")]
Spans = Annotated[tuple[Span, ...], Meta(max_length=SPANS_PER_DAY_MAX)]
Clock = Annotated[
    str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="local time, HH:MM")
]

Handling = Annotated[
    int,
    Meta(
        ge=0,
        le=HANDLING_HOURS_MAX,
        description="opening hours between an order and the hand-over to the carrier",
    ),
]


class NodeAddress(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where a node is. Without coordinates those of its postal code are taken."""

    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
    postal_code: Annotated[str, Meta(max_length=20)]
    region: Annotated[str, Meta(max_length=80)] = ""
    city: Text = ""
    line1: Text = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class Weekly(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Opening hours, such as "09:00-18:00"; a day that is not named is closed."""

    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()


class CalendarBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """When a node is open, in its local time. Without `weekly` it is open at all hours."""

    weekly: Weekly | None = None
    holidays: Annotated[tuple[date, ...], Meta(max_length=HOLIDAYS_MAX)] = ()


class NodeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place that can hold or supply stock."""

    name: Name
    kind: NodeKind
    address: NodeAddress
    time_zone: Annotated[str, Meta(min_length=1, max_length=64, description="an IANA name")]
    calendar: CalendarBody | None = None
    cut_off: Clock | None = None
    capacity_per_day: (
        Annotated[int, Meta(ge=0, le=CAPACITY_MAX, description="fulfillment orders")] | None
    ) = None
    capacity_per_service: (
        Annotated[
            dict[Method, Annotated[int, Meta(ge=0, le=CAPACITY_MAX)]],
            Meta(description="fulfillment orders of a method a day, within the day's capacity"),
        ]
        | None
    ) = None
    services: Annotated[tuple[Method, ...], Meta(max_length=len(Method))]
    handling_cost: Price = 0
    handling_hours: Handling = 0
    enabled: bool = True
    parcel_cost: Annotated[
        Price, Meta(description="of each parcel made up, beside its units, in minor units")
    ] = 0


class NodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A node and its version, which is also its ETag."""

    node: str
    name: str
    kind: NodeKind
    address: NodeAddress
    time_zone: str
    calendar: CalendarBody | None
    cut_off: str | None
    capacity_per_day: int | None
    capacity_per_service: dict[Method, int] | None
    services: list[str]
    handling_cost: int
    handling_hours: int
    enabled: bool
    parcel_cost: int
    version: int


class GroupBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named set of nodes."""

    name: Text = ""
    nodes: Annotated[tuple[Identifier, ...], Meta(max_length=NODES_MAX)]


class GroupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A node group and its version, which is also its ETag."""

    group: str
    name: str
    nodes: list[str]
    version: int


class ChannelBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where orders come from.

    It may sell from `nodes` and the members of `node_groups`; where it has neither, from all.
    """

    name: Text = ""
    connector: Identifier | None = None
    secret: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=500,
                description="What its messages are signed with; never given back. Not given, it "
                "stays as it is; null takes it away.",
            ),
        ]
        | UnsetType
        | None
    ) = UNSET
    nodes: Annotated[tuple[Identifier, ...], Meta(max_length=NODES_MAX)] | None = None
    node_groups: Annotated[tuple[Identifier, ...], Meta(max_length=NODES_MAX)] | None = None
    buffer: Annotated[
        int, Meta(ge=0, le=BUFFER_MAX, description="units left unsold at each position")
    ] = 0


class ChannelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A channel and its version, which is also its ETag. Of its secret only whether it has one."""

    channel: str
    name: str
    connector: str | None
    has_secret: bool
    nodes: list[str] | None
    node_groups: list[str] | None
    buffer: int
    version: int


def node_row(name: str, body: NodeBody) -> NodeRow:
    """Read a node; raises Problem for a time zone, hours or coordinates that make no sense."""
    if body.time_zone not in _time_zones():
        raise invalid("/time_zone", f"{body.time_zone!r} is not an IANA time zone")
    if (body.address.latitude is None) != (body.address.longitude is None):
        raise invalid("/address", "latitude and longitude come together")
    return NodeRow(
        node_id=NodeId(name),
        name=body.name,
        kind=body.kind.value,
        address=msgspec.json.encode(body.address).decode(),
        time_zone=body.time_zone,
        calendar=None if body.calendar is None else _calendar_text(body.calendar),
        cut_off=None if body.cut_off is None else time.fromisoformat(body.cut_off),
        capacity_per_day=body.capacity_per_day,
        services=sorted({method.value for method in body.services}),
        handling_cost=body.handling_cost,
        enabled=body.enabled,
        handling_hours=body.handling_hours,
        parcel_cost=body.parcel_cost,
        capacity_per_service=None
        if not body.capacity_per_service
        else msgspec.json.encode(body.capacity_per_service, order="sorted").decode(),
    )


def node_answer(row: NodeRow) -> NodeAnswer:
    """Show a node."""
    return NodeAnswer(
        node=row.node_id,
        name=row.name,
        kind=NodeKind(row.kind),
        address=msgspec.json.decode(row.address, type=NodeAddress),
        time_zone=row.time_zone,
        calendar=None
        if row.calendar is None
        else msgspec.json.decode(row.calendar, type=CalendarBody),
        cut_off=None if row.cut_off is None else row.cut_off.isoformat("minutes"),
        capacity_per_day=row.capacity_per_day,
        capacity_per_service=None
        if row.capacity_per_service is None
        else msgspec.json.decode(row.capacity_per_service, type=dict[Method, int]),
        services=row.services,
        handling_cost=row.handling_cost,
        handling_hours=row.handling_hours,
        parcel_cost=row.parcel_cost,
        enabled=row.enabled,
        version=row.version,
    )


def group_row(name: str, body: GroupBody) -> GroupRow:
    """Read a node group; a node named twice is in it once."""
    return GroupRow(GroupId(name), body.name, sorted(set(body.nodes)))


def group_answer(row: GroupRow) -> GroupAnswer:
    """Show a node group."""
    return GroupAnswer(group=row.group_id, name=row.name, nodes=row.node_ids, version=row.version)


def channel_row(name: str, body: ChannelBody) -> ChannelRow:
    """Read a channel; raises Problem for a connector that is not installed.

    A secret that was not given is None here: `keeps_secret` tells it from one that is taken away.
    """
    if body.connector is not None and body.connector not in channel_connectors():
        known = ", ".join(channel_connectors()) or "none"
        raise invalid("/connector", f"no connector {body.connector!r}; installed: {known}")
    return ChannelRow(
        channel_id=ChannelId(name),
        name=body.name,
        connector=body.connector,
        secret=None if body.secret is UNSET else body.secret,
        nodes=None if body.nodes is None else sorted(set(body.nodes)),
        node_groups=None if body.node_groups is None else sorted(set(body.node_groups)),
        buffer=body.buffer,
    )


def keeps_secret(body: ChannelBody) -> bool:
    """Say whether the channel's secret stays as it is."""
    return body.secret is UNSET


def channel_answer(row: ChannelRow) -> ChannelAnswer:
    """Show a channel, but for its secret."""
    return ChannelAnswer(
        channel=row.channel_id,
        name=row.name,
        connector=row.connector,
        has_secret=row.secret is not None,
        nodes=row.nodes,
        node_groups=row.node_groups,
        buffer=row.buffer,
        version=row.version,
    )


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _calendar_text(body: CalendarBody) -> str:
    said = {name: value for name, value in msgspec.to_builtins(body).items() if value is not None}
    try:
        calendar = calendar_of(said, "/calendar")
    except ValueError as wrong:
        pointer, _, reason = str(wrong).partition(": ")
        raise invalid(pointer, reason) from None
    return msgspec.json.encode(calendar_json(calendar)).decode()
