"""History decided again: what was recorded to the last figure, and what other rules make of it."""

from datetime import timedelta

import msgspec
import pytest

from entrepot.fulfillment.reject import reject
from entrepot.journey import replay as replaying
from entrepot.journey.compare import Change
from entrepot.journey.replay_reader import Reader
from entrepot.journey.replay_result import Result
from entrepot.plumbing import mint
from entrepot.plumbing.mint import MINT
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.sourcing import replays
from entrepot.sourcing.replays import Span
from journey.shop import NEWARK, US, order, placing

HOUR = timedelta(hours=1)


async def under(shop, policy) -> None:
    """Let a policy come into force."""
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, policy, "kim", "a test", mint.now())
    await shop.world.refresh(US)


@pytest.fixture
async def history(shop):
    """Two nodes near and one dear, three policies, a node paused and opened, a rejection."""
    await shop.node("DC", capacity_per_day=6)
    await shop.node("MAIN", handling_cost=40)
    await shop.node("NEWARK", NEWARK, handling_cost=300)
    await shop.count("DC", TEE=9)
    await shop.count("MAIN", CAP=9)
    await shop.count("NEWARK", TEE=30, CAP=30)
    await under(shop, Policy(extra_shipment=0))
    await shop.place(*[
        placing(order(("TEE", 1), ("CAP", 1), external_id=f"a{at}")) for at in range(3)
    ])  # fmt: skip
    await under(shop, Policy(extra_shipment=2_000))
    await shop.place(*[
        placing(order(("TEE", 1), ("CAP", 1), external_id=f"b{at}")) for at in range(3)
    ])  # fmt: skip
    await shop.node("DC", capacity_per_day=6, enabled=False)
    await shop.buy(("TEE", 1), external_id="c")
    await shop.node("DC", capacity_per_day=6)
    await under(shop, Policy(extra_shipment=10))
    id_ = await shop.buy(("TEE", 2), external_id="d")
    await shop.turn()
    (work,) = await shop.works(id_)
    await shop.do(reject, work, reason="too_busy")
    await shop.turn()
    return shop


async def run(shop, policy=None, *, hours=1, steps=1_000):
    """Begin a replay of the last hours and work on it; answers its name."""
    name, at = MINT.one(), mint.now()
    span = Span(at - hours * HOUR, at + HOUR)
    async with shop.pool.acquire() as conn, conn.transaction():
        await replaying.start(conn, US, name, span, policy, seed=7, actor="kim", at=at)
    await go_on(shop, name, steps)
    return name


async def go_on(shop, name, steps=1_000, reader=None):
    reader = reader or Reader(US)
    for _ in range(steps):
        if not await replaying.run_step(shop.pool, reader, name):
            return


async def ended(shop, name) -> tuple[Result, list[Change]]:
    async with shop.pool.acquire() as conn:
        row = await replays.read(conn, US, name)
        rows = await replays.changes_after(conn, US, name, 0, 1_000)
    assert row.result is not None, row
    changes = [msgspec.json.decode(each.document, type=Change) for each in rows]
    return msgspec.json.decode(row.result, type=Result), changes


async def test_the_rules_of_then_reproduce_all_that_was_decided(history):
    result, differing = await ended(history, await run(history))
    kinds = await history.pool.fetchval("SELECT array_agg(DISTINCT kind) FROM sourcing.decision")
    versions = await history.pool.fetchval("SELECT count(*) FROM sourcing.network_snapshot")
    assert sorted(kinds) == ["capture", "replan"]
    assert versions >= 4
    assert result.orders == 9
    assert (result.differing, result.fidelity_percent, differing) == (0, 100.0, [])
    assert result.figures is None


async def test_a_record_that_was_tampered_with_is_listed(history):
    from entrepot.sourcing.record import unpack

    rows = await history.pool.fetch("SELECT record_id, packed FROM sourcing.record ORDER BY 1")
    record = unpack(rows[0]["packed"])
    first = record.decisions[0]
    lie = msgspec.structs.replace(first, plan=msgspec.structs.replace(first.plan, cost=1))
    record = msgspec.structs.replace(record, decisions=(lie, *record.decisions[1:]))
    await history.pool.execute(
        "UPDATE sourcing.record SET packed = $1 WHERE record_id = $2",
        msgspec.msgpack.encode(record), rows[0]["record_id"],
    )  # fmt: skip

    result, changes = await ended(history, await run(history))

    assert result.differing == 1
    assert result.fidelity_percent == pytest.approx(100 * (1 - 1 / result.decisions))
    (change,) = changes
    assert "other figures" in change.words
    assert change.order is not None


async def test_other_rules_change_the_orders_they_would_have_changed(history):
    result, changes = await ended(history, await run(history, Policy(extra_shipment=2_000)))

    figures = result.figures
    assert result.differing == 0
    assert figures.orders == figures.planned_both == 9
    assert figures.changed == len(changes) == 3
    assert figures.split.then == pytest.approx(100 * 3 / 9)
    assert figures.split.now == 0
    assert figures.shipments.difference == pytest.approx(-3 / 9)
    assert figures.cost_total_now > figures.cost_total_then
    moved = {each.node: (each.then, each.now) for each in figures.nodes}
    assert moved["NEWARK"][1] - moved["NEWARK"][0] == 3
    for change in changes:
        assert [sent.node for sent in change.then.shipments] == ["DC", "MAIN"]
        assert [sent.node for sent in change.now.shipments] == ["NEWARK"]
        assert change.because == "dearer"
        assert "NEWARK" in change.words


async def test_the_rules_that_were_in_force_change_nothing_of_their_own_time(history):
    _, policy = 3, Policy(extra_shipment=10)
    async with history.pool.acquire() as conn:
        latest = await conn.fetchval("SELECT max(at) FROM sourcing.decision WHERE kind = 'capture'")
    name = MINT.one()
    span = Span(latest, mint.now() + HOUR)
    async with history.pool.acquire() as conn, conn.transaction():
        await replaying.start(conn, US, name, span, policy, seed=1, actor="kim", at=mint.now())
    await go_on(history, name)
    result, changes = await ended(history, name)
    assert (result.orders, result.figures.changed, changes) == (2, 0, [])
    assert result.figures.cost.difference == 0


async def test_it_goes_on_where_it_stopped_and_finds_the_same(history):
    whole, _ = await ended(history, await run(history, Policy(extra_shipment=2_000)))
    reader = Reader(US, at_once=1)
    name = await run(history, Policy(extra_shipment=2_000), steps=0)
    await go_on(history, name, 1, reader)
    async with history.pool.acquire() as conn:
        half = await replays.read(conn, US, name)
    assert 0 < half.records_done < half.records
    assert half.ended_at is None

    await go_on(history, name)

    again, _ = await ended(history, name)
    assert again == whole


async def test_what_another_worker_has_in_hand_is_left_alone(history):
    name = await run(history, steps=0)
    async with history.pool.acquire() as conn, conn.transaction():
        assert await replays.lock(conn, US, name) is not None
        assert not await replaying.run_step(history.pool, Reader(US), name)
    assert await replaying.run_step(history.pool, Reader(US), name)


async def test_a_network_that_is_not_kept_ends_it_with_the_reason(history):
    await history.pool.execute("DELETE FROM sourcing.network_snapshot")
    name = await run(history)
    async with history.pool.acquire() as conn:
        row = await replays.read(conn, US, name)
    assert row.result is None
    assert row.ended_at is not None
    assert "no snapshot of network version" in row.fault


async def test_what_is_kept_from_a_channel_by_the_tried_policy_is_kept(history):
    rules = {
        "keep": [{"match": {"channels": ["web"], "nodes": ["DC"]}, "units": 100}],
        "extra_shipment": 10,
    }
    result, changes = await ended(history, await run(history, msgspec.convert(rules, Policy)))
    assert result.not_simulated == ()
    assert {each.because.value for each in changes} == {"taken"}
    assert not any(sent.node == "DC" for each in changes for sent in each.now.shipments)
    assert result.figures.changed == 4


async def test_what_a_replay_cannot_show_is_named(history):
    rules = {"keep": [{"units": 1}], "stale_stock": {}}
    result, _ = await ended(history, await run(history, msgspec.convert(rules, Policy)))
    assert result.not_simulated == ("stale_stock", "keep (rules without channels)")
