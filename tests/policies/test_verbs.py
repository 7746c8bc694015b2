import dataclasses
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from entrepot.network.model import Costs
from entrepot.network.read import read, version
from entrepot.policies.browse import current, history
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.terms.ids import MarketId

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
EAST, WEST = MarketId("east"), MarketId("west")
DEAR = Policy(extra_shipment=900, carrier_holidays=(date(2026, 11, 26),), release_after_s=60)


async def test_without_a_policy_the_defaults_hold(house):
    assert await current(house, EAST) == (0, Policy())


async def test_a_published_policy_is_in_force_and_the_older_one_is_kept(house):
    assert await publish(house, EAST, DEAR, "kim", "peak", AT) == 1
    assert await publish(house, EAST, Policy(), "lee", "peak is over", AT + timedelta(9)) == 2

    assert await current(house, EAST) == (2, Policy())
    assert await current(house, WEST) == (0, Policy())
    rows = await history(house, EAST, most=9)
    assert [(r.version, r.actor, r.reason) for r in rows] == [
        (2, "lee", "peak is over"),
        (1, "kim", "peak"),
    ]
    (first,) = await history(house, EAST, before=2, most=9)
    assert (first.document, first.active_from, first.retired_at, first.state) == (
        msgspec.json.encode(DEAR).decode(), AT, AT + timedelta(9), "retired"
    )  # fmt: skip


async def test_publishing_raises_the_networks_version_and_changes_its_costs(house):
    assert (await read(house, EAST)).costs == Costs()
    before = await version(house, EAST)
    await publish(house, EAST, DEAR, "kim", "peak", AT)
    assert await version(house, EAST) == before + 1
    assert (await read(house, EAST)).costs == Costs(900, 120, frozenset({date(2026, 11, 26)}), 1)


def test_the_networks_defaults_are_the_policys():
    said = msgspec.structs.asdict(Policy())
    costs = dataclasses.asdict(Costs())
    assert costs.pop("policy_version") == 0
    costs.pop("zone_km")  # where zones end is the network's, and no policy says it
    assert {name: said[name] for name in costs} == {**costs, "carrier_holidays": ()}


def test_what_is_stored_says_every_default():
    assert set(msgspec.json.decode(msgspec.json.encode(Policy()))) == set(Policy.__struct_fields__)


@pytest.mark.parametrize(
    "text",
    [
        '{"extra_shipment": -1}',
        '{"extra_shipment": 1.5}',
        '{"max_replans": 21}',
        '{"hold_expiry_s": 59}',
        '{"carrier_holidays": ["2026-02-30"]}',
        '{"release_after": 1}',
    ],
)
def test_a_policy_out_of_bounds_is_none(text):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Policy)
