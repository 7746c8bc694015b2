"""Distances between places, in kilometers along a great circle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.terms.place import EARTH_RADIUS_KM, kilometers

LAT = st.floats(-90, 90)
LON = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((48.8566, 2.3522), (45.7640, 4.8357), 391.5),  # Paris to Lyon
        ((40.7128, -74.0060), (34.0522, -118.2437), 3935.7),  # New York to Los Angeles
        ((-17.7134, 178.0650), (21.3069, -157.8583), 5076.5),  # Fiji to Honolulu, past 180 degrees
    ],
)
def test_known_distances(a, b, expected):
    assert kilometers(*a, *b) == pytest.approx(expected, rel=2e-3)


@settings(deadline=None)
@given(LAT, LON, LAT, LON)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_around(
    lat_a, lon_a, lat_b, lon_b
):
    there = kilometers(lat_a, lon_a, lat_b, lon_b)
    assert there == pytest.approx(kilometers(lat_b, lon_b, lat_a, lon_a), abs=1e-6)
    assert 0 <= there <= 3.1415927 * EARTH_RADIUS_KM
    assert kilometers(lat_a, lon_a, lat_a, lon_a) == 0
