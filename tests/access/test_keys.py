from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.access import keys
from entrepot.access.model import Principal, Scope
from entrepot.terms.ids import KeyId, MarketId

ZEROS = bytes(40)
TEXT = f"ent_{'a' * 13}_{'a' * 52}_7tlvgaa"


def test_a_key_is_its_id_its_secret_and_a_checksum():
    assert keys.make(ZEROS) == keys.NewKey(KeyId("a" * 13), TEXT, sha256(TEXT.encode()).digest())


def test_a_key_is_made_of_forty_bytes_and_no_other_number():
    with pytest.raises(ValueError, match="40 bytes, not 39"):
        keys.make(bytes(39))


@given(dice=st.binary(min_size=40, max_size=40))
@settings(max_examples=100, deadline=None)
def test_its_id_can_be_read_back_out_of_it(dice):
    made = keys.make(dice)
    assert keys.key_id_of(made.text) == made.key_id
    assert made.digest == keys.digest(made.text)


@given(dice=st.binary(min_size=40, max_size=40), at=st.integers(4, 72))
@settings(max_examples=100, deadline=None)
def test_a_key_with_one_letter_wrong_is_none(dice, at):
    text = keys.make(dice).text
    other = "b" if text[at] != "b" else "c"
    assert keys.key_id_of(text[:at] + other + text[at + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "_", "ent_a_b", "choose-a-long-secret", TEXT[:-1], "x" + TEXT]
)
def test_any_other_text_is_no_key_of_ours(text):
    assert keys.key_id_of(text) is None


def test_scopes_are_read_as_people_write_them():
    assert keys.scopes_of(["orders:read", " admin"]) == {Scope.ORDERS_READ, Scope.ADMIN}


@pytest.mark.parametrize(("words", "says"), [(["orders:eat"], "'orders:eat'"), ([], "without")])
def test_what_is_no_scope_is_named(words, says):
    with pytest.raises(ValueError, match=says):
        keys.scopes_of(words)


@pytest.mark.parametrize("scope", list(Scope))
def test_an_administrator_may_do_everything(scope):
    assert Principal(MarketId("m"), KeyId("k"), "n", frozenset({"admin"})).may(scope)


def test_another_may_do_what_the_key_says_and_nothing_else():
    clerk = Principal(MarketId("m"), KeyId("k"), "n", frozenset({"orders:read"}))
    assert [scope for scope in Scope if clerk.may(scope)] == [Scope.ORDERS_READ]
