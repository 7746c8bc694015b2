"""People and their sessions, on real rows."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import argon2
import pytest

from entrepot.access import browse, rules
from entrepot.access.change import Change, change
from entrepot.access.enroll import Newcomer, enroll
from entrepot.access.hashing import Hashing, HashingFullError
from entrepot.access.model import SESSION_IDLE, SESSION_LENGTH, Role
from entrepot.access.prefer import prefer, seen
from entrepot.access.recognize import principal_of, recognize, still_good
from entrepot.access.rules import WhyNotChanged as Why
from entrepot.access.sign_in import change_password, sign_in
from entrepot.access.sign_out import sign_out
from entrepot.plumbing import clock
from entrepot.terms.ids import MarketId, UserId
from entrepot.terms.outcome import Done, Refused

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)
EAST, WEST = MarketId("east"), MarketId("west")
ALL = frozenset({"admin"})
WORD = "correct horse battery"
NONE = ""


@pytest.fixture
def hashing():
    return Hashing(time_cost=1, memory_kib=64)


async def person(conn, login="mia", role=Role.AGENT, *, market=EAST, password=NONE, **rest):
    new = Newcomer(login, rest.pop("name", login.title()), role, rest.pop("nodes", None))
    at = await clock.read(conn)
    return await enroll(conn, market, new, password=password, actor="test", at=at)


async def hashed(hashing, word=WORD):
    return await hashing.make(word)


async def test_a_person_is_enrolled_once_per_login_and_name(house, hashing):
    password = await hashed(hashing)
    done = await person(house, nodes=["s-2", "s-1", "s-1"], role=Role.ASSOCIATE, password=password)
    assert isinstance(done, Done)
    assert (done.value.login, done.value.node_ids, done.value.version) == ("mia", ["s-1", "s-2"], 1)

    again = await person(house, name="Other", password=password)
    assert isinstance(again, Refused)
    assert again.why is Why.LOGIN_TAKEN
    twin = await person(house, "mia2", name="MIA", password=password)
    assert isinstance(twin, Refused)
    assert twin.why is Why.NAME_TAKEN
    assert isinstance(await person(house, market=WEST, password=password), Done)
    assert [each.login for each in await browse.accounts(house, EAST, "", 10)] == ["mia"]


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (Newcomer("Mia", "Mia", Role.AGENT), Why.LOGIN),
        (Newcomer("mia", " Mia", Role.AGENT), Why.NAME),
        (Newcomer("mia", "Mia", Role.ASSOCIATE), Why.NODES),
        (Newcomer("mia", "Mia", Role.VIEWER, ["s-1"]), Why.NODES),
    ],
)
async def test_who_is_not_fit_is_not_enrolled(house, new, why):
    refused = await enroll(house, EAST, new, password=NONE, actor="t", at=AT)
    assert isinstance(refused, Refused)
    assert refused.why is why
    assert await browse.accounts(house, EAST, "", 10) == []


async def test_the_last_administrator_is_neither_ended_nor_made_something_else(house, hashing):
    password = await hashed(hashing)
    one = await person(house, role=Role.ADMINISTRATOR, password=password)
    for wanted in (Change(enabled=False), Change(role=Role.VIEWER)):
        refused = await to(house, one, wanted)
        assert isinstance(refused, Refused)
        assert refused.why is Why.LAST_ADMINISTRATOR
    await person(house, "tom", role=Role.ADMINISTRATOR, password=password)
    assert isinstance(await to(house, one, Change(role=Role.VIEWER)), Done)


async def test_two_administrators_who_end_each_other_leave_one(pool, hashing):
    password = await hashed(hashing)
    async with pool.acquire() as conn:
        made = [
            await person(conn, login, role=Role.ADMINISTRATOR, password=password)
            for login in ("mia", "tom")
        ]

    async def end(one):
        async with pool.acquire() as conn, conn.transaction():
            return await to(conn, one, Change(enabled=False))

    done = await asyncio.gather(*map(end, made))
    assert sorted(type(each).__name__ for each in done) == ["Done", "Refused"]


async def to(conn, one, wanted, *, own=ALL, if_versions=None):
    at = await clock.read(conn)
    return await change(
        conn, EAST, one.value.user_id, wanted, own=own, if_versions=if_versions, at=at
    )


async def test_nobody_touches_who_may_do_more(house, hashing):
    password = await hashed(hashing)
    admin = await person(house, role=Role.ADMINISTRATOR, password=password)
    viewer = await person(house, "tom", role=Role.VIEWER, password=password)
    own = frozenset({"users:write", "orders:read"})
    for one, wanted in ((admin, Change(name="Ha")), (viewer, Change(role=Role.ADMINISTRATOR))):
        refused = await to(house, one, wanted, own=own)
        assert isinstance(refused, Refused)
        assert refused.why is Why.BEYOND


async def test_a_change_says_what_it_has_seen_and_takes_nodes_from_who_needs_none(house, hashing):
    password = await hashed(hashing)
    one = await person(house, role=Role.ASSOCIATE, nodes=["s-1"], password=password)
    stale = await to(house, one, Change(name="Mia C."), if_versions=frozenset({7}))
    assert isinstance(stale, Refused)
    assert stale.why is Why.VERSION_CHANGED
    done = await to(house, one, Change(role=Role.AGENT), if_versions=frozenset({1}))
    assert (done.value.role, done.value.node_ids, done.value.version) == ("agent", None, 2)
    back = await to(house, one, Change(role=Role.ASSOCIATE))
    assert isinstance(back, Refused)
    assert back.why is Why.NODES
    unknown = await change(
        house, EAST, UserId(UUID(int=1)), Change(), own=ALL,
        if_versions=None, at=AT,
    )  # fmt: skip
    assert isinstance(unknown, Refused)
    assert unknown.why is Why.UNKNOWN


async def enrolled(pool, hashing, **rest):
    async with pool.acquire() as conn:
        return await person(conn, password=await hashed(hashing), **rest)


async def look(pool, token):
    async with pool.acquire() as conn:
        return await recognize(conn, token)


async def test_the_right_password_begins_a_session_and_no_other_does(pool, hashing):
    await enrolled(pool, hashing, role=Role.ASSOCIATE, nodes=["s-1"])
    signed = await sign_in(pool, hashing, EAST, "mia", WORD)
    assert signed is not None
    found = await look(pool, signed.token)
    assert found == signed.session
    who = principal_of(found)
    assert (who.name, who.nodes, who.market) == ("Mia", {"s-1"}, "east")
    assert who.may("fulfillment:write")
    assert not who.may("orders:write")

    for login, word in (("mia", "wrong horse battery"), ("nobody", WORD), ("mia", "")):
        assert await sign_in(pool, hashing, EAST, login, word) is None
    assert await sign_in(pool, hashing, WEST, "mia", WORD) is None
    async with pool.acquire() as conn:
        stored = await conn.fetchval("SELECT string_agg(s::text, ' ') FROM access.session AS s")
    assert signed.token not in stored
    assert signed.token.partition(".")[2] not in stored


async def test_each_sign_in_has_a_token_of_its_own_and_ends_what_the_browser_had(pool, hashing):
    await enrolled(pool, hashing)
    first = await sign_in(pool, hashing, EAST, "mia", WORD)
    other = await sign_in(pool, hashing, EAST, "mia", WORD)
    second = await sign_in(pool, hashing, EAST, "mia", WORD, instead_of=first.token)
    assert second.token != first.token
    assert await look(pool, first.token) is None
    assert await look(pool, other.token) is not None
    refused = await sign_in(pool, hashing, EAST, "mia", "wrong", instead_of=second.token)
    assert refused is None
    assert await look(pool, second.token) is not None, "a wrong password ends nothing"


async def test_sign_out_ends_one_session_and_a_new_password_all(pool, hashing):
    await enrolled(pool, hashing)
    one, two = [await sign_in(pool, hashing, EAST, "mia", WORD) for _ in range(2)]
    async with pool.acquire() as conn:
        assert await sign_out(conn, one.token)
        assert not await sign_out(conn, one.token)
    assert await look(pool, one.token) is None

    new = "staple of the century"
    wrong = await change_password(pool, hashing, EAST, "mia", current="no", new=new)
    assert wrong is None
    assert await look(pool, two.token) is not None
    after = await change_password(pool, hashing, EAST, "mia", current=WORD, new=new)
    assert await look(pool, two.token) is None
    assert await look(pool, after.token) is not None
    assert await sign_in(pool, hashing, EAST, "mia", WORD) is None
    assert await sign_in(pool, hashing, EAST, "mia", new) is not None


async def test_who_is_disabled_is_out_and_stays_out(pool, hashing):
    one = await enrolled(pool, hashing)
    signed = await sign_in(pool, hashing, EAST, "mia", WORD)
    async with pool.acquire() as conn, conn.transaction():
        await to(conn, one, Change(enabled=False))
    assert await look(pool, signed.token) is None
    assert await sign_in(pool, hashing, EAST, "mia", WORD) is None
    async with pool.acquire() as conn, conn.transaction():
        await to(conn, one, Change(enabled=True))
    assert await look(pool, signed.token) is None, "an ended session does not come back"
    assert await sign_in(pool, hashing, EAST, "mia", WORD) is not None


async def test_a_session_ends_when_it_is_left_alone_and_at_the_latest_with_the_day(pool, hashing):
    await enrolled(pool, hashing)
    signed = await sign_in(pool, hashing, EAST, "mia", WORD)
    known = [(EAST, signed.session.digest)]
    assert signed.session.idle_at < signed.session.ends_at

    async def aged(by):
        async with pool.acquire() as conn:
            await conn.execute(
                "UPDATE access.session SET began_at = began_at - $1::interval,"
                " idle_at = idle_at - $1::interval, ends_at = ends_at - $1::interval",
                by,
            )
            await conn.execute(
                "UPDATE access.account SET password_at = password_at - $1::interval", by
            )

    await aged(SESSION_IDLE - timedelta(minutes=1))
    async with pool.acquire() as conn:
        session = (await still_good(conn, known, []))[signed.session.digest]
        touched = (await still_good(conn, known, [session]))[signed.session.digest]
        assert touched.idle_at > session.idle_at + timedelta(hours=3)
        again = (await still_good(conn, known, [touched]))[signed.session.digest]
        assert again == touched, "a minute's use is noted once"
    await aged(SESSION_IDLE)
    assert await look(pool, signed.token) is None, "left alone"

    busy = await sign_in(pool, hashing, EAST, "mia", WORD)
    known, used = [(EAST, busy.session.digest)], busy.session
    for _ in range(4):
        await aged(SESSION_IDLE - timedelta(minutes=1))
        async with pool.acquire() as conn:
            used = (await still_good(conn, known, []))[used.digest]
            used = (await still_good(conn, known, [used]))[used.digest]
    await aged(SESSION_LENGTH - 4 * SESSION_IDLE + timedelta(minutes=5))
    async with pool.acquire() as conn:
        assert await still_good(conn, known, [used]) == {}, "however busy"
    assert await look(pool, busy.token) is None


async def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(pool, hashing):
    await enrolled(pool, hashing)
    stronger = Hashing(time_cost=2, memory_kib=64)

    async def kept():
        async with pool.acquire() as conn:
            return await conn.fetchval("SELECT password FROM access.account")

    before = await kept()
    assert await sign_in(pool, stronger, EAST, "mia", "wrong") is None
    assert await kept() == before
    assert await sign_in(pool, stronger, EAST, "mia", WORD) is not None
    after = await kept()
    assert "t=2" in after
    assert "t=1" in before
    assert await sign_in(pool, stronger, EAST, "mia", WORD) is not None
    assert await kept() == after


async def test_a_session_never_outlives_a_change_made_while_it_began(pool, hashing):
    one = await enrolled(pool, hashing)

    async def reset():
        async with pool.acquire() as conn, conn.transaction():
            await to(conn, one, Change(password=await hashed(hashing, "another word here")))

    for _ in range(5):
        signed, _ = await asyncio.gather(sign_in(pool, hashing, EAST, "mia", WORD), reset())
        if signed is not None:
            assert await look(pool, signed.token) is None


async def test_an_unknown_login_costs_as_much_as_a_known_one(hashing, monkeypatch):
    asked = []
    kept = await hashing.make(WORD)
    verify = argon2.PasswordHasher.verify

    def noted(self, hashed, password):
        asked.append(hashed)
        return verify(self, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    assert not await hashing.verify(None, WORD)
    assert not await hashing.verify(kept, "wrong")
    assert await hashing.verify(kept, WORD)
    assert [each.split("$")[3] for each in asked] == ["m=64,t=1,p=1"] * 3


async def test_who_comes_when_too_many_wait_is_told_so():
    hashing = Hashing(time_cost=1, memory_kib=8192, most=2)
    done = await asyncio.gather(
        *(hashing.verify(None, "x") for _ in range(5)), return_exceptions=True
    )
    assert [type(each) for each in done].count(HashingFullError) == 3
    assert await hashing.verify(None, "x") is False


async def test_the_same_password_however_it_is_composed(hashing):
    kept = await hashing.make("café" + "x" * 8)
    assert await hashing.verify(kept, "cafe\u0301" + "x" * 8)


async def test_preferences_are_replaced_and_counted(house, hashing):
    one = await person(house, password=await hashed(hashing))
    who = one.value.user_id
    assert await browse.preference(house, EAST, who) is None
    assert await prefer(house, EAST, who, '{"theme": "dark"}', AT) == 1
    assert await prefer(house, EAST, who, "{}", AT) == 2
    found = await seen(house, EAST, who)
    assert (found.document, found.version) == ("{}", 2)


async def test_a_secret_prints_as_nothing(pool, hashing):
    await enrolled(pool, hashing)
    signed = await sign_in(pool, hashing, EAST, "mia", WORD)
    assert signed.token not in repr(signed)
    assert rules.flaw_of_password(WORD, "mia") is None
