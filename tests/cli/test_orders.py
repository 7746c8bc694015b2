"""Orders and shipments from files: on a database of its own, because imports commit."""

import json

import pytest

from entrepot.cli.importing import import_file
from entrepot.journey.progress import standings
from entrepot.journey.world import World
from entrepot.plumbing import mint
from entrepot.plumbing.relay import relay
from entrepot.terms.ids import MarketId
from entrepot.work.journey import Runner

MARKET = MarketId("files")
HEAD = (
    "channel,external_id,placed_at,currency,status,handed_over_at,delivered_at,carrier,"
    "tracking_number,ship_to.postal_code,ship_to.country,line.sku,line.quantity,line.unit_price,"
    "line.node\n"
)
TEE = "web,1,2026-05-01T10:00:00Z,USD,delivered,2026-05-02 09:00:00+00:00,2026-05-05T12:00:00Z,"
TEE += "ups,1Z1,10001,US,TEE,2,1999,dal\n"
CAP = TEE.replace("TEE,2,1999,dal", "CAP,1,999,nyc")
OPEN = "web,2,2026-05-01T10:00:00Z,USD,accepted,,,,,10001,US,CAP,1,999,nyc\n"
LIVE = "web,3,2026-11-20T10:00:00Z,USD,,,,,,10001,US,TEE,1,1999,\n"
SENT = "channel,order,node,tracking_number,carrier,shipped_at,delivered_at\n"


@pytest.fixture
async def bring(pool, tmp_path):
    """Import a file; answers its counts and its rejects as (row, field, reason)."""

    async def master(kind: str, rows: list[dict]) -> None:
        path = tmp_path / f"{kind}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        assert (await import_file(pool, MARKET, kind, path)).rejected == 0

    async def run(kind, content: str | list[dict], name: str = "table.csv"):
        path = tmp_path / name
        if not isinstance(content, str):
            path = path.with_suffix(".jsonl")
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_text(content)
        summary = await import_file(pool, MARKET, kind, path)
        rejects = []
        if summary.rejects:
            rejects = [json.loads(line) for line in summary.rejects.read_text().splitlines()]
        return summary.counts, [(r["row"], r["field"], r["reason"]) for r in rejects]

    address = {"country": "US", "postal_code": "10001"}
    node = {"kind": "dc", "address": address, "time_zone": "America/New_York", "services": ["ship"]}
    await master("nodes", [{"node": name, "name": name} | node for name in ("dal", "nyc")])
    await master("items", [{"sku": "TEE", "name": "Tee"}, {"sku": "CAP", "name": "Cap"}])
    await master("channels", [{"channel": "web"}])
    await master("inventory", [{"sku": "TEE", "node": "dal", "on_hand": 5}])
    return run


async def phases(pool) -> dict[str, str]:
    rows = await pool.fetch('SELECT order_id FROM orders."order" WHERE market = $1', MARKET)
    async with pool.acquire() as conn:
        found = await standings(conn, MARKET, [row["order_id"] for row in rows])
    return {each.head.external_id: each.phase.value for each in found.values()}


async def settle(pool) -> None:
    """Let the journey run until nothing is left to do."""
    runner = Runner(pool, World(pool, mint.now), release_after_s=3600)
    while await relay(pool) + await runner.run():
        pass


async def test_rows_of_one_order_are_its_lines(bring, pool):
    counts, rejects = await bring("orders", HEAD + TEE + CAP + OPEN)
    assert (counts, rejects) == ({"taken over": 2}, [])
    assert await phases(pool) == {"1": "closed", "2": "in_fulfillment"}
    lines = await pool.fetch(
        "SELECT l.sku, l.quantity FROM orders.line AS l"
        ' INNER JOIN orders."order" AS o USING (order_id)'
        " WHERE o.external_id = '1' ORDER BY l.line_no"
    )
    assert [tuple(line) for line in lines] == [("TEE", 2), ("CAP", 1)]


async def test_without_a_status_it_is_a_fact_of_its_channel(bring, pool):
    counts, rejects = await bring("orders", HEAD + LIVE + LIVE.replace("web,3", "web,4"))
    assert (counts, rejects) == ({"placed": 2}, [])
    await settle(pool)
    assert await phases(pool) == {"3": "planned", "4": "planned"}


async def test_again_changes_nothing(bring, pool):
    first, _ = await bring("orders", HEAD + TEE + OPEN + LIVE)
    await settle(pool)
    facts = await pool.fetchval("SELECT count(*) FROM plumbing.event")
    again, rejects = await bring("orders", HEAD + TEE + OPEN + LIVE)
    await settle(pool)
    assert first == {"taken over": 2, "placed": 1}
    assert (again, rejects) == ({"unchanged": 3}, [])
    assert await pool.fetchval("SELECT count(*) FROM plumbing.event") == facts


async def test_an_order_may_be_one_row_of_json_with_its_lines(bring, pool):
    row = {
        "channel": "web", "external_id": "9", "placed_at": "2026-05-01T10:00:00Z",
        "currency": "USD", "status": "canceled", "reason": "changed her mind",
        "lines": [{"sku": "TEE", "quantity": 1, "unit_price": 1999, "node": "dal"}],
    }  # fmt: skip
    counts, rejects = await bring("orders", [row, row | {"external_id": "10"}])
    assert (counts, rejects) == ({"taken over": 2}, [])
    assert await phases(pool) == {"9": "canceled", "10": "canceled"}


@pytest.mark.parametrize(
    ("rows", "rejects"),
    [
        (TEE + OPEN + CAP, [(4, "", "stands in row 2 already")]),
        (
            TEE + CAP.replace("USD", "EUR"),
            [
                (2, "currency", "row 3 says otherwise than the first of its order"),
                (3, "currency", "row 3 says otherwise than the first of its order"),
            ],
        ),
        (LIVE.replace("USD", "QQQ"), [(2, "", "/currency QQQ is not a currency we know")]),
        (OPEN.replace("web", "nix"), [(2, "", "there is no channel nix")]),
        (OPEN.replace("accepted", "lost"), [(2, "status", "Invalid enum value 'lost'")]),
        (OPEN.replace("nyc", "lax"), [(2, "", "line 1: there is no node lax")]),
        (
            OPEN.replace("accepted", "shipped"),
            [(2, "", "handed_over_at is needed of an order that is shipped")],
        ),
        (
            OPEN.replace(",1,999", ",1.5,999"),
            [(2, "lines.0.quantity", "Expected `int`, got `str`")],
        ),
    ],
)
async def test_what_is_wrong_is_named_and_the_rest_lands(bring, pool, rows, rejects):
    good = LIVE.replace("web,3", "web,8")
    counts, found = await bring("orders", HEAD + rows + good)
    assert found == rejects
    assert counts["placed"] == 1
    assert "8" in await phases(pool)


async def test_a_broken_row_spoils_its_whole_order(bring, pool):
    broken = CAP.replace(",nyc", "")
    counts, rejects = await bring("orders", HEAD + TEE + broken + OPEN)
    reason = "row 3: has 14 cells where the header has 15"
    assert rejects == [(2, "", reason), (3, "", reason)]
    assert counts == {"taken over": 1}
    assert await phases(pool) == {"2": "in_fulfillment"}


async def test_a_shipment_sends_what_was_open_and_the_journey_goes_on(bring, pool):
    await bring("orders", HEAD + OPEN + LIVE)
    await settle(pool)
    rows = (
        "web,2,,1Z2,ups,2026-05-03T10:00:00Z,2026-05-06T10:00:00Z\n"
        "web,3,,1Z3,ups,2026-11-20T11:00:00Z,\n"
        "web,3,,1Z4,ups,2026-11-20T11:00:00Z,\n"
    )
    counts, rejects = await bring("shipments", SENT + rows, "sent.csv")
    await settle(pool)
    assert (counts, rejects) == ({"shipped": 2}, [])
    assert await phases(pool) == {"2": "closed", "3": "shipped"}

    again, _ = await bring("shipments", SENT + rows, "sent.csv")
    assert again == {"unchanged": 2}
    arrived = rows.replace("T11:00:00Z,\n", "T11:00:00Z,2026-11-20T18:00:00Z\n")
    later, _ = await bring("shipments", SENT + arrived, "sent.csv")
    await settle(pool)
    assert later == {"unchanged": 1, "delivered": 1}
    assert await phases(pool) == {"2": "closed", "3": "closed"}
    left = await pool.fetch("SELECT verb, at FROM fulfillment.move WHERE verb = 'ship' ORDER BY at")
    assert [row["at"].isoformat() for row in left] == [
        "2026-05-03T10:00:00+00:00",
        "2026-11-20T11:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("row", "reject"),
    [
        ("web,99,,1Z2,ups,2026-05-03T10:00:00Z,", "channel web has no order 99"),
        ("web,1,,1Z2,ups,2026-05-03T10:00:00Z,", "name the node: one of dal, nyc"),
        ("web,1,lax,1Z2,ups,2026-05-03T10:00:00Z,", "no node works for the order, or not this one"),
        ("web,1,dal,1Z7,ups,2026-05-03T10:00:00Z,", "its work left in other packages"),
        ("web,2,,1Z2,ups,2026-05-03T10:00:00Z,2026-05-01T10:00:00Z", "lies before shipped_at"),
        ("web,2,,1Z2,ups,2099-05-03T10:00:00Z,", "lies more than a day ahead"),
        ("web,2,,1Z2,,2026-05-03T10:00:00Z,", "Object missing required field `carrier`"),
    ],
)
async def test_a_shipment_that_cannot_be_is_named(bring, pool, row, reject):
    await bring("orders", HEAD + TEE + CAP + OPEN)
    moves = await pool.fetchval("SELECT count(*) FROM fulfillment.move")
    counts, rejects = await bring("shipments", f"{SENT}{row}\n", "sent.csv")
    assert counts == {}
    assert [(number, reason) for number, _, reason in rejects] == [(2, reject)]
    assert await pool.fetchval("SELECT count(*) FROM fulfillment.move") == moves
