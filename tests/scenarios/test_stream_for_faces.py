"""The stream as browsers need it: from now on, under one name, the same for all who listen."""

import json
import threading
from contextlib import contextmanager

import httpx
import pytest

from scenarios.shop import eventually


@contextmanager
def listening(system, query):
    """Listen in a thread; gives the list that grows: (event's name, id, data)."""
    heard, stop = [], threading.Event()

    def listen():
        headers = {"authorization": f"Bearer {system.key}"}
        with (
            httpx.Client(base_url=system.url, headers=headers, trust_env=False) as client,
            client.stream("GET", f"/v1/events/stream?{query}", timeout=30) as answer,
        ):
            assert answer.headers["x-accel-buffering"] == "no"
            message = {}
            for line in answer.iter_lines():
                if line:
                    name, _, text = line.partition(": ")
                    message[name] = text
                elif "data" in message:
                    heard.append((message.get("event"), int(message["id"]), message["data"]))
                    message = {}
                if stop.is_set():
                    return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        stop.set()


def hold(client, order, kind="fraud"):
    body = {"kind": kind, "reason": "a fact"}
    client.post(f"/v1/orders/{order}/hold", body).expect(200)
    client.post(f"/v1/orders/{order}/unhold", body).expect(200)


@pytest.fixture
def order(shop):
    sku, _ = shop.stocked(3)
    return shop.buy([(sku, 1)])["id"]


def test_who_begins_with_the_latest_hears_what_comes_and_nothing_of_before(system, client, order):
    begun = eventually(lambda: client.get("/v1/events?limit=1").json["cursor"], what="some fact")
    with (
        listening(system, "named=false&latest=true") as one,
        listening(system, "named=false&latest=true&types=order.held") as held,
    ):
        eventually(lambda: one and held, what="both have begun")
        name, start, _ = one[0]
        assert name == "start"
        assert start >= begun
        hold(client, order)

        def told():
            return [json.loads(data) for name, _, data in one if name is None]

        facts = eventually(
            lambda: [f for f in told() if f["type"] == "order.unheld" and order in f["subject"]],
            what="the last fact",
        )
        numbers = [number for _, number, _ in one]
        assert numbers == list(range(start, numbers[-1] + 1)), "dense from where it began"
        assert [fact["sequence"] for fact in told()] == numbers[1:]
        assert facts[0]["specversion"] == "1.0"
        only = eventually(lambda: [data for name, _, data in held if name is None])
        assert {json.loads(data)["type"] for data in only} == {"order.held"}


def test_who_is_far_behind_hears_everything_once(system, client, order):
    hold(client, order)
    with listening(system, "named=false&after=0") as behind:
        eventually(lambda: len(behind) > 3, what="the beginning")
        newest = client.get("/v1/events?after=0&limit=1000").json["cursor"]
        eventually(lambda: behind[-1][1] >= newest, what="all there was")
        hold(client, order, kind="address")
        eventually(
            lambda: any("order.unheld" in data for _, _, data in behind[newest:]),
            what="and what comes",
        )
    numbers = [number for name, number, _ in behind if name is None]
    assert numbers == list(range(1, len(numbers) + 1))
