import msgspec
from hypothesis import given
from hypothesis import strategies as st

from entrepot.policies.diff import Difference, differences

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


def test_it_names_the_smallest_places():
    old = {"a": 1, "b": [1, {"c": 2}], "gone": None, "sl/a~sh": 1}
    new = {"a": 2, "b": [1, {"c": 3}, 4], "new": [], "sl/a~sh": 2}
    assert differences(old, new) == [
        Difference("/a", 1, 2),
        Difference("/b/1/c", 2, 3),
        Difference("/b/2", new=4),
        Difference("/gone", old=None),
        Difference("/sl~1a~0sh", 1, 2),
        Difference("/new", new=[]),
    ]


def test_what_is_new_has_no_old_and_one_is_not_true():
    assert msgspec.json.encode(differences({}, {"a": 1})) == b'[{"pointer":"/a","new":1}]'
    assert differences({"a": 1}, {"a": True}) == [Difference("/a", old=1, new=True)]


@given(JSON, JSON)
def test_nothing_differs_where_nothing_does_and_it_is_the_same_from_both_sides(one, other):
    assert differences(one, one) == []
    there, back = differences(one, other), differences(other, one)
    assert sorted((d.pointer, repr(d.old), repr(d.new)) for d in there) == sorted(
        (d.pointer, repr(d.new), repr(d.old)) for d in back
    )
