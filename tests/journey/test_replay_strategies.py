"""A policy's strategies on history: every try is reproduced, others are tried in their place."""

import msgspec
import pytest

from entrepot.policies.model import Policy
from journey.rules import rules
from journey.shop import order, placing
from journey.test_guided import AUSTIN_AT, DCS, HOME_AT, RENO_AT, STORES, profiles
from journey.test_replay import ended, run


@pytest.fixture
async def sold(shop):
    """A store next door with all of it, a center far away with caps; centers are tried first."""
    await shop.node("AUSTIN", AUSTIN_AT, kind="store")
    await shop.node("RENO", RENO_AT)
    await shop.count("AUSTIN", TEE=5, CAP=5)
    await shop.count("RENO", CAP=5)
    await rules(shop, **profiles(DCS, STORES))
    asked = [
        order((sku, 1), external_id=f"{sku}{at}", ship_to=HOME_AT)
        for at in range(3)
        for sku in ("TEE", "CAP")
    ]
    await shop.place(*map(placing, asked))
    return shop


def policy(**said):
    return msgspec.convert(said, Policy)


def nodes(side):
    return [sent.node for sent in side.shipments]


async def test_every_try_is_reproduced_and_each_order_is_counted_once(sold):
    result, differing = await ended(sold, await run(sold))
    assert (result.decisions, result.orders, result.differing, differing) == (9, 6, 0, [])

    result, changes = await ended(sold, await run(sold, policy(**profiles(DCS, STORES))))
    assert (result.figures.orders, result.figures.changed, changes) == (6, 0, [])
    assert result.figures.refused.then == result.figures.refused.now == 0


async def test_other_strategies_send_the_caps_from_next_door(sold):
    result, changes = await ended(sold, await run(sold, policy(**profiles(STORES, DCS))))
    assert result.figures.changed == 3
    for each in changes:
        assert (nodes(each.then), nodes(each.now)) == (["RENO"], ["AUSTIN"])
        assert each.because == "not_eligible"
    assert result.figures.cost.difference < 0
    assert result.figures.kilometers.difference < 0


async def test_without_strategies_the_cheapest_node_sends_it(sold):
    result, changes = await ended(sold, await run(sold, Policy()))
    assert [(nodes(each.then), nodes(each.now)) for each in changes] == 3 * [(["RENO"], ["AUSTIN"])]
    assert {each.because.value for each in changes} == {"dearer"}
    assert result.figures.orders == 6


async def test_strategies_that_find_nothing_refuse(sold):
    result, changes = await ended(sold, await run(sold, policy(**profiles(DCS))))
    assert result.figures.refused.now == 50
    assert {each.now.refused for each in changes} != {None}
    assert len(changes) == 3


async def test_what_records_do_not_say_is_named(sold):
    wise = profiles({**STORES, "when": "customer.class == 'gold'"}, DCS)
    result, _ = await ended(sold, await run(sold, policy(**wise)))
    assert result.not_simulated == ("customer.class (records do not say it)",)
