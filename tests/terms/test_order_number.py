"""Numbers that people can say: twelve letters that lead back to the order's id."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.terms.ids import uuid7
from entrepot.terms.order_number import EPOCH_MS, id_range, number_of

ID = uuid7(EPOCH_MS + 0x1_2345_6789, 0x2AB << 62 | 0x55 << 55 | 77)
IDS = st.builds(
    uuid7, st.integers(EPOCH_MS, EPOCH_MS + (1 << 41) - 1), st.integers(0, (1 << 74) - 1)
)


def test_the_first_id_of_all_has_the_number_zero_and_the_last_has_no_digit_left():
    assert number_of(uuid7(EPOCH_MS, 0)) == "0000-0000-0000"
    assert number_of(uuid7(EPOCH_MS + (1 << 41) - 1, (1 << 74) - 1)) == "ZZZZ-ZZZZ-ZZZZ"


@settings(deadline=None)
@given(IDS)
def test_a_number_leads_back_to_a_range_that_holds_its_id(order_id):
    low, high = id_range(number_of(order_id)) or (UUID(int=0), UUID(int=0))
    assert low <= order_id <= high
    assert high.int - low.int == (1 << 55) - 1
    assert (number_of(low), number_of(high)) == (number_of(order_id),) * 2


@settings(deadline=None)
@given(IDS, IDS)
def test_numbers_sort_as_their_ids_do(a, b):
    if number_of(a) != number_of(b):
        assert (number_of(a) < number_of(b)) == (a < b)


@pytest.mark.parametrize(
    "said",
    [
        number_of(ID).lower(),
        number_of(ID).replace("-", " "),
        number_of(ID).replace("-", "").replace("1", "l").replace("0", "O"),
    ],
)
def test_a_number_is_understood_as_people_write_it(said):
    assert id_range(said) == id_range(number_of(ID))


@pytest.mark.parametrize(
    "text", ["", "0000-0000-000", "0000-0000-00000", "0000-0000-000!", "é" * 12]
)
def test_what_is_no_number_leads_nowhere(text):
    assert id_range(text) is None
