from datetime import UTC, datetime

import pytest

from entrepot.access import keys
from entrepot.access.adopt import adopt_bootstrap
from entrepot.access.create import create
from entrepot.access.load import load
from entrepot.access.model import Principal, Scope
from entrepot.access.revoke import revoke
from entrepot.terms.ids import KeyId, MarketId

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
EAST = MarketId("east")


async def test_a_created_key_is_known_by_its_digest_and_its_text_is_stored_nowhere(house):
    key_id, text = await create(
        house, EAST, "warehouse", {Scope.TRACKING_WRITE, Scope.EVENTS_READ}, AT
    )

    assert await load(house) == {
        keys.digest(text): Principal(
            EAST, key_id, "warehouse", frozenset({"events:read", "tracking:write"})
        )
    }
    stored = await house.fetchval("SELECT k::text FROM access.key AS k")
    assert keys.key_id_of(text) == key_id
    assert text.split("_")[2] not in stored


async def test_a_revoked_key_is_gone_and_can_be_revoked_once(house):
    key_id, _ = await create(house, EAST, "till", {Scope.ORDERS_WRITE}, AT)

    assert not await revoke(house, MarketId("west"), key_id, AT)
    assert await revoke(house, EAST, key_id, AT)
    assert not await revoke(house, EAST, key_id, AT)
    assert await load(house) == {}


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 201])
async def test_a_key_without_a_name_people_can_read_is_not_made(house, name):
    with pytest.raises(ValueError, match="printable"):
        await create(house, EAST, name, {Scope.ADMIN}, AT)
    assert await load(house) == {}


async def test_the_first_key_may_be_given_and_is_an_administrator_of_the_default_market(house):
    assert await adopt_bootstrap(house, "choose-a-long-secret", AT)

    admin = Principal(MarketId("default"), KeyId("bootstrap"), "bootstrap", frozenset({"admin"}))
    assert await load(house) == {keys.digest("choose-a-long-secret"): admin}


async def test_a_bootstrap_key_is_adopted_once(house):
    await adopt_bootstrap(house, "first", AT)
    assert not await adopt_bootstrap(house, "second", AT)
    assert set(await load(house)) == {keys.digest("first")}


async def test_a_database_that_ever_had_a_key_adopts_none(house):
    key_id, _ = await create(house, EAST, "till", {Scope.ADMIN}, AT)
    await revoke(house, EAST, key_id, AT)
    assert not await adopt_bootstrap(house, "later", AT)
    assert await load(house) == {}


async def test_no_text_is_no_key(house):
    assert not await adopt_bootstrap(house, "", AT)
    assert await load(house) == {}
