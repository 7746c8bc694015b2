"""Names of lots and serial numbers, judged without a database."""

from datetime import date
from uuid import UUID

from entrepot.catalog.model import Tracking
from entrepot.fulfillment.model import FulfillmentOrder, Line, Work
from entrepot.inventory.lots_model import HeldLot, LotUnits
from entrepot.journey.naming_rules import Desk, Misnamed, Said, Shelf, merged
from entrepot.terms.ids import FulfillmentOrderId, LineNo, NodeId, OrderId, Sku
from inventory.stock import NOON

DC, MILK, PHONE = NodeId("DC"), Sku("MILK"), Sku("PHONE")
ID = FulfillmentOrderId(UUID(int=1))
HEAD = FulfillmentOrder(
    ID, OrderId(UUID(int=2)), DC, "ship", "standard", None, None, "picking", date(2026, 3, 2), None,
    NOON, NOON, NOON, 1,
)  # fmt: skip
MILKS, PHONES = (LineNo(1), MILK), (LineNo(2), PHONE)


def desk(*, picked=(2, 1), own=None, held=(), taken=None, unknown=None, elsewhere=None) -> Desk:
    """Work on milk by lot and a phone by serial number, so many of each picked."""
    lines = tuple(
        Line(ID, line_no, sku, 5, units, 0, 0)
        for (line_no, sku), units in zip((MILKS, PHONES), picked, strict=True)
    )
    rows = {}
    for each in held:
        rows.setdefault((each.sku, each.lot), []).append(each)
    shelf = Shelf(DC, rows, unknown or {}, taken or {}, elsewhere or {})
    how = {MILK: Tracking.LOT, PHONE: Tracking.SERIAL}
    return Desk(Work(HEAD, lines), how, shelf, own or {})


def milk(name: str, units: int, reason: str = "") -> HeldLot:
    """Have units of a lot of milk at the node."""
    return HeldLot(MILK, DC, name, reason, serial=False, expires_on=None, quantity=units)


def phone(name: str, reason: str = "") -> HeldLot:
    """Have a phone at the node."""
    return HeldLot(PHONE, DC, name, reason, serial=True, expires_on=None, quantity=1)


def lot(name: str, units: int) -> LotUnits:
    """Name units of a lot."""
    return LotUnits(name, units)


def unit(name: str) -> LotUnits:
    """Name a unit."""
    return LotUnits(name, 1, serial=True)


def said(line: int, *lots: LotUnits, at: int = 0) -> Said:
    """Name lots of a line, in a place of the body."""
    return Said(f"/lines/{at}", LineNo(line), None, lots)


def test_what_is_named_adds_to_what_was_named_before():
    work = desk(own={MILKS: (lot("A", 1),)}, held=[milk("A", 3)])
    work.pick([said(1, lot("A", 1))])
    assert (work.kept, work.wrong) == ({MILKS: (lot("A", 2),)}, [])


def test_what_this_work_has_picked_is_not_there_again():
    work = desk(picked=(4, 0), own={MILKS: (lot("A", 2),)}, held=[milk("A", 3)])
    work.pick([said(1, lot("A", 2))])
    [wrong] = work.wrong
    assert (wrong.pointer, wrong.clash) == ("/lines/0/lots/0", True)


def test_more_names_than_units_are_picked_is_a_clash():
    work = desk(picked=(1, 0), held=[milk("A", 3)])
    work.pick([said(1, lot("A", 2))])
    detail = "line 1: lots of 2 units are named, 1 are picked"
    assert work.wrong == [Misnamed("/lines/0", detail, clash=True)]


def test_a_line_that_is_not_there_and_a_unit_named_twice_are_wrong_in_themselves():
    work = desk(picked=(0, 2), held=[phone("S1")])
    work.pick([said(7, lot("A", 1)), said(2, unit("S1"), at=1), said(2, unit("S1"), at=2)])
    assert [(w.pointer, w.clash) for w in work.wrong] == [
        ("/lines/0", False), ("/lines/2/serials/0", False),
    ]  # fmt: skip


def test_lots_that_were_picked_are_handed_over_without_being_named_again():
    own = {MILKS: (lot("A", 2), lot("B", 2)), PHONES: (unit("S1"),)}
    work = desk(picked=(3, 1), own=own, held=[milk("A", 2), milk("B", 2), phone("S1")])
    work.hand_over([], "/packages")  # one unit was taken out of the work again
    assert work.wrong == []
    assert work.kept == {MILKS: (lot("A", 2), lot("B", 1)), PHONES: (unit("S1"),)}


def test_a_lot_that_was_set_aside_since_it_was_picked_is_not_handed_over():
    work = desk(picked=(2, 0), own={MILKS: (lot("A", 2),)}, held=[milk("A", 2, "quarantine")])
    work.hand_over([], "/packages")
    [wrong] = work.wrong
    assert (wrong.pointer, wrong.clash) == ("/packages", True)
    assert "set aside (quarantine)" in wrong.detail


def test_another_lot_named_at_the_hand_over_is_the_way_out():
    held = [milk("A", 2, "quarantine"), milk("B", 2)]
    work = desk(picked=(2, 0), own={MILKS: (lot("A", 2),)}, held=held)
    work.hand_over([said(1, lot("B", 2))], "/packages")
    assert (work.kept, work.wrong) == ({MILKS: (lot("B", 2),)}, [])


def test_names_of_another_kind_than_the_item_has_now_are_forgotten():
    work = desk(picked=(1, 0), own={MILKS: (unit("S1"),)})
    work.hand_over([], "/packages")
    assert (work.kept, work.wrong) == ({}, [])


def test_as_many_untold_units_may_be_named_as_there_are():
    work = desk(picked=(0, 2), unknown={PHONE: 1})
    work.hand_over([said(2, unit("S1"), unit("S2"))], "/packages")
    [wrong] = work.wrong
    assert (wrong.pointer, wrong.clash) == ("/lines/0/serials/1", False)


def test_names_of_one_lot_add_up():
    assert merged([lot("A", 1), lot("B", 1), lot("A", 2)]) == (lot("A", 3), lot("B", 1))
