"""Nodes' work and carriers' words on the wire: what is taken, what is refused, what is shown."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from entrepot.api import pickups, strict
from entrepot.api.bodies_fulfillment import (
    EmptyBody,
    PickBody,
    RejectBody,
    ShipBody,
    ShortBody,
    TrackingBody,
    named,
    packed,
    tracking_event,
    whole_answer,
    work_answer,
)
from entrepot.api.fulfillment import ROUTES
from entrepot.api.pickups import CollectBody
from entrepot.api.problems import Problem
from entrepot.delivery.model import Parcel, Status, TrackingEvent
from entrepot.fulfillment.model import (
    FulfillmentOrder,
    Line,
    Move,
    Named,
    PackageRow,
    Packed,
    Whole,
    Work,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ID, ORDER = UUID(int=7), UUID(int=0x019C_0000_0000_7000_8000_0000_0000_0001)
PACKAGE = {"tracking_number": "1Z", "carrier": "acme"}
EVENT = {**PACKAGE, "status": "in_transit", "occurred_at": "2026-03-02T14:00:00+02:00"}


def read(type_, body):
    return strict.decode(type_, msgspec.json.encode(body))


def test_units_are_named_with_or_without_their_sku():
    body = read(PickBody, {"lines": [{"line": 1, "quantity": 2}, {"line": 2, "sku": "A", "quantity": 1}]})  # fmt: skip  # noqa: E501 - one body
    assert named(body.lines) == (Named(1, 2), Named(2, 1, "A"))
    assert named(read(PickBody, {}).lines) == ()


def test_packages_are_read_with_what_is_in_them():
    lines = [{"line": 1, "quantity": 2}]
    body = read(ShipBody, {"packages": [PACKAGE | {"service": "express", "lines": lines}, PACKAGE]})
    assert packed(body.packages) == (
        Packed("1Z", "acme", "express", (Named(1, 2),)),
        Packed("1Z", "acme", None, ()),
    )


def test_a_carrier_s_time_is_read_in_utc():
    (event,) = read(TrackingBody, {"events": [EVENT]}).events
    assert tracking_event(event) == TrackingEvent("1Z", "acme", Status.IN_TRANSIT, NOON)


@pytest.mark.parametrize(
    ("type_", "body", "pointer"),
    [
        (EmptyBody, {"reason": "x"}, "/reason"),
        (CollectBody, {"collected_by": ""}, "/collected_by"),
        (RejectBody, {}, "/reason"),
        (RejectBody, {"reason": ""}, "/reason"),
        (RejectBody, {"reason": "x" * 501}, "/reason"),
        (RejectBody, {"reason": "x", "lines": None}, "/lines"),
        (ShortBody, {"reason": "x", "lines": []}, "/lines"),
        (ShortBody, {"lines": [{"line": 1, "quantity": 1}]}, "/reason"),
        (PickBody, {"lines": [{"line": 0, "quantity": 1}]}, "/lines/0/line"),
        (PickBody, {"lines": [{"line": 1, "quantity": 0}]}, "/lines/0/quantity"),
        (PickBody, {"lines": [{"line": 1, "quantity": 1.5}]}, "/lines/0/quantity"),
        (PickBody, {"lines": [{"line": 32768, "quantity": 1}]}, "/lines/0/line"),
        (PickBody, {"lines": [{"line": 1, "quantity": 1}] * 1001}, "/lines"),
        (ShipBody, {"packages": []}, "/packages"),
        (ShipBody, {"packages": [PACKAGE] * 201}, "/packages"),
        (ShipBody, {"packages": [PACKAGE | {"carrier": ""}]}, "/packages/0/carrier"),
        (ShipBody, {"packages": [PACKAGE | {"weight": 1}]}, "/packages/0/weight"),
        (TrackingBody, {"events": []}, "/events"),
        (TrackingBody, {"events": [EVENT] * 1001}, "/events"),
        (TrackingBody, {"events": [EVENT | {"status": "lost"}]}, "/events/0/status"),
        (
            TrackingBody,
            {"events": [EVENT | {"occurred_at": "2026-03-02T14:00:00"}]},
            "/events/0/occurred_at",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_its_place(type_, body, pointer):
    with pytest.raises(Problem) as refused:
        read(type_, body)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def work(state: str = "shipped") -> Work:
    head = FulfillmentOrder(
        ID, ORDER, "LYON", "ship", "standard", "acme", "lane-1", state, date(2026, 3, 2), None,
        NOON, NOON, NOON, 4,
    )  # fmt: skip
    return Work(head, (Line(ID, 1, "GLOVE", 3, 2, 1, 0),))


def test_work_is_shown_with_what_its_node_may_do():
    shown = msgspec.to_builtins(work_answer(work("picked")))
    assert shown == {
        "id": str(ID),
        "order_id": str(ORDER),
        "order_number": "BZ59-GAG0-0000",
        "node": "LYON",
        "method": "ship",
        "service": "standard",
        "carrier": "acme",
        "lane": "lane-1",
        "state": "picked",
        "may": ["pack", "reject"],
        "day": "2026-03-02",
        "ship_by": None,
        "release_at": "2026-03-02T12:00:00Z",
        "made_at": "2026-03-02T12:00:00Z",
        "moved_at": "2026-03-02T12:00:00Z",
        "version": 4,
        "lines": [
            {"line": 1, "sku": "GLOVE", "quantity": 3, "picked": 2, "shorted": 1, "canceled": 0}
        ],
        "milestones": None,
        "pickup": None,
    }


def test_packages_are_shown_where_their_carrier_says_they_are():
    rows = tuple(
        PackageRow(ID, number, ORDER, "acme", "standard", f"T{number}", "[]", NOON)
        for number in (1, 2)
    )
    parcel = Parcel("T2", "acme", ID, ORDER, "delivered", NOON, NOON, "LYON", "[]")
    moves = (Move(ID, 1, "planned", "release", "kim", "why not", NOON),)

    shown = msgspec.json.decode(
        msgspec.json.encode(whole_answer(Whole(work(), rows, moves), [parcel]))
    )

    assert [(p["package"], p["status"], p["delivered_at"]) for p in shown["packages"]] == [
        (1, None, None),
        (2, "delivered", "2026-03-02T12:00:00Z"),
    ]
    assert shown["moves"] == [
        {
            "at": "2026-03-02T12:00:00Z",
            "verb": "release",
            "from_state": "planned",
            "actor": "kim",
            "reason": "why not",
        }
    ]


def test_every_step_of_a_node_has_its_route():
    posts = {
        route.path.rpartition("/")[2]
        for route in (*ROUTES, *pickups.ROUTES)
        if route.method == "POST"
    }
    steps = {"accept", "reject", "pick", "short", "pack", "ready", "collect", "ship"}
    assert posts == steps | {"arrived"}
    assert all(route.keyed for route in ROUTES if route.method == "POST")
