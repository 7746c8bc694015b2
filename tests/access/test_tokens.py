from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.access import tokens

NAMES = st.text(min_size=1, max_size=128).filter(str.isprintable)


@given(market=NAMES, dice=st.binary(min_size=32, max_size=32))
@settings(max_examples=200, deadline=None)
def test_a_token_says_whose_market_it_is_of_and_fits_a_cookie(market, dice):
    token = tokens.make(market, dice)
    if len(token) <= tokens.CHARS_MAX:
        assert tokens.market_of(token) == market
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert tokens.digest(token) == sha256(token.encode()).digest()


@given(text=st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_what_else_a_cookie_holds_is_no_token_and_no_fault(text):
    market = tokens.market_of(text)
    assert (
        market is None or tokens.make(market, bytes(32)).partition(".")[0] == text.partition(".")[0]
    )


@pytest.mark.parametrize(
    "text", ["", ".", "ZGVmYXVsdA", "ZGVmYXVsdA.", "ZGVmYXVsdA.c2hvcnQ", ".YQ", "x" * 600, "é.é"]
)
def test_a_token_without_a_market_or_a_whole_secret_is_none(text):
    assert tokens.market_of(text) is None


def test_a_csrf_token_is_of_one_session_and_does_not_show_it():
    one, other = tokens.make("m", bytes(32)), tokens.make("m", b"\1" * 32)
    assert tokens.csrf(one) == tokens.csrf(one) != tokens.csrf(other)
    assert one not in tokens.csrf(one)
    assert len(tokens.csrf(one)) == 43


def test_a_token_is_made_of_thirty_two_bytes_and_no_other_number():
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        tokens.make("m", bytes(31))
