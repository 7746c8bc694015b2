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


async def buys(http: Http, buyer: int, ticket: str = "") -> Answer:
    """Try, and wait as one is told to, until it is on sale; then there is an answer."""
    body = order(f"b{buyer}@example.com", [(SKU, 1)], home=buyer % 3)
    while True:
        answer = await http.send("POST", "/v1/orders", body, key=f"k{buyer}", ticket=ticket)
        early = answer.status == 409 and code(answer) == "not-on-sale"
        if not early and answer.status != 503:
            return answer
        await asyncio.sleep(float(answer.header(b"retry-after") or 1))


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

    answers = await asyncio.gather(*(buys(shops[n % PROCESSES], n) for n in range(BUYERS)))

    assert Counter(each.status for each in answers) == {201: ALL, 409: BUYERS - ALL}
    assert {code(each) for each in answers if each.status == 409} == {"insufficient-stock"}
    assert min(placed_at(answers)) >= opens_at
    await sold(url, shops)


async def test_with_a_line_the_first_who_came_are_those_who_get_it(doors):
    url, shops = doors
    opens_at = now() + timedelta(seconds=18)
    await planned(shops[0], opens_at, line={"first": ALL, "per_s": 1})
    drawn = await asyncio.gather(
        *(
            shops[n % PROCESSES].send("POST", "/v1/launches/drop/tickets", key=f"t{n}")
            for n in range(BUYERS)
        )
    )
    tickets = {n: json.loads(each.body) for n, each in enumerate(drawn)}
    numbers = {n: each["number"] for n, each in tickets.items()}
    assert sorted(numbers.values()) == list(range(1, BUYERS + 1))
    # In the minute after the opening one more is admitted each second: these come afterwards.
    second = [n for n, number in numbers.items() if ALL < number <= ALL + 60]
    first = [n for n in numbers if n not in second]

    answers = dict(zip(first, await _all_buy(shops, tickets, first), strict=True))

    sent_away = {
        numbers[n]: code(each)
        for n, each in answers.items()
        if each.status != 201 and numbers[n] <= ALL
    }
    assert sent_away == {}
    assert sum(each.status == 201 for each in answers.values()) == ALL
    refused = Counter(code(each) for each in answers.values() if each.status != 201)
    assert refused == {"ticket-not-admitted": BUYERS - ALL - 60}
    assert min(placed_at(list(answers.values()))) >= opens_at
    late = Counter(code(each) for each in await _all_buy(shops, tickets, second))
    assert set(late) <= {"insufficient-stock", "ticket-not-admitted"}
    assert late["insufficient-stock"]
    await sold(url, shops)


async def _all_buy(shops: list[Http], tickets: dict[int, dict], buyers: list[int]) -> list[Answer]:
    return await asyncio.gather(
        *(buys(shops[n % PROCESSES], n, tickets[n]["token"]) for n in buyers)
    )
