import pytest

from entrepot.terms.email import is_email


@pytest.mark.parametrize("text", ["kim@example.com", "a@b", "a@b@c", "ü@x.de"])
def test_what_may_be_an_address_passes(text):
    assert is_email(text)


@pytest.mark.parametrize("text", ["", "kim", "@", "kim@", "@x", "a b@x.com", " a@x.com", "a@x\n"])
def test_what_can_be_none_does_not(text):
    assert not is_email(text)
