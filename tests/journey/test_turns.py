"""The worker's turns: in a flood, lists may wait a little, and never for long."""

from datetime import timedelta

from entrepot.work.loop import LISTS_OLD_MAX, _Turns

SUMMARIES = "SELECT count(*) FROM journey.summary"


async def test_while_facts_pour_in_lists_are_brought_up_to_date_now_and_then(
    shop, pool, monkeypatch
):
    await shop.node("DC")
    await shop.count("DC", TEE=9)
    turns = _Turns(pool, shop.runner)
    monkeypatch.setattr("entrepot.work.loop.EVENTS_PER_TURN_MAX", 2)

    await shop.buy(("TEE", 1), external_id="1")
    await turns.take()
    assert await pool.fetchval(SUMMARIES) == 1  # nobody has looked for a long time

    await shop.buy(("TEE", 1), external_id="2")
    await turns.take()
    assert await pool.fetchval(SUMMARIES) == 1  # two facts at once: a flood

    await shop.buy(("TEE", 1), external_id="3")
    turns.looked -= LISTS_OLD_MAX + timedelta(seconds=1)
    await turns.take()
    assert await pool.fetchval(SUMMARIES) == 3

    await shop.buy(("TEE", 1), external_id="4")
    await turns.take()
    assert await pool.fetchval(SUMMARIES) == 3
    await turns.take()  # nothing more has come
    assert await pool.fetchval(SUMMARIES) == 4
