"""A life as a table of three columns."""

from enum import StrEnum

import pytest

from entrepot.bootstrap import lifecycles
from entrepot.terms.lifecycle import lifecycle


class State(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    GONE = "gone"


class Verb(StrEnum):
    OPEN = "open_it"
    SHUT = "shut_it"
    REMOVE = "remove"


DOOR = """
shut   open_it   open
open   shut_it   shut

shut   remove    gone
"""


def test_a_table_is_read_row_by_row_and_begins_in_its_first_state():
    door = lifecycle("door", State, Verb, DOOR)

    assert (door.machine, door.first) == ("door", State.SHUT)
    assert door.after(State.SHUT, Verb.OPEN) is State.OPEN
    assert door.after(State.GONE, Verb.OPEN) is None
    assert door.verbs_from(State.SHUT) == [Verb.OPEN, Verb.REMOVE]
    assert door.verbs_from(State.GONE) == []
    assert list(door.rows()) == [
        ("door", "shut", "open_it", "open"),
        ("door", "open", "shut_it", "shut"),
        ("door", "shut", "remove", "gone"),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("shut open_it open\nshut open_it gone", "shut open_it leads to two states"),
        ("ajar open_it open", "'ajar' is not a valid State"),
        ("shut kick open", "'kick' is not a valid Verb"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_at_import(table, said):
    with pytest.raises(ValueError, match=said):
        lifecycle("door", State, Verb, table)


def test_a_row_said_twice_alike_is_one_row():
    assert len(lifecycle("door", State, Verb, "shut open_it open\n" * 2).moves) == 1


@pytest.mark.parametrize("life", lifecycles(), ids=lambda life: life.machine)
def test_every_state_of_the_house_s_lives_can_be_reached(life):
    reached, edge = {life.first}, {life.first}
    while edge:
        edge = {life.moves[s, v] for s in edge for v in life.verbs_from(s)} - reached
        reached |= edge
    assert reached == set(type(life.first))
