"""How long lists take at the server, by what they are asked, among so many orders.

python -m bench.lists --orders 200000
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from entrepot.bootstrap import transitions
from entrepot.journey.filters import Filters, Sort
from entrepot.journey.finding import find
from entrepot.journey.finding_model import Place
from entrepot.journey.overview import look
from entrepot.plumbing import db, migrate, postgres
from entrepot.policies.today import Today
from entrepot.terms.ids import MarketId

MARKET = MarketId("bench")
SEED = Path(__file__).with_name("lists.sql")
PAGE = 50
TIMES = 15
DAY = timedelta(days=1)


def asked(at: datetime, orders: int) -> dict[str, tuple[Filters, Sort]]:
    """Say what is asked: rare and common, alone and together."""
    newest, promise = Sort.NEWEST, Sort.PROMISE
    person = orders // 7
    return {
        "all, newest": (Filters(), newest),
        "all, oldest": (Filters(), Sort.OLDEST),
        "by promise": (Filters(), promise),
        "a common phase": (Filters(phase=("closed",)), newest),
        "a rare phase": (Filters(phase=("on_hold",)), newest),
        "three phases, by promise": (
            Filters(phase=("planned", "released", "shipped")), promise,
        ),
        "held": (Filters(held=True), newest),
        "late": (Filters(late=True), newest),
        "a common channel": (Filters(channel=("web",)), newest),
        "channel, method and service": (
            Filters(channel=("web",), method=("pickup",), service=("express",)), newest,
        ),
        "a common sku": (Filters(sku=("sku0",)), newest),
        "a common sku that is released": (Filters(sku=("sku0",), phase=("released",)), newest),
        "two that hardly meet": (Filters(node=("node199",), service=("express",)), newest),
        "placed in one week": (
            Filters(placed_after=at - 200 * DAY, placed_before=at - 193 * DAY), newest,
        ),
        "q: an e-mail address": (Filters(q=f"person{person}@example.com"), newest),
        "q: a common name": (Filters(q="firsta"), newest),
        "q: two words of a name": (Filters(q="firsta lastb"), newest),
        "q: a beginning of many": (Filters(q="person1"), newest),
        "q: a tracking number": (Filters(q=f"TR{person}"), newest),
        "q: a telephone number": (Filters(q=f"+1415{person:07d}"), newest),
        "q: fifty ids": (Filters(q=" ".join(f"EXT-{i * 7 + 1}" for i in range(50))), newest),
    }  # fmt: skip


async def measure(dsn: str, orders: int) -> dict[str, list[float]]:
    """Seed, ask each several times, first pages and deep ones; answers [p50, worst] in ms."""
    await migrate.migrate(dsn, transitions())
    at = datetime.now(UTC)  # noqa: TID251 - a bench is a shell
    conn = await db.connect(dsn, db.Limits(statement_ms=0))
    began = time.perf_counter()
    last_ms = int((at - DAY).timestamp() * 1000)
    text = SEED.read_text().replace(":last_ms", str(last_ms)).replace(":n", str(orders))
    await conn.execute(text)
    await conn.execute("VACUUM ANALYZE")
    size = await conn.fetchval(
        "SELECT pg_total_relation_size('journey.posting') + pg_total_relation_size('journey.summary')"  # noqa: E501 - one statement
    )
    found = {"seeded s": [time.perf_counter() - began], "bytes an order": [size / orders]}
    for name, (filters, sort) in asked(at, orders).items():
        found[name] = await _time(conn, filters, sort, at)
    overview = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await look(conn, MARKET, Today(), at=at)
        overview.append((time.perf_counter() - began) * 1000)
    found["overview"] = [statistics.median(overview), max(overview)]
    await conn.close()
    return found


async def _time(conn: db.Connection, filters: Filters, sort: Sort, at: datetime) -> list[float]:
    took = []
    after: Place | None = None
    for turn in range(TIMES):
        began = time.perf_counter()
        page = await find(conn, MARKET, filters, sort, after=after, most=PAGE, at=at)
        took.append((time.perf_counter() - began) * 1000)
        after = None if page.after is None else replace(page.after)
        if turn == TIMES - 1:
            took.append(float(len(page.ids)))
    return [statistics.median(took[:-1]), max(took[:-1]), took[-1]]


def main() -> None:
    """Print a line for each: median and worst ms over first and deeper pages, rows of the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entrepot-lists-") as folder:
        server = postgres.start(Path(folder))
        try:
            found = asyncio.run(measure(server.url(), options.orders))
        finally:
            server.stop()
    print(json.dumps({k: [round(v, 1) for v in vs] for k, vs in found.items()}, indent=1))


if __name__ == "__main__":
    main()
