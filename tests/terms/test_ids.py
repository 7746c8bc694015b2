"""Version 7 ids: they sort by time, and say when."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.terms.ids import uuid7, uuid7_ms

MS = st.integers(0, (1 << 48) - 1)
DICE = st.integers(0, (1 << 74) - 1)


def test_the_standard_s_own_example_is_made_of_its_parts():
    # RFC 9562, appendix A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert uuid7(0x017F22E279B0, 0xCC3 << 62 | 0x18C4DC0C0C07398F) == example


@settings(deadline=None)
@given(MS, DICE)
def test_an_id_is_of_version_7_and_gives_its_time_back(ms, dice):
    made = uuid7(ms, dice)
    assert (made.version, made.variant, uuid7_ms(made)) == (7, "specified in RFC 4122", ms)


@settings(deadline=None)
@given(MS, DICE, MS, DICE)
def test_ids_sort_by_time_and_then_by_their_dice(ms_a, dice_a, ms_b, dice_b):
    assert (uuid7(ms_a, dice_a) < uuid7(ms_b, dice_b)) == ((ms_a, dice_a) < (ms_b, dice_b))
