"""A drop: thousands of attempts at four doors, on two hundred units at three nodes.

Exactly two hundred are sold, none before the opening; with a line, to those who came first.
"""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from entrepot.demo.http import Answer, Http
from proof.processes import violations
from proof.shop import NODES, balances, open_shop, order
from proof.test_last_unit import code

UNITS = {"AUSTIN": 90, "DENVER": 70, "NEWARK": 40}
BUYERS, PROCESSES, CONNECTIONS = 2_400, 4, 64
SKU = "DROP"
ALL = sum(UNITS.values())

pytestmark = pytest.mark.slow


@pytest.fixture
async def doors(crew, server, database, connect):
    """Four servers and a worker before one database, and what is on the shelves."""
    url = server.url(database)
    names = [f"serve{n}" for n in range(PROCESSES)]
    serves = await asyncio.gather(
        *(crew.start("serve", database_url=url, name=name) for name in names)
    )
    await crew.start("work", database_url=url, ready=False)
    shops = [connect(serve.url, connections=CONNECTIONS) for serve in serves]
    await open_shop(shops[0], {(SKU, node): UNITS[node] for node in NODES})
    return url, shops


async def planned(http: Http, opens_at: datetime, **more) -> None:
    """Plan the launch."""
    body = {"skus": [SKU], "opens_at": opens_at.isoformat(), **more}
    answer = await http.send("PUT", "/v1/launches/drop", json.dumps(body).encode(), key="plan")
    assert answer.status == 200, answer.body


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a buyer's clock


async def buys(
    http: Http, buyer: int, until: datetime, ticket: str = "", late_s: float = 0.0
) -> Answer:
    """Try until the answer is final: it is sold, it is sold out, or all patience is gone.

    Whoever is told to wait does, and `late_s` longer where he was told to wait for his turn.
    """
    body = order(f"b{buyer}@example.com", [(SKU, 1)], home=buyer % 3)
    while True:
        answer = await http.send("POST", "/v1/orders", body, key=f"k{buyer}", ticket=ticket)
        early = answer.status in {429, 503} or (
            answer.status == 409 and code(answer) == "not-on-sale"
        )
        wait = float(answer.header(b"retry-after") or 1)
        if not early or now() + timedelta(seconds=wait) > until:
            return answer
        await asyncio.sleep(wait + (late_s if answer.status == 429 else 0))


async def sold(url: str, shops: list[Http]) -> None:
    """Every unit is sold, at every node, as every door says; and nothing is broken."""
    for node, units in UNITS.items():
        assert await balances(shops[-1], SKU, node) == (units, units)
    assert await violations(url) == {}


def placed_at(answers: list[Answer]) -> list[datetime]:
    return [
        datetime.fromisoformat(json.loads(each.body)["captured_at"])
        for each in answers
        if each.status == 201
    ]


async def test_a_drop_sells_exactly_what_there_is_and_nothing_before_its_moment(doors):
    url, shops = doors
    opens_at = now() + timedelta(seconds=4)
    await planned(shops[0], opens_at)

    answers = await asyncio.gather(
        *(buys(shops[n % PROCESSES], n, opens_at + timedelta(seconds=60)) for n in range(BUYERS))
    )

    assert Counter(each.status for each in answers) == {201: ALL, 409: BUYERS - ALL}
    assert {code(each) for each in answers if each.status == 409} == {"insufficient-stock"}
    assert min(placed_at(answers)) >= opens_at
    await sold(url, shops)


async def test_with_a_line_the_first_who_came_are_those_who_get_it(doors):
    url, shops = doors
    opens_at = now() + timedelta(seconds=13)
    await planned(shops[0], opens_at, line={"first": ALL, "per_s": 1})
    drawn = await asyncio.gather(
        *(
            shops[n % PROCESSES].send("POST", "/v1/launches/drop/tickets", key=f"t{n}")
            for n in range(BUYERS)
        )
    )
    tickets = {n: json.loads(each.body) for n, each in enumerate(drawn)}
    assert sorted(each["number"] for each in tickets.values()) == list(range(1, BUYERS + 1))
    # The others' turn comes second by second: they are in no hurry, and soon give up.
    until = opens_at + timedelta(seconds=12)

    answers = await asyncio.gather(
        *(
            buys(shops[n % PROCESSES], n, until, ticket["token"], late_s=5)
            for n, ticket in tickets.items()
        )
    )

    taken = sorted(tickets[n]["number"] for n, each in enumerate(answers) if each.status == 201)
    assert taken == list(range(1, ALL + 1))
    assert min(placed_at(list(answers))) >= opens_at
    refused = Counter(code(each) for each in answers if each.status != 201)
    assert set(refused) <= {"insufficient-stock", "ticket-not-admitted"}
    await sold(url, shops)
