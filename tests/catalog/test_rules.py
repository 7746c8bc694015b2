from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.catalog.model import Item, Made, Part, Status, Unit, Upserted, WhyRefused
from entrepot.catalog.rules import Seen, explode, settle
from entrepot.terms.ids import Sku

NOTHING = Seen({}, {})
TEE, CAP, SET = Sku("TEE"), Sku("CAP"), Sku("SET")


def item(sku: str, *parts: str, version: int = 0, name: str = "") -> Item:
    components = tuple(Part(Sku(part), 1) for part in sorted(parts))
    return Item(Sku(sku), name or sku, components=components, version=version)


def seen(*items: Item) -> Seen:
    kits: dict[Sku, set[Sku]] = {}
    for each in items:
        for part in each.components:
            kits.setdefault(part.sku, set()).add(each.sku)
    return Seen({i.sku: i for i in items}, {sku: frozenset(k) for sku, k in kits.items()})


def test_a_new_item_begins_at_version_one():
    settled = settle([item("TEE")], NOTHING)
    assert settled.answers == [Upserted(TEE, Status.CREATED, 1)]
    assert (settled.created, settled.updated) == ([item("TEE", version=1)], [])


def test_a_changed_item_has_the_next_version():
    settled = settle([item("TEE", name="new")], seen(item("TEE", version=4)))
    assert settled.answers == [Upserted(TEE, Status.UPDATED, 5)]
    assert (settled.created, settled.updated) == ([], [item("TEE", name="new", version=5)])


def test_an_item_that_is_as_it_was_is_not_written():
    settled = settle([item("SET", "TEE")], seen(item("SET", "TEE", version=4), item("TEE")))
    assert settled.answers == [Upserted(SET, Status.UNCHANGED, 4)]
    assert (settled.created, settled.updated) == ([], [])


REFUSALS = {
    WhyRefused.KIT_OF_ITSELF: (item("SET", "SET", "NONE"), seen(item("SET", version=2)), 2),
    WhyRefused.UNKNOWN_COMPONENT: (item("SET", "TEE"), NOTHING, 0),
    WhyRefused.KIT_OF_KITS: (item("BOX", "SET"), seen(item("SET", "TEE"), item("TEE")), 0),
    WhyRefused.COMPONENT_OF_A_KIT: (
        item("TEE", "CAP"),
        seen(item("SET", "TEE"), item("TEE", version=1), item("CAP")),
        1,
    ),
    WhyRefused.BARCODE_TAKEN: (
        replace(item("TEE"), barcodes=("4006381333931",)),
        replace(NOTHING, owners={"04006381333931": Sku("CAP")}),
        0,
    ),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refused_row_changes_nothing_and_says_why(why):
    row, before, version = REFUSALS[why]
    settled = settle([row], before)
    assert [(a.status, a.why, a.version) for a in settled.answers] == [
        (Status.REFUSED, why, version)
    ]
    assert settled.answers[0].detail
    assert settled.created + settled.updated == []


def test_every_refusal_is_tried_here():
    assert {*REFUSALS, WhyRefused.REPEATED} == set(WhyRefused)


def test_a_sku_that_comes_twice_is_taken_the_first_time():
    settled = settle([item("TEE"), item("TEE", name="other")], NOTHING)
    assert [a.why for a in settled.answers] == [None, WhyRefused.REPEATED]
    assert settled.created == [item("TEE", version=1)]


def test_a_kit_may_stand_before_its_parts():
    settled = settle([item("SET", "TEE", "CAP"), item("TEE"), item("CAP")], NOTHING)
    assert [a.status for a in settled.answers] == [Status.CREATED] * 3
    assert [a.sku for a in settled.answers] == [SET, TEE, CAP]


def test_a_part_may_become_a_kit_once_nothing_is_made_of_it():
    before = seen(item("SET", "TEE", version=1), item("TEE", version=1), item("CAP", version=1))
    settled = settle([item("TEE", "CAP"), item("SET")], before)
    assert [a.status for a in settled.answers] == [Status.UPDATED, Status.UPDATED]


SKUS = st.sampled_from(["A", "B", "C", "D"])
ROWS = st.lists(
    st.builds(lambda sku, parts: item(sku, *parts), SKUS, st.sets(SKUS, max_size=2)), max_size=8
)


@given(first=ROWS, second=ROWS)
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_no_kit_is_made_of_kits(first, second):
    settled = settle(first, NOTHING)
    items = {i.sku: i for i in settled.created + settled.updated}
    later = settle(second, seen(*items.values()))
    items |= {i.sku: i for i in later.created + later.updated}
    parts = {part.sku for i in items.values() for part in i.components}
    assert parts <= items.keys()
    assert [sku for sku in parts if items[sku].components] == []


@given(rows=ROWS)
@settings(max_examples=100, deadline=None)
def test_sending_it_again_changes_nothing(rows):
    first = settle(rows, NOTHING)
    again = settle(rows, seen(*first.created, *first.updated))
    assert again.created + again.updated == []


MADE = {
    TEE: Made(180),
    CAP: Made(90),
    SET: Made(5, (Part(CAP, 1), Part(TEE, 2))),
    Sku("ODD"): Made(5, (Part(Sku("GONE"), 1),)),
}


@pytest.mark.parametrize(
    ("sku", "units"),
    [
        ("TEE", (Unit(TEE, 1, 180),)),
        ("SET", (Unit(CAP, 1, 90), Unit(TEE, 2, 180))),
        ("NONE", None),
        ("ODD", None),
    ],
)
def test_a_line_explodes_into_what_one_unit_is_made_of(sku, units):
    assert explode([(Sku(sku), 3)], MADE) == [units]


def test_lines_are_answered_in_order():
    assert explode([(CAP, 1), (Sku("NONE"), 1), (TEE, 0)], MADE) == [
        (Unit(CAP, 1, 90),),
        None,
        (),
    ]
