"""The customer's code: what is taken for it, and how often it may be tried."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.fulfillment.pickups import (
    CODE_LENGTH,
    WRONG_CODES_MAX,
    Pickup,
    WhyNotTheirs,
    code_of,
    judged,
    plain,
)
from entrepot.terms.outcome import Done, Refused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def pickup(code: str | None = "7F3K2M", wrong: int = 0) -> Pickup:
    return Pickup(UUID(int=7), code, None, wrong, NOON, None, None, None, None)


@given(st.binary(min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_code_reads_as_itself(dice):
    code = code_of(dice)
    assert (len(code), plain(code), plain(code.lower())) == (CODE_LENGTH, code, code)
    assert isinstance(judged(pickup(code), code.lower()), Done)


def test_look_alikes_and_dashes_do_not_matter():
    assert plain("o1l-iU2") == "0111V2"


@pytest.mark.parametrize(
    ("known", "shown", "why"),
    [
        (None, "7F3K2M", WhyNotTheirs.NO_CODE),
        (pickup(None), "7F3K2M", WhyNotTheirs.NO_CODE),
        (pickup(), "7F3K2N", WhyNotTheirs.WRONG_CODE),
        (pickup(), "", WhyNotTheirs.WRONG_CODE),
        (pickup(), "7F3K2M7", WhyNotTheirs.WRONG_CODE),
        (pickup(), "ü" * 6, WhyNotTheirs.WRONG_CODE),
        (pickup(wrong=WRONG_CODES_MAX), "7F3K2M", WhyNotTheirs.TOO_MANY_TRIES),
    ],
)
def test_nothing_else_opens_it(known, shown, why):
    answer = judged(known, shown)
    assert isinstance(answer, Refused)
    assert (answer.why, bool(answer.detail)) == (why, True)


def test_every_reason_is_tried_here():
    tried = {WhyNotTheirs.NO_CODE, WhyNotTheirs.WRONG_CODE, WhyNotTheirs.TOO_MANY_TRIES}
    assert tried == set(WhyNotTheirs)
