"""JSON is read strictly, and whatever is wrong is named by its place."""

from typing import Annotated

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta

from entrepot.api import strict
from entrepot.api.problems import Code, Problem


class Row(msgspec.Struct, forbid_unknown_fields=True):
    sku: Annotated[str, Meta(min_length=1, max_length=10)]
    quantity: Annotated[int, Meta(ge=1, le=99)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    rows: list[Row]
    note: str | None = None
    ratio: Annotated[float, Meta(ge=0, le=1)] = 0.0
    notes: dict[str, str] = {}


class Query(msgspec.Struct, kw_only=True):
    sku: Annotated[list[str], Meta(min_length=1, max_length=3)]
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: str = ""
    wait: float = 0.0


def refused(body: bytes | str) -> tuple[int, list[str]]:
    """Read a body that is wrong; give the status and the pointers."""
    with pytest.raises(Problem) as problem:
        strict.decode(Body, body.encode() if isinstance(body, str) else body)
    return problem.value.status, [error.pointer for error in problem.value.errors]


def test_what_is_right_is_read():
    read = strict.decode(Body, b'{"rows":[{"sku":"TEE","quantity":2}],"note":"\\u00e9\\u20ac"}')
    assert read == Body([Row("TEE", 2)], "é€")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("{}", "/rows"),
        ('{"rows":{}}', "/rows"),
        ('{"rows":null}', "/rows"),
        ('{"rows":[],"more":1}', "/more"),
        ('{"rows":[{"sku":"TEE"}]}', "/rows/0/quantity"),
        ('{"rows":[{"sku":"TEE","quantity":1},{"sku":"","quantity":1}]}', "/rows/1/sku"),
        ('{"rows":[{"sku":"TEE","quantity":0}]}', "/rows/0/quantity"),
        ('{"rows":[{"sku":"TEE","quantity":1.5}]}', "/rows/0/quantity"),
        ('{"rows":[{"sku":"TEE","quantity":"1"}]}', "/rows/0/quantity"),
        ('{"rows":[{"sku":"TEE","quantity":true}]}', "/rows/0/quantity"),
        ('{"rows":[{"sku":"TEE","quantity":1,"x":1}]}', "/rows/0/x"),
        ('{"rows":[{"sku":7,"quantity":1}]}', "/rows/0/sku"),
        ('{"rows":[],"ratio":1.01}', "/ratio"),
        ('{"rows":[],"a/b~c":1}', "/a~1b~0c"),
        ('{"rows":[],"note":"a\\u0000b"}', "/note"),
        ('{"rows":[{"sku":"a\\u0000","quantity":1}]}', "/rows/0/sku"),
        ("[]", ""),
    ],
)
def test_a_field_that_is_wrong_is_pointed_at(body, pointer):
    assert refused(body) == (422, [pointer])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"rows":[],"rows":[]}', "/rows"),
        ('{"rows":[{"sku":"TEE","quantity":1,"quantity":2}]}', "/rows/0/quantity"),
        ('{"rows":[],"notes":{"a":"1","a":"1"}}', "/notes/a"),
        ('{"rows":[],"note":"a","note":"a"}', "/note"),
    ],
)
def test_a_key_that_stands_twice_is_refused_at_any_depth(body, pointer):
    assert refused(body) == (422, [pointer])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"rows":[NaN]}', "/rows/0"),
        ('{"rows":[],"ratio":NaN}', "/ratio"),
        ('{"rows":[],"ratio":-Infinity}', "/ratio"),
        ('{"rows":[],"note":"\\ud800"}', "/note"),
        ('{"rows":[],"notes":{"a/b":"x\\u0000"}}', "/notes/a~1b"),
    ],
)
def test_what_json_does_not_know_is_refused_where_it_stands(body, pointer):
    assert refused(body) == (422, [pointer])


def test_of_a_wrong_value_in_a_map_the_map_is_pointed_at():
    assert refused('{"rows":[],"notes":{"a":1}}') == (422, ["/notes"])


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "rows", "{'rows':[]}", '{"rows":[]} trailing', '{"rows":[],}',
        b'{"rows":[],"note":"\xff"}', b"\xff\xfe", '{"rows":[],"note":"a\x00b"}', b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
def test_what_is_not_json_is_malformed(body):
    assert refused(body)[0] == 400


@pytest.mark.parametrize("opening", ["[", '{"rows":', '{"rows":[{"sku":'])
def test_nesting_without_end_is_refused(opening):
    assert refused(opening * 100_000)[0] in {400, 422}


def test_an_integer_of_a_hundred_digits_is_refused_where_it_stands():
    assert refused('{"rows":[{"sku":"TEE","quantity":1%s}]}' % ("0" * 100))[1] == [
        "/rows/0/quantity"
    ]


def test_the_route_says_by_which_code_a_body_is_refused():
    with pytest.raises(Problem) as problem:
        strict.decode(Body, b"{}", code=Code.INVALID_ORDER)
    assert problem.value.code is Code.INVALID_ORDER


def tried(body: bytes) -> Problem | None:
    """Read a body; give the refusal, if it is refused."""
    try:
        strict.decode(Body, body)
    except Problem as problem:
        return problem
    return None


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_whatever_comes_is_read_or_refused_and_never_a_fault(body):
    wrong = tried(body)
    assert wrong is None or wrong.status in {400, 422}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["rows", "sku", "quantity", "note", "notes", "\x00", "a/b"])
                      , inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(JSON)
def test_whatever_json_comes_is_read_or_refused_at_a_place(value):
    wrong = tried(msgspec.json.encode(value))
    if wrong is not None:
        (error,) = wrong.errors
        assert wrong.status == 422
        assert error.pointer == "" or error.pointer.startswith("/")


def test_a_row_that_was_read_already_is_judged_alike():
    assert strict.convert(Row, {"sku": "TEE", "quantity": 1}) == Row("TEE", 1)
    with pytest.raises(Problem) as problem:
        strict.convert(Row, {"sku": "TEE", "quantity": "1"}, at="/rows/3")
    assert [error.pointer for error in problem.value.errors] == ["/rows/3/quantity"]


def test_a_query_is_read_by_its_names():
    assert strict.query(Query, "sku=A&sku=B%20C&limit=9&wait=1.5") == Query(
        sku=["A", "B C"], limit=9, wait=1.5
    )


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("", "sku"),
        ("sku=A&more=1", "more"),
        ("sku=A&limit=0", "limit"),
        ("sku=A&limit=201", "limit"),
        ("sku=A&limit=x", "limit"),
        ("sku=A&limit=", "limit"),
        ("sku=A&limit=1&limit=2", "limit"),
        ("sku=A&sku=B&sku=C&sku=D", "sku"),
        ("sku=A%00", "sku"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(text, parameter):
    with pytest.raises(Problem) as problem:
        strict.query(Query, text)
    assert [error.parameter for error in problem.value.errors] == [parameter]
    assert problem.value.status == 422


def test_more_parameters_than_anybody_needs_are_refused_and_no_fault():
    with pytest.raises(Problem):
        strict.query(Query, "&".join(["sku=A"] * 600))
