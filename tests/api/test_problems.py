"""Refusals as HTTP says them, and pages of lists."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.api.paging import LIMIT_MAX, after_of, cursor_of, next_link
from entrepot.api.problems import RETRYABLE, Code, FieldError, Problem, catalogue, invalid


def test_every_code_has_one_status_and_one_title():
    listed = catalogue()
    assert [code for code, _, _ in listed] == list(Code)
    assert len({title for _, _, title in listed}) == len(listed)
    assert {status for _, status, _ in listed} <= {
        400,
        401,
        403,
        404,
        405,
        409,
        412,
        413,
        415,
        422,
        429,
        500,
        503,
    }


def test_what_may_succeed_later_is_ours_to_mend_or_has_its_time():
    ours = {code for code in Code if Problem(code).status >= 500}
    assert ours | {Code.NOT_ON_SALE, Code.TICKET_WAITS, Code.TOO_OFTEN} == RETRYABLE


def test_a_problem_is_an_rfc_9457_document():
    raised = Problem(
        Code.NO_STOCK, "2 of TEE", errors=[FieldError("2 of TEE", "/lines/0/quantity")]
    )
    assert msgspec.to_builtins(raised.document("https://oms.example")) == {
        "type": "https://oms.example/problems/insufficient-stock",
        "title": "Not everything can be had",
        "status": 409,
        "detail": "2 of TEE",
        "errors": [{"detail": "2 of TEE", "pointer": "/lines/0/quantity"}],
        "retryable": False,
    }


def test_a_problem_without_a_detail_says_its_title():
    assert Problem(Code.NOT_FOUND).document("").detail == "There is no such thing here"
    assert invalid("", "is empty").document("").detail == "/: is empty"


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_a_cursor_leads_back_to_the_row_it_was_made_of(name):
    cursor = cursor_of(name)
    assert after_of(cursor) == name
    assert cursor.isascii()
    assert set(cursor).isdisjoint("+/=&?")


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_cursor_that_is_none_of_ours_is_refused_and_no_fault(text):
    refused = None
    try:
        assert cursor_of(after_of(text)) == text
    except Problem as problem:
        refused = problem
    if refused is not None:
        assert refused.status == 422
        assert refused.errors == [FieldError("is none of ours", parameter="cursor")]


@pytest.mark.parametrize("text", ["!", "a", cursor_of("x") + "=", cursor_of("x\x00y"), "é"])
def test_these_are_none_of_ours(text):
    with pytest.raises(Problem):
        after_of(text)


def test_the_next_page_is_linked_with_everything_that_was_asked():
    name, link = next_link("/v1/orders", "abc", limit=LIMIT_MAX, q="a b&c", node=None, sku="")
    assert name == "link"
    assert link == '</v1/orders?limit=200&q=a+b%26c&cursor=abc>; rel="next"'
