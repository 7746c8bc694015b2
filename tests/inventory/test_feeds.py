"""How fresh a feed is: when it was heard, how often, what it left out, and when it is stale."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import jsonschema_rs
import pytest

from entrepot.inventory import freshness, heard, tell, watch
from entrepot.inventory.heard import listen
from entrepot.inventory.model import Delta, MovementKind
from entrepot.plumbing import exceptions
from inventory.stock import LYON, NICE, NOON, TEE, US, counted, delta, minutes

FIRST = UUID(int=0)


def moved(sequence, node=LYON, source="wms", at=NOON):
    return Delta(MovementKind.ADJUSTMENT, TEE, node, 1, None, source, sequence, at)


async def feeds(conn, at=NOON, **how):
    asked = {"source": None, "node_id": None, "after": ("", ""), "most": 99} | how
    return await freshness.feeds(conn, US, at=at, **asked)


async def gaps(conn) -> dict:
    return (await feeds(conn))[1]


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ([1, 2, 3], {}),
        ([1, 3], {"wms": (1, 2)}),
        ([5, 1, 9], {"wms": (6, 2)}),
        ([3, 3, 3], {}),
        ([2, 2**62], {"wms": (2**62 - 3, 3)}),
    ],
)
async def test_numbers_left_out_are_gaps_until_they_come(house, told, missing):
    for sequence in told:
        await listen(house, US, [moved(sequence)], at=NOON)
    assert await gaps(house) == missing
    if len(told) == 2 and told[1] == 3:
        await listen(house, US, [moved(2)], at=NOON)
        assert await gaps(house) == {}


async def test_a_source_is_as_fresh_as_its_last_word_at_each_node(house):
    await listen(house, US, [moved(1, at=minutes(-9)), counted(5, "wms", 2, NOON)], at=NOON)
    await listen(house, US, [moved(4, NICE, at=minutes(-3))], at=minutes(2))
    rows, missing = await feeds(house, at=minutes(2))
    assert [
        (r.source, r.node_id, r.heard_at, r.told_at, r.sequence, r.messages) for r in rows
    ] == [
        ("wms", LYON, NOON, NOON, 2, 2), ("wms", NICE, minutes(2), minutes(-3), 4, 1),
    ]  # fmt: skip
    assert missing == {"wms": (1, 3)}
    assert (await feeds(house, node_id=NICE))[0][0].node_id == NICE
    assert (await feeds(house, source="erp"))[0] == []
    assert [r.node_id for r in (await feeds(house, after=("wms", LYON)))[0]] == [NICE]


async def test_a_rate_follows_what_is_heard_and_forgets_it(house):
    for second in range(1200):
        at = NOON + timedelta(seconds=second)
        if second % 5 == 0:
            await listen(house, US, [moved(second, at=at), moved(second + 1, at=at)], at=at)
    (row,), _ = await feeds(house, at=minutes(20))
    assert 0.36 < row.per_s < 0.42  # two every five seconds
    (row,), _ = await feeds(house, at=minutes(60))
    assert row.per_s < 0.01


async def test_who_says_no_source_is_no_feed(house):
    await listen(house, US, [counted(5, "api"), delta("receipt", 1)], at=NOON)
    assert await feeds(house) == ([], {})


async def test_a_source_that_counts_in_strides_is_kept_in_bounds(house, monkeypatch):
    monkeypatch.setattr(watch, "RANGES_MAX", 3)
    for number in (10, 20, 30, 40, 50):
        await listen(house, US, [moved(number)], at=NOON)
    assert await gaps(house) == {"wms": (36, 11)}
    await watch.watch(house, US, stale_after_s=None, at=NOON)
    assert await gaps(house) == {"wms": (27, 21)}  # 10 to 20 is given up


async def test_a_silent_feed_raises_one_alarm_until_it_speaks_again(house):
    await listen(house, US, [moved(1), moved(2, NICE)], at=NOON)

    async def look(at, after=600):
        seen = await watch.watch(house, US, stale_after_s=after, at=at)
        return [s.subject for s in seen.raised], [c.subject for c in seen.ended]

    assert await look(minutes(9)) == ([], [])
    await listen(house, US, [moved(3, NICE)], at=minutes(9))
    assert await look(minutes(11)) == (["feeds/wms/LYON"], [])
    assert await look(minutes(12)) == ([], [])
    (trouble,) = await exceptions.open_ones(house, US, after=FIRST, most=9)
    assert (trouble.kind, trouble.order_id) == ("inventory.feed_stale", None)
    assert trouble.reason == "wms has said nothing of LYON since 2026-03-02T12:00:00+00:00"
    stale = {r.node_id: r.stale_since for r in (await feeds(house))[0]}
    assert stale == {LYON: minutes(11), NICE: None}

    await listen(house, US, [moved(4)], at=minutes(13))
    assert await look(minutes(13)) == ([], ["feeds/wms/LYON"])
    assert await look(minutes(14)) == ([], [])
    assert await exceptions.open_ones(house, US, after=FIRST, most=9) == []
    assert all(r.stale_since is None for r in (await feeds(house))[0])


async def test_an_alarm_is_told_as_its_schema_says(house):
    await listen(house, US, [moved(1)], at=NOON)
    (raised,) = (await watch.watch(house, US, stale_after_s=60, at=minutes(5))).raised
    fact = tell.raised(raised)
    assert (fact.type, fact.subject, fact.order_id) == (
        "exception.opened", "feeds/wms/LYON", None,
    )  # fmt: skip
    file = Path(__file__).parents[2] / "docs" / "events" / f"{fact.type}.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert jsonschema_rs.is_valid(schema, json.loads(fact.data))


async def test_where_nobody_watches_no_feed_is_stale(house):
    await listen(house, US, [moved(1)], at=NOON)
    await watch.watch(house, US, stale_after_s=60, at=minutes(5))
    seen = await watch.watch(house, US, stale_after_s=None, at=minutes(6))
    assert [c.kind for c in seen.ended] == ["inventory.feed_stale"]
    assert (await feeds(house))[0][0].stale_since is None


async def test_an_alarm_that_a_person_has_closed_is_not_raised_again(house):
    await listen(house, US, [moved(1)], at=NOON)
    await watch.watch(house, US, stale_after_s=60, at=minutes(5))
    (trouble,) = await exceptions.open_ones(house, US, after=FIRST, most=9)
    ids = [trouble.exception_id]
    await exceptions.close(house, US, ids, actor="kim", reason="closed store", at=minutes(6))
    again = await watch.watch(house, US, stale_after_s=60, at=minutes(7))
    assert (again.raised, again.ended) == ([], [])


def test_a_delta_is_taken_once():
    fresh = {("wms", 1)}
    assert [heard.take(fresh, moved(1)) for _ in range(2)] == [True, False]
    assert heard.take(fresh, delta("receipt", 1))
