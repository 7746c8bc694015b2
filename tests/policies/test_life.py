from datetime import UTC, datetime, timedelta

import pytest

from entrepot.network.open import hold
from entrepot.network.read import read, version
from entrepot.policies import browse
from entrepot.policies.model import Policy, WhyNotMoved
from entrepot.policies.move import draft, move, restored
from entrepot.policies.publish import publish
from entrepot.policies.states import POLICY, PolicyState, PolicyVerb
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Refused

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
EAST, WEST = MarketId("east"), MarketId("west")
DEAR, CHEAP = Policy(extra_shipment=900), Policy(extra_shipment=10)


async def moved(conn, number, verb, **said):
    asked = {"actor": "kim", "reason": "because", "at": LATER, **said}
    return await move(conn, EAST, number, PolicyVerb(verb), **asked)


async def states(conn):
    return {v.version: v.state for v in await browse.versions(conn, EAST, most=99)}


async def test_a_draft_decides_nothing_and_may_be_changed(house):
    await hold(house, EAST)
    before = await version(house, EAST)
    made = await draft(house, EAST, DEAR, "kim", "peak", AT)
    assert (made.version, made.state, made.actor, made.reason) == (1, "draft", "kim", "peak")
    done = await moved(house, 1, "change", reason="less", document=CHEAP)
    assert (done.value.reason, done.value.revision) == ("less", 2)
    assert await browse.current(house, EAST) == (0, Policy())
    assert await version(house, EAST) == before
    assert await browse.versions(house, WEST, most=9) == []


async def test_what_comes_into_force_retires_what_was_and_raises_the_networks_version(house):
    await hold(house, EAST)
    await draft(house, EAST, DEAR, "kim", "peak", AT)
    await publish(house, EAST, CHEAP, "lee", "now", AT)
    before = await version(house, EAST)
    done = await moved(house, 1, "activate")
    assert (done.value.activation, done.value.active_from) == (2, LATER)
    assert await states(house) == {1: "active", 2: "retired"}
    assert await browse.current(house, EAST) == (1, DEAR)
    assert await version(house, EAST) == before + 1
    assert (await read(house, EAST)).costs.policy_version == 1
    assert [v.version for v in await browse.history(house, EAST, most=9)] == [1, 2]


async def test_a_schedule_waits_for_its_time_and_can_be_withdrawn(house):
    await hold(house, EAST)
    await draft(house, EAST, DEAR, "kim", "peak", AT)
    done = await moved(house, 1, "schedule", effective_at=LATER)
    assert (done.value.state, done.value.effective_at) == ("scheduled", LATER)
    assert await browse.due(house, EAST, at=LATER - timedelta(seconds=1)) is None
    assert await browse.due(house, EAST, at=LATER) == 1
    done = await moved(house, 1, "withdraw")
    assert (done.value.state, done.value.effective_at) == ("draft", None)
    assert await browse.due(house, EAST, at=LATER) is None


async def test_of_two_that_are_due_the_one_of_the_earlier_time_comes_first(house):
    await hold(house, EAST)
    for at in (LATER, AT):
        made = await draft(house, EAST, DEAR, "kim", "peak", AT)
        await moved(house, made.version, "schedule", effective_at=at)
    assert await browse.due(house, EAST, at=LATER) == 2
    await moved(house, 2, "activate")
    assert await browse.due(house, EAST, at=LATER) == 1


@pytest.mark.parametrize("state", list(PolicyState))
@pytest.mark.parametrize("verb", [v for v in PolicyVerb if v is not PolicyVerb.RETIRE])
async def test_only_legal_moves_are_made(house, state, verb):
    await hold(house, EAST)
    made = await draft(house, EAST, DEAR, "kim", "peak", AT)
    ways = {"draft": [], "scheduled": ["schedule"], "active": ["activate"], "retired": ["discard"]}
    for way in ways[state]:
        await moved(house, made.version, way, effective_at=LATER)
    stood = await browse.version(house, EAST, 1)
    done = await moved(house, 1, verb, effective_at=LATER, document=DEAR)
    if (state, verb) in POLICY.moves:
        assert isinstance(done, Done)
        assert done.value.state == POLICY.moves[state, verb]
        assert len(await browse.moves(house, EAST, 1)) == done.value.revision - 1
    else:
        assert done == Refused(
            WhyNotMoved.TRANSITION, f"a version that is {state} cannot {verb}"
        )  # fmt: skip
        assert await browse.version(house, EAST, 1) == stood


async def test_a_version_nobody_knows_and_one_that_has_changed_are_refused(house):
    await hold(house, EAST)
    assert (await moved(house, 7, "activate")).why is WhyNotMoved.UNKNOWN
    await draft(house, EAST, DEAR, "kim", "peak", AT)
    done = await moved(house, 1, "activate", revisions={2, 3})
    assert done.why is WhyNotMoved.VERSION_CHANGED
    assert await states(house) == {1: "draft"}


async def test_the_way_back_leads_to_what_was_in_force_before(house):
    await hold(house, EAST)
    assert (await restored(house, EAST, None)).why is WhyNotMoved.NEVER_IN_FORCE
    await publish(house, EAST, DEAR, "kim", "peak", AT)
    assert (await restored(house, EAST, None)).why is WhyNotMoved.NEVER_IN_FORCE
    await publish(house, EAST, CHEAP, "kim", "over", AT)
    await draft(house, EAST, Policy(), "kim", "an idea", AT)
    assert (await restored(house, EAST, None)).value.version == 1
    assert (await restored(house, EAST, 2)).why is WhyNotMoved.IN_FORCE
    assert (await restored(house, EAST, 3)).why is WhyNotMoved.NEVER_IN_FORCE
    assert (await restored(house, EAST, 4)).why is WhyNotMoved.UNKNOWN
    number = await publish(house, EAST, DEAR, "kim", "back", LATER, restores=1)
    found = await browse.version(house, EAST, number)
    assert (found.version, found.state, found.restores) == (4, "active", 1)
    assert await states(house) == {1: "retired", 2: "retired", 3: "draft", 4: "active"}
