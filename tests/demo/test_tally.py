"""The figures of a run, and what a person sees of them."""

import pytest
from rich.console import Console

from entrepot.demo.tally import End, Tally
from entrepot.demo.view import Pace, line, table


@pytest.fixture
def tally() -> Tally:
    tally = Tally(wanted=5)
    for order in ("a", "b", "c", "d"):
        tally.placed(order)
    tally.end("a", End.DELIVERED)
    tally.end("b", End.EXCEPTION)
    tally.troubled.add("b")
    tally.place_ms.extend([4.0, 1.0, 3.0, 2.0])
    tally.seen.update(refused=3, shipped=2, events=17)
    return tally


def test_orders_are_counted_by_their_end(tally):
    assert tally.ends() == {"delivered": 1, "exception": 1, "open": 2}
    assert tally.unfinished() == ["c", "d"]
    assert tally.ended == 2


def test_an_exception_may_still_end_well_but_what_ended_well_stays(tally):
    tally.end("b", End.CANCELED)
    tally.end("a", End.EXCEPTION)
    assert tally.how["b"] is End.CANCELED
    assert tally.how["a"] is End.DELIVERED
    assert tally.ended == 2


def test_an_end_heard_before_the_answer_counts_once(tally):
    tally.end("e", End.COLLECTED)
    tally.placed("e")
    assert tally.ends()["collected"] == 1
    assert (tally.ended, tally.seen["placed"]) == (3, 5)


def test_an_exception_that_was_dealt_with_opens_the_order_again(tally):
    tally.reopen("b")
    tally.reopen("a")
    assert tally.ends() == {"delivered": 1, "open": 3}
    assert tally.ended == 1


def test_the_ends_of_other_peoples_orders_do_not_count(tally):
    tally.end("z", End.DELIVERED)
    assert tally.ended == 2
    assert tally.ends().total() == 4


def test_latencies_are_the_nearest_rank(tally):
    assert (tally.latency().p50_ms, tally.latency().p99_ms) == (2.0, 4.0)
    assert Tally().latency().p99_ms == 0.0
    tally.place_ms.extend(float(n) for n in range(5, 101))
    assert (tally.latency().p50_ms, tally.latency().p99_ms) == (50.0, 99.0)


def test_the_line_says_it_all_and_always_the_oversold(tally):
    assert line(tally, 12.4) == (
        "orders 4/5 (12/s, p50 2 ms, p99 4 ms) refused 3 | open 2 shipped 2 delivered 1"
        " collected 0 canceled 0 exceptions 1 | events 17 oversold 0 faults 0"
    )


def test_before_the_first_order_the_line_says_what_is_being_done():
    assert line(Tally(doing="loading items"), 0.0) == "loading items"


def test_the_table_says_the_same(tally):
    console = Console(width=120, record=True, file=None, quiet=True)
    tally.oversold = 7
    with console.capture() as shown:
        console.quiet = False
        console.print(table(tally, 12.4))
    text = shown.get()
    assert "4 of 5" in text
    assert "4.0 ms" in text
    assert any("oversold" in row and "7" in row for row in text.splitlines())


def test_the_pace_is_the_growth_since_a_second_ago_or_more():
    clock = iter([0.0, 0.5, 2.0, 2.9, 3.0])
    pace = Pace(lambda: next(clock))
    assert [pace.per_second(count) for count in (100, 300, 900, 1000)] == [0.0, 150.0, 150.0, 700.0]
