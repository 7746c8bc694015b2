"""The walk of a pick list: by zone and place, each item once, never what is over."""

from datetime import UTC, date, datetime
from uuid import UUID

from barcode.ean import EuropeanArticleNumber13

from entrepot.api.bodies_store import walk
from entrepot.api.drawn import BAR, QUIET, bars, square
from entrepot.catalog.barcodes import check_digit, compared, is_gtin
from entrepot.catalog.model import Item
from entrepot.fulfillment.model import FulfillmentOrder, Line, Scanned, WhyNot, Work
from entrepot.fulfillment.rules import shared_out
from entrepot.terms.outcome import Done, Refused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ITEMS = {
    "TEE": Item("TEE", "Tee", category="apparel", attributes='{"location": "wall 3"}'),
    "CAP": Item("CAP", "Cap", category="apparel"),
    "MUG": Item("MUG", "Mug", category="kitchen", attributes='{"zone": "Aisle 1"}'),
}


def work(number: int, *lines: tuple[str, int], state: str = "accepted", canceled: int = 0) -> Work:
    id_ = UUID(int=number)
    head = FulfillmentOrder(
        id_, UUID(int=99), "S", "pickup", "standard", None, None, state, date(2026, 3, 2), None,
        NOON, NOON, NOON, 1,
    )  # fmt: skip
    rows = [
        Line(id_, at, sku, units, 0, 0, canceled) for at, (sku, units) in enumerate(lines, start=1)
    ]
    return Work(head, tuple(rows))


def test_items_are_added_up_and_stand_in_the_order_of_the_walk():
    stops = walk(
        [(1, work(1, ("TEE", 2), ("MUG", 1))), (2, work(2, ("CAP", 1), ("TEE", 3)))], ITEMS
    )

    assert [(s.goods.sku, s.quantity) for s in stops] == [("MUG", 1), ("TEE", 5), ("CAP", 1)]
    assert [(o.place, o.line, o.quantity) for o in stops[1].orders] == [(1, 1, 2), (2, 2, 3)]
    assert stops[0].goods.zone == "Aisle 1"


def test_what_is_over_is_not_walked_for():
    gone = [(1, work(1, ("TEE", 1), state="rejected")), (2, work(2, ("TEE", 1), canceled=1))]
    assert walk(gone, ITEMS) == []


def test_an_item_that_is_gone_is_shown_by_its_sku():
    [stop] = walk([(1, work(1, ("OLD", 1)))], ITEMS)
    assert (stop.goods.name, stop.goods.zone) == ("OLD", "")


def test_scans_go_to_the_lines_that_want_them_in_their_order():
    lines = work(1, ("TEE", 2), ("TEE", 3), ("MUG", 1)).lines
    assert shared_out(lines, [Scanned("TEE", 3)]) == Done({(1, "TEE"): 2, (2, "TEE"): 1})
    twice = [Scanned("TEE", 2), Scanned("TEE", 3)]
    assert shared_out(lines, twice) == Done({(1, "TEE"): 2, (2, "TEE"): 3})


def test_a_scan_too_many_or_of_something_else_is_refused():
    lines = work(1, ("TEE", 2)).lines
    for scans, why in (
        ([Scanned("TEE", 3)], WhyNot.TOO_MANY_UNITS),
        ([Scanned("TEE", 2), Scanned("TEE", 1)], WhyNot.TOO_MANY_UNITS),
        ([Scanned("MUG", 1)], WhyNot.UNKNOWN_LINE),
    ):
        answer = shared_out(lines, scans)
        assert isinstance(answer, Refused)
        assert answer.why is why


def test_article_numbers_are_the_same_with_and_without_leading_zeros():
    assert compared("036000291452") == compared("0036000291452") == "00036000291452"
    assert not is_gtin("036000291453")
    assert compared(" CUP-1 ") == "CUP-1"
    assert check_digit("400638133393") == "1"


def test_bars_are_drawn_module_by_module():
    svg = str(bars("4006381333931"))
    modules = EuropeanArticleNumber13("400638133393").build()[0]
    first = modules.index("1") * BAR + QUIET
    assert f"M{first} 0" in svg
    assert svg.count("z") - 1 == sum(
        a + b == "01" for a, b in zip("0" + modules, modules, strict=False)
    )
    for picture in (svg, str(bars("CUP-1")), str(square("ABC/123"))):
        assert "style" not in picture
        assert "script" not in picture
