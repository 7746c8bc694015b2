"""What conditions may say, what is refused and where; nothing hostile reaches the engine."""

import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entrepot.policies.cel import Gives, Program, Scope, compiled
from entrepot.policies.expression import (
    FUNCTIONS,
    TOKENS_MAX,
    Trouble,
    features,
    flattened,
    tokens,
    trouble,
)
from entrepot.policies.vocabulary import ALONE, FIELDS

AT = datetime(2026, 11, 28, 15, 30, tzinfo=UTC)
VALUES = {
    "order.channel": "web", "order.service": "express", "order.country": "US",
    "order.region": "TX", "order.postal_code": "78701", "order.units": 3, "order.weight_g": 1500,
    "customer.class": "gold", "channel": "web", "now": AT,
    "lines": [
        {"sku": "TEE", "category": "tops", "quantity": 2, "weight_g": 500},
        {"sku": "MUG", "category": "home", "quantity": 1, "weight_g": 500},
    ],
}  # fmt: skip
COLUMNS = {
    "node.id": ["DC", "S1", "S2"], "node.kind": ["dc", "store", "store"],
    "node.groups": [["east"], [], ["east", "flagship"]], "node.country": ["US"] * 3,
    "node.region": ["NJ", "TX", "TX"], "node.postal_code": ["07102", "78701", "75201"],
    "node.handling_cost": [0, 40, 60], "node.handling_hours": [8, 0, 4],
    "node.capacity_per_day": [0, 50, 0], "node.distance_km": [2400.0, 1.5, 290.25],
}  # fmt: skip


def of_order(text, gives=Gives.TRUTH):
    program = compiled(text, Scope.ORDER, gives)
    assert isinstance(program, Program), program
    return program.of(VALUES)


def of_nodes(text, gives=Gives.TRUTH):
    program = compiled(text, Scope.NODE, gives)
    assert isinstance(program, Program), program
    return list(program.of_each(VALUES, COLUMNS, 3))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("order.service == 'express'", True),
        ('order.service == "standard" || order.units > 2', True),
        ("order.country in ['US', 'CA'] && !(order.region == 'AK')", True),
        ("order.postal_code.startsWith('78')", True),
        ("order.postal_code.matches('^7[0-9]+$')", True),
        ("lines.exists(l, l.category == 'home' && l.quantity == 1)", True),
        ("lines.all(line, line.quantity < 2)", False),
        ("lines.filter(l, l.sku.endsWith('G')).size() == 1", True),
        ("lines.map(l, l.quantity * l.weight_g)[0] == 1000", True),
        ("lines.exists_one(l, l.sku == 'TEE') && lines.size() == 2", True),
        ("customer.class == 'gold'", True),
        ("channel == order.channel", True),
        ("now.getHours('America/New_York') < 12", True),
        ("now.getDayOfWeek() == 6", True),
        ("now < timestamp('2026-12-01T00:00:00Z')", True),
        ("timestamp('2026-12-01T00:00:00Z') - now > duration('24h')", True),
        ("100 / (order.units - 3) > 1", None),
        ("timestamp('yesterday') < now", None),
        ("now.getHours('Mars/Olympus') < 12", None),
        ("lines[7].sku == 'TEE'", None),
        ("9223372036854775807 + order.units > 0", None),
        ("true", True),
    ],
)
def test_an_order_is_looked_at(text, answer):
    assert of_order(text) == answer


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("node.kind == 'store'", [False, True, True]),
        ("node.kind == 'dc' || node.distance_km < 50.0", [True, True, False]),
        ("node.region == order.region", [False, True, True]),
        ("'flagship' in node.groups || node.groups.exists(g, g == 'east')", [True, False, True]),
        ("100 / node.handling_cost > 1", [False, True, False]),  # by 0: outside
        ("order.service == 'express'", [True, True, True]),
        ("true", [True, True, True]),
    ],
)
def test_nodes_are_looked_at_all_at_once(text, answers):
    assert [each is True for each in of_nodes(text)] == answers


def test_a_number_is_worked_out_for_each_node():
    assert of_nodes("node.kind == 'store' ? 200 : 0", Gives.NUMBER) == [0, 200, 200]
    assert of_nodes("node.distance_km * 2.0", Gives.NUMBER) == [4800.0, 3.0, 580.5]
    assert of_nodes("100 / node.handling_cost", Gives.NUMBER) == [None, 2, 1]
    assert of_nodes("7", Gives.NUMBER) == [7, 7, 7]


def test_many_nodes_are_looked_at_in_parts():
    count = 2_345
    program = compiled("node.handling_cost % 7 == order.units", Scope.NODE, Gives.TRUTH)
    columns = {"node.handling_cost": list(range(count))}
    assert program.of_each(VALUES, columns, count) == [n % 7 == 3 for n in range(count)]


@pytest.mark.parametrize(
    ("scope", "text", "said"),
    [
        ("node", "node.knd == 'dc'", "column 6: there is no node.knd; did you mean node.kind?"),
        ("order", "ordr.service == 'x'",
         "column 1: there is no ordr.service here; did you mean order.service?"),
        ("order", "true && order.servce == 'x'",
         "column 15: there is no order.servce; did you mean order.service?"),
        ("order", "node.kind == 'dc'", "column 1: there is no node.kind here"),
        ("node", "lines.size() > 1", "column 1: there is no lines here"),
        ("order", "lines.exists(l, l.categry == 'a')",
         "column 19: there is no line.categry; did you mean line.category?"),
        ("order", "lines.exist(l, true)",
         "column 7: there is no function exist; did you mean exists?"),
        ("order", "order.service", "column 1: answers a text, and must answer true or false"),
        ("order", "order.units == 'a'",
         "column 13: == is not for a whole number and a text"),
        ("node", "node.distance_km < 50",
         "column 18: < is not for a number with decimals and a whole number; write 50 as 50.0"),
        ("order", "order.units = 1", "column 13: '=' does not belong here"),
        ("order", "order.units == 1 &&",
         "column 20: Syntax error: mismatched input '<EOF>' expecting "),
        ("order", "(order.units == 1", "column 1: ( is never closed"),
        ("order", "order.units == 1)", "column 17: ) closes nothing"),
        ("order", "order == order", "column 1: say which field of order, as order.…"),
        ("order", ".order.units == 1", "column 1: a name stands before the dot"),
        ("order", "__order_units == 1", "column 1: no name begins with __"),
        ("order", "lines.exists(order, order.weight_g > 1)",
         "column 14: order is taken; each of a list has a name of its own"),
        ("order", "{'a': 1}['a'] == 1",
         "column 1: maps and objects are not made here; a table says it"),
        ("order", "order.units == 1 // note",
         "column 19: what is to be said beside it goes into the note"),
        ("order", "r'a' == 'a'", "column 1: raw, byte and triple-quoted texts are not taken"),
        ("order", '"""a""" == "a"', "column 1: raw, byte and triple-quoted texts are not taken"),
        ("order", "'a", "column 1: a text that does not end"),
        ("order", "order.service == 'a\x00'", "column 20: an unprintable character"),
        ("order", " ", "column 1: nothing is said"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_what_may_have_been_meant(scope, text, said):
    found = compiled(text, Scope(scope), Gives.TRUTH)
    assert isinstance(found, Trouble), found
    assert found.said.startswith(said)
    if "did you mean" in found.said:
        assert found.said == said


def test_a_text_is_no_rating_and_a_number_no_fence():
    assert "must answer a number" in compiled("node.kind", Scope.NODE, Gives.NUMBER).said
    assert "must answer true or false" in compiled("1", Scope.NODE, Gives.TRUTH).said


HOSTILE = {
    "long": "order.units == 1 || " * 101 + "true",
    "wordy": "1+" * TOKENS_MAX + "1 == 1",
    "deep": "(" * 900 + "true" + ")" * 900,
    "deep lists": "[" * 900 + "]" * 900,
    "signs": "!" * 1_000 + "true",
    "minus": "-" * 1_000 + "1 == 1",
    "ternaries": "true ? " * 60 + "true" + ": true" * 60,
    "fields": "a" + ".b" * 140 + " == 1",
    "indexes": "lines" + "[0]" * 90 + ".sku == 'a'",
    "endless": "lines.all(a, lines.all(b, lines.all(c, lines.all(d, true))))",
    "endless lists": "[0,0,0,0,0,0,0,0].all(a, [0,0,0,0,0,0,0].all(b, true))",
    "many looks": " && ".join(["lines.all(a, true)"] * 6),
    "doubling": "lines.map(a, lines.map(b, lines)).size() > 0",
    "pattern made": "order.region.matches(order.region)",
    "pattern long": f"order.region.matches('{'(a*)*' * 40}')",
    "pattern counted": "order.region.matches('((a{1000}){1000}){1000}')",
    "huge number": "9" * 500 + " > 0",
    "huge text": "'" + "a" * 3_000 + "' == 'a'",
    "unknown call": "system('ls') == 'a'",
    "object": "entrepot.Order{channel: 'a'}.channel == 'a'",
    "surrogate": "'\ud800' == 'a'",
    "control": "order.units\x00 == 1",
    "bom": "\ufefftrue",
    "look-alike": "\u043erder.units == 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_expressions_are_refused_before_they_reach_the_engine_or_soon_after(name):
    began = time.process_time()
    found = compiled(HOSTILE[name], Scope.ORDER, Gives.TRUTH)
    assert isinstance(found, Trouble), name
    assert found.column >= 1
    assert time.process_time() - began < 2


NAMES = sorted({f"{n}.{f}" for n in ("order", "customer") for f in FIELDS[n]} | ALONE)
WORDS = st.sampled_from(
    [*NAMES, *sorted(FUNCTIONS), "node.kind", "node.distance_km", "node.groups", "l", "l.sku",
     "true", "false", "null", "in", "(", ")", "[", "]", ".", ",", "?", ":", "!", "-", "+", "*",
     "/", "%", "==", "!=", "<", ">=", "&&", "||", "'a'", '"\\u0041"', "'\\x'", "1", "0", "2.5",
     "1e300", "0xffffffffffffffff", "9223372036854775807", "dyn", "type", "l => l"]
)  # fmt: skip
SHAPED = st.recursive(
    st.sampled_from([*NAMES, "1", "2.5", "'a'", "true", "[1, 2]", "['a']", "now", "lines"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["==", "&&", "||", "+", "-", "/", "<", "in"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda each: f"!{each}"),
        inner.map(lambda each: f"size({each})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
        st.tuples(st.sampled_from(["exists", "all", "filter", "map"]), inner).map(
            lambda t: f"lines.{t[0]}(l, {t[1]})"
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=600, deadline=None)
@given(st.lists(WORDS, max_size=30).map(" ".join) | SHAPED | st.text(max_size=60))
@example("lines.map(l, lines)")
@example("now - now == duration('0s')")
def test_whatever_is_written_is_refused_or_answers(text):
    for scope in Scope:
        for gives in Gives:
            found = compiled(text, scope, gives)
            if isinstance(found, Trouble):
                assert 1 <= found.column <= len(text) + 1
                assert found.detail
                continue
            assert found.features <= {*NAMES, *(f"node.{f}" for f in FIELDS["node"])}
            if scope is Scope.ORDER:
                answer = found.of(VALUES)
                assert answer is None or isinstance(answer, (bool, int, float))
            else:
                assert len(found.of_each(VALUES, COLUMNS, 3)) == 3


@settings(max_examples=200, deadline=None)
@given(SHAPED)
def test_what_it_looks_at_is_all_that_its_answer_depends_on(text):
    """Whatever else an order says, the answer is the same: it is remembered by what it looks at."""
    found = compiled(text, Scope.ORDER, Gives.TRUTH)
    if isinstance(found, Program):
        only = {name: value for name, value in VALUES.items() if name in found.features}
        assert found.of(only) == found.of(VALUES)


def test_names_are_written_anew_where_they_are_said_and_nowhere_else():
    read = tokens("order.units>1&&lines.exists(l,l.sku=='order.units')||channel.contains('now')")
    assert trouble(read) is None
    assert features(read) == {"order.units", "lines", "channel"}
    assert flattened(read, lambda name: f"<{name}>") == (
        "<order.units> > 1 && <lines> . exists ( l , l . sku == 'order.units' ) || "
        "<channel> . contains ( 'now' )"
    )


def test_a_flood_of_hostile_text_neither_hangs_nor_ends_the_process():
    """In a process of its own, so that a crash of the engine is seen as one."""
    source = """
import random, string, sys
from entrepot.policies.cel import Gives, Program, Scope, compiled
from entrepot.policies.expression import FUNCTIONS
dice = random.Random(7)
words = [*FUNCTIONS, "order.units", "lines", "node.kind", "l", "l.sku", "now", "(", ")", "[", "]",
         ".", ",", "?", ":", "!", "-", "&&", "||", "==", "'a'", "1", "9" * 30, "1e999", "in"]
heads = ["(", "[", "!", "-", "lines.all(a, ", "true ? ", "size(", "a.", "1 + ", "'a' + "]
done = 0
for turn in range(4000):
    kind = turn % 4
    if kind == 0:
        text = "".join(dice.choice(string.printable) for _ in range(dice.randrange(400)))
    elif kind == 1:
        text = " ".join(dice.choice(words) for _ in range(dice.randrange(290)))
    elif kind == 2:
        text = dice.choice(heads) * dice.randrange(300) + "true" + ")" * dice.randrange(300)
    else:
        text = "".join(chr(dice.randrange(1, 0x10ffff)) for _ in range(dice.randrange(60)))
    for scope in Scope:
        found = compiled(text, scope, Gives.TRUTH)
        done += isinstance(found, Program)
print("alive", done)
"""
    ran = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert re.fullmatch(r"alive [0-9]+\n", ran.stdout)
