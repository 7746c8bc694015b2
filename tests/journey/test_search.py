"""What people type, read: one word is anything, ids are a list, other words must all fit."""

from uuid import UUID

import pytest

from entrepot.journey import search
from entrepot.journey.terms import digits_of, folded, words_of
from entrepot.plumbing.mint import MINT
from entrepot.terms.order_number import number_of

ID = UUID(int=1)


def test_a_word_may_be_anything():
    (found,) = search.read(" Kim@Example.com ")
    assert {"e:kim@example.com", "x:kim@example.com", "s:kim@example.com"} <= set(found.terms)
    assert "e:kim@example.com" in found.beginnings
    assert not found.spans


def test_two_letters_are_whole_and_no_beginning():
    (found,) = search.read("ab")
    assert found.fits(ID, ["s:ab"])
    assert not found.fits(ID, ["s:abc"])


@pytest.mark.parametrize("typed", ["José", "JOSE", "jose", "jos"])
def test_names_are_found_without_accents_and_by_their_beginning(typed):
    (found,) = search.read(typed)
    assert found.fits(ID, [f"w:{word}" for word in words_of(["José Müller"])])


def test_words_of_a_name_must_all_fit():
    asked = search.read("jose muller")
    assert len(asked) == 2
    assert all(each.fits(ID, ["w:jose", "w:muller"]) for each in asked)
    assert not all(each.fits(ID, ["w:jose"]) for each in asked)


def test_a_pasted_column_is_a_list_of_ids():
    (found,) = search.read("web-1\nweb-2;\tA1B2\r\n")
    assert found.words == ("web-1", "web-2", "A1B2")
    assert found.fits(ID, ["x:web-2"])
    assert not found.fits(ID, ["x:web-22"]), "whole ids only"


def test_a_number_without_a_digit_is_one_of_a_list_too():
    (found,) = search.read("CBED-FFAM-PVWX CBED-FBE4-1F39")
    assert found.words == ("CBED-FFAM-PVWX", "CBED-FBE4-1F39")
    assert len(found.spans) == 2


def test_a_telephone_number_is_found_with_and_without_its_countrys_code():
    terms = [f"p:{digits}" for digits in digits_of("+1 (415) 555-0100")]
    assert terms == ["p:14155550100", "p:4155550100"]
    for typed in ("+14155550100", "(415) 555-0100", "415 555 0100", "415555"):
        (found,) = search.read(typed)
        assert found.fits(ID, terms), typed


def test_a_number_is_found_whole_in_any_case_and_by_its_beginning():
    order_id = MINT.one()
    number = number_of(order_id)
    for typed in (number, number.lower(), number.replace("-", ""), number[:9]):
        (found,) = search.read(typed)
        assert found.fits(order_id, []), typed
    other = UUID(int=order_id.int ^ (1 << 60))
    (found,) = search.read(number)
    assert not found.fits(other, [])


def test_space_asks_for_nothing():
    assert search.read(" \n ,; ") == []


def test_folding_keeps_letters():
    assert folded("ÅNGSTRÖM Straße") == "angstrom strasse"
