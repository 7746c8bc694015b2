"""What the faces ask for with two million orders stored, and how soon a slow machine paints it.

Lists, searches and an order's page are asked over HTTP, one after the other, first pages and deeper
ones. The page of orders is opened in the machine's own Chromium with its processor slowed down four
times, as Chromium's developers do it, with nothing in its cache.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import quote

import msgspec
from playwright.sync_api import Browser, sync_playwright

from bench import capture, growth, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Figure
from bench.report import show
from bench.request import post
from bench.stage import BODIES, Stage, ask, must, order_bodies, staged

TIMES = 15
"""So often each list is asked: the first page, and the pages behind it."""

PAGES_OPENED = 7
SLOWED = 4
LIST_MS_MAX, ORDER_MS_MAX, PAINT_MS_MAX = 150, 50, 1_500

PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"

IN_THE_PAGE = """async ({login, password}) => {
    const answer = await fetch('/v1/session', {
        method: 'POST', headers: {'content-type': 'application/json'},
        body: JSON.stringify({login, password}),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}"""


class _Page(msgspec.Struct):
    items: list[dict[str, Any]]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Took:
    """What was asked, and the median and the worst of its answers in milliseconds."""

    what: str
    median_ms: float
    worst_ms: float

    def __str__(self) -> str:
        return f"{self.what} {self.median_ms:.0f}"


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Capture some, store many, ask, and open the page."""
    capture.warm(stage, order_bodies(stage, seed=6), effort.seconds * 2)
    stored = growth.store(stage, effort.stored)
    among = f"among {stored:,} orders and {_positions(stage):,} positions"
    lists = [_listed(stage, what, query) for what, query in asked(stage).items()]
    orders = _orders(stage)
    slowest = max(lists, key=lambda each: each.median_ms)
    found = [
        Figure(
            name=f"The slowest list or search {among}",
            value=slowest.median_ms,
            unit="ms",
            goal=f"≤ {LIST_MS_MAX} ms at the server",
            met=slowest.median_ms <= LIST_MS_MAX,
            notes=(
                f"{slowest.what}; of {len(lists)} kinds, medians of {TIMES} pages each in ms: "
                + "; ".join(str(each) for each in lists),
                f"the worst single answer {max(each.worst_ms for each in lists):.0f} ms.",
            ),
        ),
        Figure(
            name=f"An order's page {among}",
            value=orders.median_ms,
            unit="ms",
            goal=f"≤ {ORDER_MS_MAX} ms at the server",
            met=orders.median_ms <= ORDER_MS_MAX,
            notes=(f"{orders.what}; the worst {orders.worst_ms:.0f} ms.",),
        ),
    ]
    return [*found, *_painted(stage, among)]


def asked(stage: Stage) -> dict[str, str]:
    """Say what lists are asked for, rare and common, alone and together, as a query each."""
    some = [row["external_id"] for row in _page(stage, "limit=50").items]
    sku = stage.skus[7]
    return {
        "all, newest": "",
        "all, oldest": "sort=oldest",
        "by promise": "sort=promise",
        "a common phase": "phase=closed",
        "a rare phase": "phase=on_hold",
        "three phases by promise": "phase=planned&phase=released&phase=shipped&sort=promise",
        "held": "held=true",
        "late": "late=true",
        "a channel": "channel=web",
        "a channel, a method and a service": "channel=web&method=ship&service=next_day",
        "a sku": f"sku={quote(sku)}",
        "a node and a service": f"node={quote(stage.nodes[-1])}&service=next_day",
        "an e-mail address": f"q=shopper{BODIES // 3}%40example.com",
        "a name that everybody has": "q=Kim%20Doe",
        "the beginning of many addresses": "q=shopper1",
        "an order's number": f"q={quote(some[0])}",
        "fifty pasted numbers": f"q={quote(' '.join(some))}",
    }


def _listed(stage: Stage, what: str, query: str) -> Took:
    """Ask for a list's first page and for those behind it, beginning again where it ends."""
    took, cursor = [], ""
    for _ in range(TIMES):
        began = time.perf_counter()
        page = _page(stage, "&".join(filter(None, ("limit=50", query, cursor))))
        took.append((time.perf_counter() - began) * 1000)
        cursor = f"cursor={quote(page.next)}" if page.next else ""
    return Took(what, median(took), max(took))


def _orders(stage: Stage) -> Took:
    """Read orders with all that their page shows, new ones and old ones."""
    newest, oldest = _page(stage, "limit=50"), _page(stage, "limit=50&sort=oldest")
    took = []
    for row in (*newest.items, *oldest.items):
        began = time.perf_counter()
        for path in (f"/v1/orders/{row['id']}", f"/v1/orders/{row['id']}/decisions"):
            ask(stage.to, path)
        took.append((time.perf_counter() - began) * 1000)
    return Took(f"the order and its decisions, {len(took)} orders", median(took), max(took))


def _painted(stage: Stage, among: str) -> list[Figure]:
    """Open the page of orders; nothing where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return []
    login, password = _somebody(stage)
    with _browser(chromium) as browser:
        opened = [_open(browser, stage.to.url, login, password) for _ in range(PAGES_OPENED)]
    first, rows = median(at for at, _ in opened), median(at for _, at in opened)
    return [
        Figure(
            name=f"First paint of the orders page {among}",
            value=first,
            unit="ms",
            goal=f"≤ {PAINT_MS_MAX:,} ms at a fourfold CPU slow-down",
            met=first <= PAINT_MS_MAX,
            notes=(
                f"medians of {PAGES_OPENED} first visits, the processor {SLOWED} times slower",
                f"the rows of the list stand after {rows:,.0f} ms",
            ),
        )
    ]


def _open(browser: Browser, url: str, login: str, password: str) -> tuple[float, float]:
    """Visit with an empty cache; answers when it first painted, and when rows stood, in ms."""
    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    entry = context.new_page()
    entry.goto("/healthz")
    entry.evaluate(IN_THE_PAGE, {"login": login, "password": password})
    entry.close()
    page = context.new_page()
    speed = context.new_cdp_session(page)
    speed.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.goto("/orders", wait_until="commit")
    page.get_by_role("table", name="Orders").locator("tbody tr").first.wait_for(timeout=60_000)
    rows = page.evaluate("() => performance.now()")
    first = page.evaluate(PAINTED)
    context.close()
    return float(first), float(rows)


@contextmanager
def _browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


def _somebody(stage: Stage) -> tuple[str, str]:
    login = "olga@example.com"
    body = {"login": login, "name": "Olga Reyes", "role": "operations"}
    [made] = must(stage.to, [post(stage.to, "/v1/users", body)], 201)
    return login, str(msgspec.json.decode(made)["password"])


def _page(stage: Stage, query: str) -> _Page:
    return msgspec.json.decode(ask(stage.to, f"/v1/orders?{query}"), type=_Page)


def _positions(stage: Stage) -> int:
    sql = "SELECT count(*) FROM inventory.position"
    return int(postgres.value(stage.system.database_url, sql))


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
