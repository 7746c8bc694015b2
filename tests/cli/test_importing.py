"""Files in, rows landed: on a database of its own, because imports commit."""

import csv
import json
from uuid import NAMESPACE_URL, UUID, uuid5

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.bootstrap import invariants, transitions
from entrepot.catalog import browse as catalog
from entrepot.cli.importing import KINDS, import_file
from entrepot.customers import browse as customers
from entrepot.inventory import freshness
from entrepot.inventory.lots import lots_at
from entrepot.inventory.model import Claim
from entrepot.inventory.reserve import reserve
from entrepot.network import browse as network
from entrepot.plumbing import db, migrate, mint
from entrepot.terms.ids import CustomerId, LineNo, MarketId, NodeId, OrderId, Sku

NODE = {
    "name": "Dallas",
    "kind": "dc",
    "time_zone": "America/Chicago",
    "address": {"country": "US", "postal_code": "75201"},
    "services": ["ship"],
}


@pytest.fixture(scope="module")
async def pool(server):
    conn = await db.connect(server.url("postgres"))
    await conn.execute("CREATE DATABASE importing")
    await conn.close()
    await migrate.migrate(server.url("importing"), transitions())
    pool = await db.open_pool(server.url("importing"), size=2)
    yield pool
    for name, query in invariants().items():
        assert await pool.fetch(query.text) == [], name
    await pool.close()


@pytest.fixture
def market(request) -> MarketId:
    return MarketId(str(uuid5(NAMESPACE_URL, request.node.name)))


@pytest.fixture
def bring(pool, market, tmp_path):
    async def run(kind: str, content: str | list[dict], name: str = "table.csv"):
        path = tmp_path / name
        if not isinstance(content, str):
            path = path.with_suffix(".jsonl")
            content = "".join(json.dumps(row) + "\n" for row in content)
        if not path.exists() or path.read_text() != content:
            path.write_text(content)
        summary = await import_file(pool, market, kind, path)
        rejects = []
        if summary.rejects:
            rejects = [json.loads(line) for line in summary.rejects.read_text().splitlines()]
        return summary, rejects

    return run


async def test_items_land_and_coming_again_change_nothing(bring, pool, market):
    content = "sku,name,price,weight_g,attributes.color\nTEE,Tee,1999,180,black\nCAP,Cap,,,\n"
    summary, rejects = await bring("items", content)
    assert (summary.counts, rejects) == ({"created": 2}, [])
    assert summary.line() == "table.csv: 2 created"
    async with pool.acquire() as conn:
        tee = await catalog.item(conn, market, Sku("TEE"))
    assert (tee.name, tee.price, tee.weight_g) == ("Tee", 1999, 180)
    assert tee.attributes == '{"color":"black"}'

    again, _ = await bring("items", content)
    assert again.counts == {"unchanged": 2}


async def test_bad_rows_are_written_down_with_row_field_and_reason_and_good_ones_land(bring):
    content = "sku,name,price\nA,One,5\nB,Two,5.5\n,Three,5\nA,Again,6\nC,Four,7,8\nD,,5\nE,Six,5\n"
    summary, rejects = await bring("items", content)
    assert summary.counts == {"created": 2}
    assert [(r["row"], r["field"], r["reason"]) for r in rejects] == [
        (3, "price", "Expected `int | null`, got `str`"),
        (4, "sku", "is missing"),
        (5, "", "A stands in row 2 already"),
        (6, "", "has 4 cells where the header has 3"),
        (7, "name", "Object missing required field `name`"),
    ]
    assert rejects[0]["data"] == {"sku": "B", "name": "Two", "price": "5.5"}
    assert summary.line() == "table.csv: 2 created, 5 rejected (table.csv.rejects.jsonl)"
    assert [each.row for each in summary.listed] == [3, 4, 5, 6, 7]


async def test_the_reject_file_goes_when_nothing_is_rejected_any_more(bring, tmp_path):
    await bring("items", "sku,name\nA,\n")
    assert (tmp_path / "table.csv.rejects.jsonl").exists()
    summary, _ = await bring("items", "sku,name\nA,One\n")
    assert summary.rejects is None
    assert not (tmp_path / "table.csv.rejects.jsonl").exists()


async def test_a_kit_may_stand_before_its_parts_however_far(bring):
    rows = [{"sku": "SET", "name": "Set", "components": [{"sku": "P2499", "quantity": 2}]}]
    rows += [{"sku": f"P{number}", "name": "Part"} for number in range(2500)]
    rows += [{"sku": "ODD", "name": "Odd", "components": [{"sku": "NONE", "quantity": 2}]}]
    summary, rejects = await bring("items", rows)
    assert summary.counts == {"created": 2501}
    assert [(r["row"], r["reason"]) for r in rejects] == [(2502, "there is no item NONE")]
    again, _ = await bring("items", rows)
    assert (again.counts, again.rejected) == ({"unchanged": 2501}, 1)


async def test_a_network_lands_from_four_files(bring, pool, market):
    nodes = (
        "node,name,kind,time_zone,address.country,address.postal_code,services,cut_off,"
        "calendar.weekly.mon,enabled,handling_hours\n"
        "D,Dallas,dc,America/Chicago,US,75201,ship|pickup,15:30,09:00-12:00|13:00-18:00,true,8\n"
        "X,Nowhere,dc,Mars/Base,US,75201,ship,,,,\n"
    )
    summary, rejects = await bring("nodes", nodes, "nodes.csv")
    assert summary.counts == {"created": 1}
    assert [(r["row"], r["field"], r["reason"]) for r in rejects] == [
        (3, "time_zone", "'Mars/Base' is not an IANA time zone")
    ]
    summary, _ = await bring("node-groups", "group;nodes\ncenters;D\n", "groups.csv")
    assert summary.counts == {"created": 1}
    summary, rejects = await bring(
        "channels",
        [{"channel": "web", "node_groups": ["centers"]}, {"channel": "app", "nodes": ["Z"]}],
    )
    assert summary.counts == {"created": 1}
    assert [(r["row"], r["reason"]) for r in rejects] == [(2, "there is no node Z")]
    lane = {
        "lane": "air-3",
        "carrier": "ups",
        "service": "air",
        "zone": 3,
        "transit_days": 2,
        "cost": {"breaks": [{"up_to_g": 500, "cost": 700}]},
    }
    summary, _ = await bring("lanes", [lane], "lanes.csv")
    assert summary.counts == {"created": 1}
    async with pool.acquire() as conn:
        node = await network.node(conn, market, "D")
    assert (node.services, node.handling_hours) == (["pickup", "ship"], 8)
    assert json.loads(node.calendar)["weekly"] == {"mon": ["09:00-12:00", "13:00-18:00"]}


async def on_hand(pool, market) -> dict[str, int]:
    rows = await pool.fetch(
        "SELECT sku, on_hand FROM inventory.position WHERE market = $1", str(market)
    )
    return {row["sku"]: row["on_hand"] for row in rows}


async def test_counts_land_and_the_same_file_is_stale_the_second_time(bring, pool, market):
    await bring("items", [{"sku": "A", "name": "a"}, {"sku": "B", "name": "b"}])
    await bring("nodes", [{"node": "D", **NODE}])
    content = "sku,node,on_hand\nA,D,5\nB,D,7\nA,Z,1\nC,D,1\nA,D,-1\n"
    summary, rejects = await bring("inventory", content, "counts.csv")
    assert summary.counts == {"updated": 2}
    assert [(r["row"], r["field"], r["reason"]) for r in rejects] == [
        (6, "on_hand", "Expected `int` >= 0"),
        (4, "", "there is no node Z"),
        (5, "", "there is no item C"),
    ]
    again, _ = await bring("inventory", content, "counts.csv")
    assert again.counts == {"unchanged": 2}

    newer, _ = await bring("inventory", "sku,node,on_hand\nA,D,9\n", "counts.csv")
    assert newer.counts == {"updated": 1}
    assert await on_hand(pool, market) == {"A": 9, "B": 7}


async def test_a_file_that_counts_less_than_is_claimed_tells_the_shortage(bring, pool, market):
    await bring("items", [{"sku": "A", "name": "a"}])
    await bring("nodes", [{"node": "D", **NODE}])
    await bring("inventory", "sku,node,on_hand\nA,D,5\n", "counts.csv")
    order = OrderId(UUID(int=1))
    basket = [Claim(order, LineNo(1), Sku("A"), NodeId("D"), 4)]
    async with pool.acquire() as conn, conn.transaction():
        await reserve(conn, market, [basket], at=mint.now())
    await bring("inventory", "sku,node,on_hand\nA,D,1\n", "counts.csv")
    told = await pool.fetch(
        "SELECT type, data::text FROM plumbing.outbox WHERE market = $1", market
    )
    assert [(type_, json.loads(data)) for type_, data in told] == [
        ("inventory.shorted", {"sku": "A", "node": "D", "on_hand": 1, "shortage": 3})
    ]


async def test_a_kit_has_no_stock_to_count(bring, pool, market):
    kit = {"sku": "K", "name": "k", "components": [{"sku": "A", "quantity": 1}]}
    await bring("items", [{"sku": "A", "name": "a"}, kit])
    await bring("nodes", [{"node": "D", **NODE}])
    _, rejects = await bring("inventory", "sku,node,on_hand\nK,D,5\n", "counts.csv")
    assert [r["reason"] for r in rejects] == ["K is a kit"]
    assert await on_hand(pool, market) == {}


async def test_a_count_says_itself_when_and_by_whom(bring, pool, market):
    await bring("items", [{"sku": "A", "name": "a"}])
    await bring("nodes", [{"node": "D", **NODE}])
    content = (
        "sku,node,on_hand,source,sequence,counted_at\n"
        "A,D,5,wms,2,2026-01-01T00:00:00Z\n"
        "A,D,6,wms,1,2026-01-02T00:00:00Z\n"
        "A,D,7,wms,3,2999-01-01T00:00:00Z\n"
        "A,D,8,wms,3,2026-01-01\n"
    )
    summary, rejects = await bring("inventory", content, "counts.csv")
    assert summary.counts == {"updated": 1, "unchanged": 1}
    assert [(r["row"], r["reason"]) for r in rejects] == [
        (5, "Expected `datetime` with a timezone component"),
        (4, "counted_at lies in the future"),
    ]
    assert await on_hand(pool, market) == {"A": 5}


CUSTOMERS = (
    "customer,name,email,class,addresses,attributes.since\n"
    'K,Kim Doe,kim@example.com,vip,"[{""postal_code"":""78701"",""country"":""US""}]",2019\n'
    "L,,lee@,,,\n"
    ",Nobody,,,,\n"
    "K,Again,,,,\n"
    'M,Mo,,,"[{""country"":""US""}]",\n'
)


async def test_customers_land_from_a_table_and_coming_again_change_nothing(bring, pool, market):
    summary, rejects = await bring("customers", CUSTOMERS)
    assert summary.counts == {"created": 1}
    assert [(r["row"], r["field"], r["reason"]) for r in rejects] == [
        (3, "email", "is not an e-mail address"),
        (4, "customer", "is missing"),
        (5, "", "K stands in row 2 already"),
        (6, "addresses.0.postal_code", "Object missing required field `postal_code`"),
    ]
    async with pool.acquire() as conn:
        kim = await customers.customer(conn, market, CustomerId("K"))
        others = await customers.customers(conn, market, after="K", most=9)
    assert (kim.name, kim.email, kim.customer_class) == ("Kim Doe", "kim@example.com", "vip")
    assert json.loads(kim.addresses)[0]["postal_code"] == "78701"
    assert (kim.attributes, others) == ('{"since":"2019"}', [])

    again, _ = await bring("customers", CUSTOMERS)
    assert (again.counts, again.rejected) == ({"unchanged": 1}, 4)


async def test_customers_land_from_parquet_too(pool, market, tmp_path):
    home = {"postal_code": "78701", "country": "US"}
    rows = [{"customer": "K", "class": "vip", "addresses": [home]}, {"customer": "L"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "people.parquet")
    for status in ("created", "unchanged"):
        summary = await import_file(pool, market, "customers", tmp_path / "people.parquet")
        assert (summary.counts, summary.rejected) == ({status: 2}, 0)


ROWS = [
    {"sku": "A", "node": "D", "on_hand": 5, "source": "wms", "sequence": 7},
    {"sku": "B", "node": "D", "on_hand": 7, "source": "wms", "sequence": 9},
]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
async def test_a_snapshot_lands_from_each_form_of_file_and_is_heard(
    bring, pool, market, tmp_path, form
):
    await bring("items", [{"sku": "A", "name": "a"}, {"sku": "B", "name": "b"}])
    await bring("nodes", [{"node": "D", **NODE}])
    path = tmp_path / f"snapshot.{form}"
    if form == "csv":
        lines = [",".join(map(str, row.values())) for row in ROWS]
        path.write_text("\n".join([",".join(ROWS[0]), *lines]) + "\n")
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)

    summary = await import_file(pool, market, "inventory", path)

    assert summary.counts == {"updated": 2}
    assert await on_hand(pool, market) == {"A": 5, "B": 7}
    async with pool.acquire() as conn:
        (feed,), gaps = await freshness.feeds(
            conn, market, source=None, node_id=None, after=("", ""), most=9, at=mint.now()
        )
    assert (feed.source, feed.node_id, feed.messages, gaps) == ("wms", "D", 2, {})


def test_the_kinds_are_those_that_have_a_way_in():
    assert {"items", "nodes", "node-groups", "channels", "lanes", "customers", "inventory"} <= set(
        KINDS
    )


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
async def test_tracked_items_and_the_lots_a_count_found_land(pool, market, tmp_path, form):
    items = [
        {"sku": "MILK", "name": "Milk", "tracking": "lot", "shelf_life_days": 90,
         "min_remaining_days": 30},
        {"sku": "PLAIN", "name": "Plain"},
    ]  # fmt: skip
    lots = [{"lot": "L1", "quantity": 3, "expires_on": "2036-01-31"}]
    counts = [
        {"sku": "MILK", "node": "D", "on_hand": 5, "lots": lots},
        {"sku": "PLAIN", "node": "D", "on_hand": 5, "lots": lots},
        {"sku": "MILK", "node": "D", "on_hand": 2, "lots": lots},
    ]
    await import_file(pool, market, "nodes", written(tmp_path, "jsonl", [{"node": "D", **NODE}]))
    await import_file(pool, market, "items", written(tmp_path, form, items))
    summary = await import_file(pool, market, "inventory", written(tmp_path, form, counts))

    async with pool.acquire() as conn:
        item = await catalog.item(conn, market, Sku("MILK"))
        there = await lots_at(conn, market, [(Sku("MILK"), NodeId("D"))])
    assert (item.tracking, item.shelf_life_days, item.min_remaining_days) == ("lot", 90, 30)
    assert [(each.lot, each.quantity, str(each.expires_on)) for each in there] == [
        ("L1", 3, "2036-01-31"),
    ]  # fmt: skip
    rejects = [json.loads(line) for line in summary.rejects.read_text().splitlines()]
    assert [(r["field"], r["reason"]) for r in rejects] == [
        ("lots", "name 3 units of 2"), ("", "PLAIN is not tracked so"),
    ]  # fmt: skip


def written(folder, form: str, rows: list[dict]):
    """Write rows as a file of a form; what is no text stands in a CSV's cells as JSON."""
    path = folder / f"rows-{len(list(folder.iterdir()))}.{form}"
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        names = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, names)
            out.writeheader()
            for row in rows:
                out.writerow(
                    {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
                )
    return path
