"""What carriers say, what suppliers bring, what listeners learn: the parts that need no server."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

from entrepot.demo.carriers import Carriers
from entrepot.demo.supply import Suppliers
from entrepot.demo.tally import Tally

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - repeatable chance, not cryptography


async def said_of(parcels: int, seed: int) -> list[tuple[str, str, datetime]]:
    """(tracking number, status, when it happened), in the order in which it is told."""
    carriers = Carriers(None, Tally(), seeded(seed), lambda: AT, "t")
    for number in range(parcels):
        carriers.take(f"P{number}", "road-runner")
    return [
        (s["tracking_number"], s["status"], datetime.fromisoformat(s["occurred_at"]))
        for _, _, s in sorted(carriers.due, key=lambda due: due[:2])
    ]


async def test_every_parcel_is_on_the_way_then_out_then_delivered():
    happened = sorted(set(await said_of(200, seed=1)), key=lambda scan: (scan[0], scan[2]))
    for number in range(200):
        statuses = [status for parcel, status, _ in happened if parcel == f"P{number}"]
        assert statuses in (
            ["in_transit", "out_for_delivery", "delivered"],
            ["in_transit", "out_for_delivery", "delivery_delayed", "delivered"],
        )


async def test_some_of_it_is_said_twice_some_out_of_order_and_some_parcels_are_late():
    said = await said_of(2000, seed=1)
    assert len(said) - len(set(said)) == 135
    last_heard = {parcel: status for parcel, status, _ in dict.fromkeys(said)}
    assert sum(status == "out_for_delivery" for status in last_heard.values()) == 42
    late = {p for p, s, at in said if s == "delivered" and at - AT > timedelta(seconds=2)}
    assert len(late) == 106
    assert late == {p for p, s, _ in said if s == "delivery_delayed"}


async def test_what_shoppers_missed_goes_to_all_centers_or_to_their_store_as_components():
    suppliers = Suppliers(None, Tally(), "t", ("dc-1", "dc-2"), {"SET-1": ("A", "B")})
    suppliers.missed(["C"], None)
    suppliers.missed(["SET-1"], "store-1")
    assert suppliers.wanted == {
        ("C", "dc-1"),
        ("C", "dc-2"),
        ("A", "store-1"),
        ("B", "store-1"),
    }


async def test_carriers_take_parcels_in_the_loop_they_run_in():
    clock = asyncio.get_running_loop().time()
    carriers = Carriers(None, Tally(), seeded(3), lambda: AT, "t")
    carriers.take("P", "road-runner")
    assert min(carriers.due)[0] >= clock + 0.2
