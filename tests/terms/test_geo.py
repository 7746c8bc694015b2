import pytest

from entrepot.terms.geo import Postal, default_time_zone, locate, us_postal
from entrepot.terms.place import Place

AUSTIN = Postal(30.2713, -97.7426, "America/Chicago", "TX")


@pytest.mark.parametrize("code", ["78701", "78701-1234", "787011234", " 7870 1 "])
def test_a_zip_is_found_however_it_is_written(code):
    assert us_postal(code) == AUSTIN


@pytest.mark.parametrize("code", ["", "7870", "787012", "abcde", "٧٨٧٠١", "K1A 0B1", "00000"])
def test_what_is_no_zip_is_not_found(code):
    assert us_postal(code) is None


def test_a_zip_that_is_not_listed_is_answered_by_its_sorting_center():
    found = us_postal("78700")
    assert found is not None
    assert (found.time_zone, found.state) == ("America/Chicago", "TX")
    assert (found.latitude, found.longitude) == pytest.approx((30.2713, -97.7426), abs=0.2)


def test_a_military_zip_has_a_state_and_no_place():
    assert us_postal("09012") == Postal(None, None, "", "AE")


def test_a_zip_whose_listed_time_zone_is_a_towns_name_gets_its_states():
    assert us_postal("99634").time_zone == "America/Anchorage"


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("10001", "America/New_York"),
        ("85001", "America/Phoenix"),
        ("46601", "America/Indiana/Indianapolis"),
        ("96801", "Pacific/Honolulu"),
        ("00901", "America/Puerto_Rico"),
        ("79901", "America/Denver"),  # El Paso, unlike the rest of Texas
    ],
)
def test_a_place_gets_the_time_zone_of_its_zip(code, zone):
    assert locate(Place("US", code)).time_zone == zone


def test_a_place_gets_the_coordinates_of_its_zip():
    assert locate(Place("US", "78701", "TX")) == Place(
        "US", "78701", "TX", 30.2713, -97.7426, "America/Chicago"
    )


def test_what_a_place_states_is_kept():
    stated = Place("US", "78701", "TX", 1.0, 2.0, "America/New_York")
    assert locate(stated) == stated


def test_the_zip_knows_the_time_zone_better_than_the_region():
    assert locate(Place("US", "79901", "TX")).time_zone == "America/Denver"


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (Place("US", "", "AZ"), "America/Phoenix"),
        (Place("US", "", "us-ca"), "America/Los_Angeles"),
        (Place("US", ""), "America/New_York"),
        (Place("BR", "01310-100", "SP"), "America/Sao_Paulo"),
        (Place("BR", "69000", "AM"), "America/Manaus"),
        (Place("CA", "V6B 1A1", "BC"), "America/Vancouver"),
        (Place("AU", "6000", "WA"), "Australia/Perth"),
        (Place("DE", "10115"), "Europe/Berlin"),
        (Place("JP", "100-0001", "13"), "Asia/Tokyo"),
    ],
)
def test_without_a_listed_postal_code_the_region_or_country_tells_the_time(place, zone):
    assert locate(place) == Place(place.country, place.postal_code, place.region, None, None, zone)


@pytest.mark.parametrize("place", [Place("XX", "1"), Place("", ""), Place("US", "09012", "AE")])
def test_what_is_not_known_stays_empty(place):
    assert locate(place) == place


def test_every_brazilian_state_has_a_time_zone_of_its_own_table():
    states = "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"
    zones = {state: default_time_zone("BR", state) for state in states.split()}
    assert len(zones) == 27
    assert zones["AC"] == "America/Rio_Branco"
    assert zones["MT"] == "America/Cuiaba"
    assert sum(zone == "America/Sao_Paulo" for zone in zones.values()) == 9
