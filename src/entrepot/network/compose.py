"""Put the network together from its rows: one value that decisions are made of. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from entrepot.network.model import (
    Channel,
    ChannelRow,
    Costs,
    Group,
    GroupRow,
    Lane,
    LaneRow,
    Method,
    Network,
    Node,
    NodeKind,
    NodeRow,
    OverrideRow,
    PolicyRow,
    WeightBreak,
)
from entrepot.network.override_rules import overridden
from entrepot.terms.calendar import calendar_of
from entrepot.terms.geo import locate
from entrepot.terms.ids import MarketId, NodeId
from entrepot.terms.place import Place


@dataclass(frozen=True, slots=True)
class Rows:
    """A market's rows, as read at one version."""

    nodes: Sequence[NodeRow]
    groups: Sequence[GroupRow]
    channels: Sequence[ChannelRow]
    lanes: Sequence[LaneRow]
    policy: PolicyRow | None
    overrides: Sequence[OverrideRow] = ()


_DEFAULT = Costs()


class _Costs(msgspec.Struct, frozen=True):
    """What a policy's document says of costs; what else it says is not the network's business."""

    extra_shipment: int = _DEFAULT.extra_shipment
    pickup_lead_minutes: int = _DEFAULT.pickup_lead_minutes
    carrier_holidays: tuple[date, ...] = ()
    late_per_day: int = _DEFAULT.late_per_day


def network_of(market: MarketId, version: int, rows: Rows) -> Network:
    """Put a network together: nodes, lanes and channels ascend by id, groups are resolved."""
    nodes = tuple(sorted(map(node_of, rows.nodes), key=lambda node: node.node_id))
    if rows.overrides:
        nodes = overridden(nodes, rows.overrides)
    members = {str(group.group_id): group.node_ids for group in rows.groups}
    return Network(
        market=market,
        version=version,
        nodes=nodes,
        lanes=tuple(sorted(map(lane_of, rows.lanes), key=lambda lane: lane.lane_id)),
        channels=tuple(
            sorted((channel_of(row, members) for row in rows.channels), key=lambda c: c.channel_id)
        ),
        costs=costs_of(rows.policy),
        groups=tuple(
            sorted((group_of(row) for row in rows.groups), key=lambda group: group.group_id)
        ),
    )


def node_of(row: NodeRow) -> Node:
    """Read a node; coordinates its address does not state are those of its postal code."""
    address = msgspec.json.decode(row.address)
    place = Place(
        country=address["country"],
        postal_code=address["postal_code"],
        region=address.get("region", ""),
        latitude=address.get("latitude"),
        longitude=address.get("longitude"),
        time_zone=row.time_zone,
    )
    return Node(
        node_id=row.node_id,
        name=row.name,
        kind=NodeKind(row.kind),
        place=locate(place),
        time_zone=row.time_zone,
        services=frozenset(map(Method, row.services)),
        calendar=calendar_of(None if row.calendar is None else msgspec.json.decode(row.calendar)),
        cut_off=row.cut_off,
        capacity_per_day=row.capacity_per_day,
        handling_cost=row.handling_cost,
        enabled=row.enabled,
        handling_hours=row.handling_hours,
        parcel_cost=row.parcel_cost,
        capacity_per_service=_per_service(row.capacity_per_service),
    )


def _per_service(text: str | None) -> tuple[tuple[Method, int], ...]:
    return () if text is None else tuple(msgspec.json.decode(text, type=dict[Method, int]).items())


def lane_of(row: LaneRow) -> Lane:
    """Read a lane."""
    return Lane(
        lane_id=row.lane_id,
        carrier=row.carrier,
        service=row.service,
        zone=row.zone,
        transit_days=row.transit_days,
        breaks=msgspec.json.decode(row.breaks, type=tuple[WeightBreak, ...]),
        per_kg_over=row.per_kg_over,
        transit_days_min=row.transit_days_min,
        enabled=row.enabled,
        cm3_per_kg=row.cm3_per_kg,
        cost_min=row.cost_min,
    )


def row_of(lane: Lane) -> LaneRow:
    """Write a lane the way it is stored."""
    return LaneRow(
        lane_id=lane.lane_id,
        carrier=lane.carrier,
        service=lane.service,
        zone=lane.zone,
        transit_days_min=lane.transit_days_min,
        transit_days=lane.transit_days,
        breaks=msgspec.json.encode(lane.breaks).decode(),
        per_kg_over=lane.per_kg_over,
        enabled=lane.enabled,
        cm3_per_kg=lane.cm3_per_kg,
        cost_min=lane.cost_min,
    )


def channel_of(row: ChannelRow, members: Mapping[str, Iterable[str]]) -> Channel:
    """Read a channel; `members` are the nodes of each group."""
    return Channel(row.channel_id, row.name, _seen_by(row, members), row.buffer)


def group_of(row: GroupRow) -> Group:
    """Read a node group."""
    return Group(row.group_id, frozenset(map(NodeId, row.node_ids)))


def costs_of(policy: PolicyRow | None) -> Costs:
    """Read what the policy in force adds to a rate card; the defaults where there is none."""
    if policy is None:
        return Costs()
    said = msgspec.json.decode(policy.document, type=_Costs)
    return Costs(
        extra_shipment=said.extra_shipment,
        pickup_lead_minutes=said.pickup_lead_minutes,
        carrier_holidays=frozenset(said.carrier_holidays),
        policy_version=policy.version,
        late_per_day=said.late_per_day,
    )


def under(network: Network, policy: PolicyRow) -> Network:
    """Give the network as it would have been under another policy: the same nodes and lanes."""
    return replace(network, costs=costs_of(policy))


def _seen_by(row: ChannelRow, members: Mapping[str, Iterable[str]]) -> frozenset[NodeId] | None:
    if row.nodes is None and row.node_groups is None:
        return None
    names = set(row.nodes or ())
    for group in row.node_groups or ():
        names.update(members.get(group, ()))
    return frozenset(map(NodeId, names))


def stored(row: LaneRow, version: int) -> LaneRow:
    """Give a row the version it is stored at."""
    return replace(row, version=version)
