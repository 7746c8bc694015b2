"""Four hundred want what a hundred can have: exactly a hundred get it, and all hear the truth."""

import asyncio
import json
from collections import Counter

import pytest

from entrepot.demo.http import Answer, Http
from proof import judge
from proof.processes import violations
from proof.shop import available, balances, open_shop, order

UNITS, BUYERS, PROCESSES = 100, 400, 4
SCARCE, PLENTY, NODE = "LAST", "MANY", "DENVER"

pytestmark = pytest.mark.slow


def code(answer: Answer) -> str:
    return json.loads(answer.body)["type"].rpartition("/")[2]


def pointers(answer: Answer) -> list[str]:
    return [error["pointer"] for error in json.loads(answer.body)["errors"]]


async def rush(shops: list[Http], baskets: list[list[tuple[str, int]]]) -> list[Answer]:
    """Let every buyer ask at once, one after another at each of the shops' doors."""
    return await asyncio.gather(
        *(
            shops[number % len(shops)].send(
                "POST", "/v1/orders", order(f"b{number}@example.com", lines), key=f"k-{number}"
            )
            for number, lines in enumerate(baskets)
        )
    )


async def assert_sold_out(shops: list[Http], url: str, *, bought: list[tuple[str, int]]) -> None:
    """Every door says so, the rows say so, and each order holds all of what it bought."""
    for http in shops:
        assert await balances(http, SCARCE, NODE) == (UNITS, UNITS)
        assert await available(http, SCARCE, until=0) == 0
    world = await judge.look(url)
    assert [o.claims for o in world.orders] == [tuple(sorted(bought))] * UNITS
    if len(bought) > 1:
        assert await balances(shops[0], PLENTY, NODE) == (10_000, UNITS)
    assert await violations(url) == {}


async def test_the_last_units_go_to_exactly_as_many_buyers(crew, server, database, connect):
    url = server.url(database)
    serve = await crew.start("serve", database_url=url)
    http = connect(serve.url, connections=BUYERS)
    await open_shop(http, {(SCARCE, NODE): UNITS})

    answers = await rush([http], [[(SCARCE, 1)]] * BUYERS)

    assert Counter(a.status for a in answers) == {201: UNITS, 409: BUYERS - UNITS}
    refused = [a for a in answers if a.status == 409]
    assert {code(a) for a in refused} == {"insufficient-stock"}
    assert {(*pointers(a),) for a in refused} == {("/lines/0/quantity",)}
    await assert_sold_out([http], url, bought=[(SCARCE, 1)])


async def test_an_order_gets_all_of_its_lines_or_nothing(crew, server, database, connect):
    url = server.url(database)
    serve = await crew.start("serve", database_url=url)
    http = connect(serve.url, connections=BUYERS)
    await open_shop(http, {(SCARCE, NODE): UNITS, (PLENTY, NODE): 10_000})
    first, second = [(SCARCE, 1), (PLENTY, 1)], [(PLENTY, 1), (SCARCE, 1)]

    answers = await rush([http], [first, second] * (BUYERS // 2))

    assert Counter(a.status for a in answers) == {201: UNITS, 409: BUYERS - UNITS}
    refused = [(n % 2, a) for n, a in enumerate(answers) if a.status == 409]
    assert {code(a) for _, a in refused} == {"insufficient-stock"}
    assert {(place, *pointers(a)) for place, a in refused} == {
        (0, "/lines/0/quantity"),
        (1, "/lines/1/quantity"),
    }
    await assert_sold_out([http], url, bought=first)


async def test_four_processes_sell_no_more_than_one(crew, server, database, connect):
    url = server.url(database)
    serves = await asyncio.gather(
        *(crew.start("serve", database_url=url, name=f"serve{n}") for n in range(PROCESSES))
    )
    shops = [connect(serve.url, connections=BUYERS // PROCESSES) for serve in serves]
    await open_shop(shops[0], {(SCARCE, NODE): UNITS, (PLENTY, NODE): 10_000})

    basket = [(SCARCE, 1), (PLENTY, 1)]
    answers = await rush(shops, [basket] * BUYERS)

    assert Counter(a.status for a in answers) == {201: UNITS, 409: BUYERS - UNITS}
    assert {code(a) for a in answers if a.status == 409} == {"insufficient-stock"}
    await assert_sold_out(shops, url, bought=basket)
