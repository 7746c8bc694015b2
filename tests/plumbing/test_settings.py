"""What a process is told by its environment."""

import pytest

from entrepot.plumbing.settings import Settings, from_environment


def test_what_is_not_said_has_its_default():
    assert from_environment({}) == Settings()
    assert from_environment({"PORT": "1", "ENTREPOT_NO_SUCH": "2"}) == Settings()


def test_what_is_said_is_read_as_its_default_is_written():
    told = from_environment(
        {"ENTREPOT_PORT": "0", "ENTREPOT_HOST": "0.0.0.0", "ENTREPOT_BOOTSTRAP_KEY": "k"}  # noqa: S104 - said, not bound
    )
    assert (told.port, told.host, told.bootstrap_key) == (0, "0.0.0.0", "k")  # noqa: S104 - as above


def test_a_number_that_is_none_names_its_variable():
    with pytest.raises(ValueError, match="ENTREPOT_BATCH_MAX wants a whole number, got 'many'"):
        from_environment({"ENTREPOT_BATCH_MAX": "many"})
