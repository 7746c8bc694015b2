"""Files of named statements."""

import pytest

from entrepot.plumbing import sql

FILE = """
-- A remark above the first statement belongs to none.

-- name: taken -> Row
-- Why it is,
-- in two lines.
SELECT t.a::text, 'at 10:30' AS b -- the rest: is told
FROM t
WHERE t.a = :name AND t.b = :other AND t.c = :name;

-- name: gone
-- Another.
DELETE FROM t;
"""


def test_a_statement_has_a_name_a_row_a_reason_and_places():
    taken = sql.parse(FILE)["taken"]

    assert (taken.row, taken.why) == ("Row", "Why it is, in two lines.")
    assert taken.parameters == ("name", "other")
    assert "t.a = $1 AND t.b = $2 AND t.c = $1" in taken.text
    assert taken.text.startswith("SELECT t.a::text, 'at 10:30' AS b")
    assert not taken.text.endswith(";")


def test_a_statement_may_answer_nothing_and_take_nothing():
    gone = sql.parse(FILE)["gone"]
    assert (gone.row, gone.parameters, gone.text) == (None, (), "DELETE FROM t")


def test_values_go_to_their_places_whatever_order_they_are_named_in():
    assert sql.parse(FILE)["taken"].places({"other": 2, "name": 1}) == [1, 2]


@pytest.mark.parametrize(
    "values", [{"name": 1}, {"name": 1, "others": 2}, {"name": 1, "other": 2, "more": 3}]
)
def test_a_missing_or_a_stray_name_is_a_fault_of_the_caller(values):
    with pytest.raises(TypeError, match="taken wants"):
        sql.parse(FILE)["taken"].places(values)


def test_two_statements_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two statements are named twin"):
        sql.parse("-- name: twin\nSELECT 1;\n-- name: twin\nSELECT 2;")
