from datetime import UTC, datetime, timedelta

from entrepot.catalog import browse
from entrepot.catalog.model import Item, Made, Part, Status, WhyRefused
from entrepot.catalog.upsert import upsert
from entrepot.catalog.view import CatalogView
from entrepot.terms.ids import MarketId, Sku

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
EAST, WEST = MarketId("east"), MarketId("west")
TEE = Item(Sku("TEE"), "Tee", 1999, 180, "tops", '{"color":"black"}')
CAP = Item(Sku("CAP"), "Cap")
SET = Item(Sku("SET"), "Set", components=(Part(Sku("CAP"), 1), Part(Sku("TEE"), 2)))


async def put(conn, *items: Item, market: MarketId = EAST, at: datetime = AT) -> list[Status]:
    return [answer.status for answer in await upsert(conn, market, items, at=at)]


async def test_what_was_put_can_be_read_with_its_version(house):
    assert await put(house, SET, TEE, CAP) == [Status.CREATED] * 3
    assert await browse.item(house, EAST, Sku("TEE")) == Item(
        Sku("TEE"), "Tee", 1999, 180, "tops", '{"color":"black"}', version=1
    )
    found = await browse.item(house, EAST, Sku("SET"))
    assert found is not None
    assert found.components == SET.components
    assert await browse.item(house, WEST, Sku("TEE")) is None


async def test_putting_it_again_changes_nothing(house):
    await put(house, SET, TEE, CAP)
    assert await put(house, SET, TEE, CAP, at=AT + timedelta(1)) == [Status.UNCHANGED] * 3
    assert await house.fetchval("SELECT max(changed_at) FROM catalog.item") == AT


async def test_a_change_replaces_the_whole_item_and_its_components(house):
    await put(house, SET, TEE, CAP)
    smaller = Item(Sku("SET"), "Small set", components=(Part(Sku("CAP"), 3),))
    assert await put(house, smaller) == [Status.UPDATED]
    found = await browse.item(house, EAST, Sku("SET"))
    assert found is not None
    assert (found.name, found.components, found.version) == ("Small set", smaller.components, 2)
    assert await house.fetchval("SELECT count(*) FROM catalog.component") == 1


async def test_a_kit_may_become_a_plain_item(house):
    await put(house, SET, TEE, CAP)
    assert await put(house, Item(Sku("SET"), "Set")) == [Status.UPDATED]
    assert await house.fetchval("SELECT count(*) FROM catalog.component") == 0


async def test_one_refused_row_does_not_hold_the_others_back(house):
    await put(house, SET, TEE, CAP)
    answers = await upsert(
        house,
        EAST,
        [Item(Sku("BOX"), "Box", components=(Part(Sku("SET"), 1),)), Item(Sku("MUG"), "Mug")],
        at=AT,
    )
    assert [answer.why for answer in answers] == [WhyRefused.KIT_OF_KITS, None]
    assert await browse.item(house, EAST, Sku("BOX")) is None
    assert await browse.item(house, EAST, Sku("MUG")) is not None


async def test_a_part_of_a_kit_may_not_become_a_kit(house):
    await put(house, SET, TEE, CAP)
    tee = Item(Sku("TEE"), "Tee", components=(Part(Sku("CAP"), 1),))
    answers = await upsert(house, EAST, [tee], at=AT)
    assert [(a.why, a.version) for a in answers] == [(WhyRefused.COMPONENT_OF_A_KIT, 1)]


async def test_markets_do_not_see_each_others_items(house):
    await put(house, TEE, CAP)
    answers = await upsert(house, WEST, [SET], at=AT)
    assert [answer.why for answer in answers] == [WhyRefused.UNKNOWN_COMPONENT]


async def test_items_are_listed_by_sku_from_a_cursor_on(house):
    await put(house, *(Item(Sku(sku), sku) for sku in ("A1", "A2", "B1", "A3")))
    page = [i.sku for i in await browse.items(house, EAST, prefix="A", most=2)]
    assert page == ["A1", "A2"]
    rest = await browse.items(house, EAST, prefix="A", after="A2", most=2)
    assert [i.sku for i in rest] == ["A3"]
    assert [i.sku for i in await browse.items(house, EAST, most=9)] == ["A1", "A2", "A3", "B1"]


async def test_a_prefix_is_taken_as_it_is_written(house):
    await put(house, Item(Sku("A%"), "percent"), Item(Sku("AB"), "letters"))
    assert [i.sku for i in await browse.items(house, EAST, prefix="A%", most=9)] == ["A%"]


async def test_no_rows_are_no_work(house):
    assert await upsert(house, EAST, [], at=AT) == []


async def test_the_view_knows_what_was_there_when_it_was_loaded(house):
    await put(house, SET, TEE, CAP)
    await put(house, Item(Sku("FAR"), "Far"), market=WEST)
    view = CatalogView(EAST)
    assert await view.refresh(house, at=AT) == 3
    assert view.items == {
        "TEE": Made(180, category="tops"),
        "CAP": Made(0),
        "SET": Made(0, (Part(Sku("CAP"), 1), Part(Sku("TEE"), 2))),
    }


async def test_the_view_follows_changes_also_those_that_were_committed_late(house):
    view = CatalogView(EAST)
    await put(house, TEE, at=AT - timedelta(seconds=9))
    await view.load(house, at=AT)
    await put(house, CAP, at=AT - timedelta(seconds=4))
    assert await view.refresh(house, at=AT + timedelta(seconds=60)) == 1
    assert set(view.items) == {"TEE", "CAP"}
    heavier = Item(Sku("TEE"), "Tee", weight_g=200)
    await put(house, heavier, at=AT + timedelta(seconds=61))
    assert await view.refresh(house, at=AT + timedelta(seconds=62)) == 1
    assert view.items[Sku("TEE")].weight_g == 200


async def test_a_view_of_nothing_new_reads_nothing(house):
    view = CatalogView(EAST)
    await put(house, TEE)
    await view.load(house, at=AT + timedelta(seconds=6))
    assert await view.refresh(house, at=AT + timedelta(seconds=7)) == 0


async def test_the_view_asks_for_a_kit_it_has_not_heard_of_and_for_its_parts(house):
    view = CatalogView(EAST)
    await view.load(house, at=AT)
    await put(house, SET, TEE, CAP)
    await view.fetch_missing(house, ["SET", "NONE"])
    assert set(view.items) == {"SET", "TEE", "CAP"}
