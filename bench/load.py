"""Load over HTTP for a while: Debian's `wrk` where there is one, else our own small client."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import msgspec

from bench import client
from bench.request import Target, Template

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """Answers by status, over `seconds`; `socket_errors` were refused, broken or timed out."""

    statuses: dict[int, int]
    seconds: float
    p50_ms: float
    p99_ms: float
    socket_errors: int

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())

    def of(self, status: int) -> int:
        return self.statuses.get(status, 0)

    def per_second(self, status: int) -> float:
        return self.of(status) / self.seconds


def generator() -> str:
    """Name what makes the load on this machine."""
    return "wrk, 1 thread" if shutil.which("wrk") else "our own asyncio client"


def run(to: Target, templates: Sequence[Template], *, connections: int, seconds: int) -> Load:
    """Send the templates round and round for so many seconds.

    Over keep-alive connections, one request at a time on each.
    """
    if shutil.which("wrk"):
        return _wrk(to, templates, connections=connections, seconds=seconds)
    until = time.monotonic() + seconds
    return exactly(to, _for_a_while(templates, until), connections=connections)


def exactly(to: Target, requests: Iterator[bytes], *, connections: int) -> Load:
    """Send these requests, and wait for every answer."""
    tally = client.send(to, requests, connections=connections)
    waits = sorted(tally.waits_s)
    return Load(
        statuses=dict(tally.statuses),
        seconds=tally.seconds,
        p50_ms=_quantile_ms(waits, 0.50),
        p99_ms=_quantile_ms(waits, 0.99),
        socket_errors=tally.lost,
    )


def filled(templates: Sequence[Template], number: int) -> Iterator[bytes]:
    """So many requests made of the templates, each with its own counter."""
    for n in range(number):
        yield templates[n % len(templates)].filled(n + 1)


def _for_a_while(templates: Sequence[Template], until: float) -> Iterator[bytes]:
    for n in count():
        if time.monotonic() >= until:
            return
        yield templates[n % len(templates)].filled(n + 1)


def _wrk(to: Target, templates: Sequence[Template], *, connections: int, seconds: int) -> Load:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\x1e".join(b"\x1f".join(t.parts) for t in templates))
        file.flush()
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
        done = subprocess.run(
            ["wrk", *options, "-s", SCRIPT, to.url, "--", file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    last = done.stdout.rstrip().rsplit("\n", 1)[-1]
    if done.returncode != 0 or not last.startswith("{"):
        raise RuntimeError(f"wrk failed: {done.stdout} {done.stderr}")
    said = msgspec.json.decode(last, type=_Said)
    return Load(said.statuses, said.seconds, said.p50_ms, said.p99_ms, said.socket_errors)


class _Said(msgspec.Struct, frozen=True):
    statuses: dict[int, int]
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    socket_errors: int


def _quantile_ms(ascending: Sequence[float], share: float) -> float:
    return 1e3 * ascending[int(share * (len(ascending) - 1))] if ascending else 0.0
