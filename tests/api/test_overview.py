"""The network and its nodes as operations see them now."""

from datetime import timedelta

import pytest

from api.test_grid import node
from entrepot.api.remembered import Remembered
from entrepot.plumbing import mint


@pytest.fixture
async def shop(call):
    """A store and a center that is switched off."""
    await call.ok("PUT", "/v1/nodes/S1", node("store", "Dallas", capacity_per_day=10))
    await call.ok("PUT", "/v1/nodes/DC", node("dc", "Center", enabled=False))
    return call


async def seen(shop) -> dict[str, dict]:
    """Look at the network, anew."""
    shop.app.remembered.forget()
    shown = await shop.ok("GET", "/v1/network/overview")
    return {each["node"]: each for each in shown["nodes"]}


async def test_every_node_stands_with_its_kind_place_and_load(shop):
    nodes = await seen(shop)
    store = nodes["S1"]
    assert (store["kind"], store["status"], store["planned"], store["limit"], store["load"]) == (
        "store", "open", 0, 10, 0.0,
    )  # fmt: skip
    assert round(store["latitude"]) == 33
    assert nodes["DC"]["status"] == "disabled"


async def test_a_pause_says_why_and_until_when_and_ends_when_it_is_lifted(shop):
    until = (mint.now() + timedelta(days=2)).isoformat()
    pause = {"kind": "pause", "reason": "inventory day", "until": until}
    answer = await shop("POST", "/v1/nodes/S1/overrides", pause)
    assert answer.status == 201
    store = (await seen(shop))["S1"]
    assert store["status"] == "paused"
    assert (store["pause"]["reason"], store["pause"]["actor"]) == ("inventory day", "kim")
    lift = f"/v1/nodes/S1/overrides/{store['pause']['id']}/lift"
    await shop.ok("POST", lift, {"reason": "done"})
    assert (await seen(shop))["S1"]["status"] == "open"


async def test_a_node_without_room_is_full(shop):
    await shop.ok("PUT", "/v1/nodes/S1", node("store", "Dallas", capacity_per_day=0))
    assert (await seen(shop))["S1"]["status"] == "full"


async def test_a_nodes_page_has_its_days_hours_and_queue(shop):
    shown = await shop.ok("GET", "/v1/nodes/S1/overview")
    assert (shown["seen"]["node"], shown["seen"]["status"], shown["queue"]) == ("S1", "open", [])
    assert len(shown["days"]) == 7
    assert len(shown["hours"]) == 7
    assert shown["services"] == ["ship"]
    assert (shown["accuracy"], shown["exceptions"]) == (None, [])


async def test_an_unknown_node_is_not_found(shop):
    assert (await shop("GET", "/v1/nodes/NONE/overview")).status == 404


async def test_what_is_remembered_is_made_anew_when_it_is_ten_times_as_old_as_it_took():
    now, made = 0.0, []

    async def make() -> bytes:
        nonlocal now
        now += 0.5
        made.append(now)
        return str(now).encode()

    kept = Remembered(lambda: now)
    assert await kept.get("a", make) == b"0.5"
    now = 5.4
    assert await kept.get("a", make) == b"0.5"
    now = 5.6
    assert await kept.get("a", make) == b"6.1"
    kept.forget()
    assert await kept.get("a", make) == b"6.6"
    assert len(made) == 3
