"""A webhook may ask for every fact there is, and for no other."""

from entrepot.notices.model import TYPES
from tidy import house


def test_the_facts_a_webhook_may_ask_for_are_those_of_the_documents():
    assert {file.stem for file in (house.ROOT / "docs" / "events").glob("*.json")} == TYPES
