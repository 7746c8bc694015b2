"""A person at the faces: a real server with the sample retailer, a real browser, one login a role.

    def test_orders(visit, axe, shot):
        page = visit("/orders", role="operations")
        ...
        axe(page)
        shot(page, "orders")

Whatever a page writes to the console as an error, every breach of its content policy and every
request that leaves the server fails the test that caused it. With a failure come the screen, the
trace (`playwright show-trace`) and the server's log, in test-results/. ENTREPOT_SCREENS names a
folder that `shot` saves its pictures in.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser.faces import Faces, Watched
from browser.people import People, enroll
from browser.sample import Sample, load
from scenarios.client import Client
from scenarios.system import System, running

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "test-results"
CHROMIUM = shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage")


PICTURES = re.compile(r"test_(its_looks|it_looks_well)|looks_right\[.*-1024")
"""Tests that only take pictures: they run where ENTREPOT_SCREENS wants some."""

EDGES = re.compile(
    r"only_looks?|viewer|works_in_a_store|cannot_be_taken|says_so|clear_queue|leaves_is_told|"
    r"narrowed_and_sorted|left_out|escape_closes|question_mark|follows_them|comes_to_nothing|"
    r"who_is_disabled|meets_another|no_administrator|every_width.size[01]|form.(agent|operations)"
)
"""What stands beside the main paths: it runs where ENTREPOT_BROWSER is `all`."""


def pytest_collection_modifyitems(config, items):
    """Every one needs the whole system and a browser: `make check` leaves them out."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.slow)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="there is no chromium on this machine"))
    left_out = [PICTURES] * (not os.environ.get("ENTREPOT_SCREENS"))
    left_out += [EDGES] * (os.environ.get("ENTREPOT_BROWSER") != "all")
    if left_out:
        only = [item for item in ours if any(each.search(item.name) for each in left_out)]
        items[:] = [item for item in items if item not in only]
        config.hook.pytest_deselected(items=only)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Keep how a test ended where its fixtures can see it, and show the server's log."""
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= report.failed
    if report.failed and report.when != "teardown" and "system" in getattr(item, "funcargs", {}):
        report.sections.append(("the system's log", item.funcargs["system"].told()))
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Run `entrepot up` for the session; at its end `verify --full` finds nothing."""
    with running() as system:
        yield system
        assert system.violations() == {}


@pytest.fixture(scope="session")
def client(system) -> Iterator[Client]:
    """An administrator's key."""
    client = Client(system.url, system.key)
    yield client
    client.close()


@pytest.fixture(scope="session")
def sample(system, client) -> Sample:
    """The sample retailer and its orders."""
    return load(system, client)


@pytest.fixture(scope="session")
def people(client, sample) -> People:
    """One person of each role."""
    return enroll(client, sample)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, the machine's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def faces(request, browser, system, people) -> Iterator[Faces]:
    """What `visit` opens; at the end nothing of it may have complained."""
    opened = Faces(browser, system.url, people)
    yield opened
    failed = request.node.stash.get(FAILED, False)
    faults = opened.faults()
    if failed or faults:
        name = re.sub(r"[^\w.-]+", "-", request.node.name)
        opened.keep(RESULTS, name)
    opened.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def visit(faces) -> Callable[..., object]:
    """Open a page as somebody: `visit("/orders", role="agent", scheme="dark", size=(390, 844))`."""
    return faces.visit


@pytest.fixture
def allow(faces) -> Callable[[str], None]:
    """Let the pages of this test complain of one thing, a pattern: a refusal it provokes."""
    return faces.allow


@pytest.fixture
def axe() -> Callable[[Watched], None]:
    """Find no violation of WCAG 2.2 A and AA on a page, in light and in dark."""
    from browser.access import accessible

    return accessible


@pytest.fixture
def shot() -> Callable[..., None]:
    """Save a picture of the page, where ENTREPOT_SCREENS says."""
    folder = os.environ.get("ENTREPOT_SCREENS")

    def save(page: Watched, name: str, *, full: bool = False) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=full)

    return save
