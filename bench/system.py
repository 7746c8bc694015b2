"""A whole Entrepot, or one of its roles, for the length of a benchmark."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from bench import cpu, postgres
from bench.request import Target, target

READY_WITHIN_S = 120
STOPPED_WITHIN_S = 60
SETTLED_BELOW_CORES = 0.15


@dataclass(frozen=True, slots=True)
class System:
    """A running system; `began` is the processor time when it was ready, ours and others'."""

    to: Target
    database_url: str
    pid: int
    postmaster: int
    began: cpu.Reading

    @property
    def meter(self) -> cpu.Meter:
        return cpu.Meter(self.postmaster, self.pid)


class _Ready(msgspec.Struct, frozen=True):
    url: str
    database_url: str


@contextmanager
def running() -> Iterator[System]:
    """Run `entrepot up` in a directory of its own: PostgreSQL, the API and the workers."""
    key = f"bench-{secrets.token_urlsafe(24)}"
    with _home() as home, ExitStack() as last:
        where = ["--data-dir", str(home / "data"), "--port", str(free_port())]
        told = {"ENTREPOT_BOOTSTRAP_KEY": key}
        process = last.enter_context(_process(home, ["up", *where], told))
        ready = _ready(process, home)
        postmaster = postgres.postmaster(ready.database_url)
        last.callback(_end, postmaster)
        last.callback(_stop, process)
        began = cpu.Meter(postmaster, process.pid).read()
        yield System(target(ready.url, key), ready.database_url, process.pid, postmaster, began)


@contextmanager
def serving(database_url: str, host: System) -> Iterator[System]:
    """Run `entrepot serve` alone on another database of `host`'s PostgreSQL."""
    port = free_port()
    told = {
        "ENTREPOT_DATABASE_URL": database_url,
        "ENTREPOT_BOOTSTRAP_KEY": host.to.key,
        "ENTREPOT_PORT": str(port),
    }
    to = Target("127.0.0.1", port, host.to.key)
    with _home() as home, _process(home, ["serve"], told) as process:
        _answers(process, f"{to.url}/readyz", home)
        began = cpu.Meter(host.postmaster, process.pid).read()
        yield System(to, database_url, process.pid, host.postmaster, began)


@contextmanager
def working(database_url: str) -> Iterator[int]:
    """Run `entrepot work` alone, and answer its process id."""
    told = {"ENTREPOT_DATABASE_URL": database_url}
    with _home() as home, _process(home, ["work"], told) as process:
        yield process.pid


def migrate(database_url: str) -> None:
    """Run `entrepot migrate` on an empty database."""
    _run(["migrate"], database_url, 0)


def verify(system: System) -> bool:
    """Run `entrepot verify` on the live database: True when every invariant holds."""
    return _run(["verify"], system.database_url, 0, 1) == 0


@contextmanager
def workers_rest(system: System) -> Iterator[None]:
    """Keep the background work still, so that a figure of capture is of capture alone.

    What it puts off is done, and measured, when the workers go on; `bench.relay` is its own figure.
    """
    workers = [
        child
        for child in psutil.Process(system.pid).children(recursive=True)
        if child.cmdline()[-1:] == ["work"]
    ]
    for worker in workers:
        worker.suspend()
    try:
        yield
    finally:
        for worker in workers:
            worker.resume()


@contextmanager
def resting(worker: int) -> Iterator[None]:
    """Keep one process still."""
    process = psutil.Process(worker)
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def settle(system: System, within_s: float = 180) -> bool:
    """Wait until the background work is done; False when it is not after so long.

    Done is when for a second the system and its database have used no more than polling takes.
    """
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        before = system.meter.read()
        time.sleep(1)
        spent = cpu.since(before, system.meter.read())
        if spent.server + spent.postgres < SETTLED_BELOW_CORES * spent.wall:
            return True
    return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _process(
    home: Path, arguments: list[str], told: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a role with its output in files of `home`, and stop it by its process id."""
    with (home / "out").open("wb") as out, (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrepot", *arguments],
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end(postmaster: int) -> None:
    """Shut down a PostgreSQL that outlived its Entrepot, before its directory is removed."""
    until = time.monotonic() + STOPPED_WITHIN_S
    if cpu.alive(postmaster):
        os.kill(postmaster, signal.SIGINT)
    while cpu.alive(postmaster) and time.monotonic() < until:
        time.sleep(0.1)


def _ready(process: subprocess.Popen[bytes], home: Path) -> _Ready:
    """Wait for the line that `up` prints when it is ready."""
    for _ in _while_alive(process, home):
        for line in (home / "out").read_bytes().splitlines(keepends=True):
            if line.startswith(b"{") and line.endswith(b"\n"):
                return msgspec.json.decode(line, type=_Ready)
    raise AssertionError("unreachable: _while_alive raises")


def _answers(process: subprocess.Popen[bytes], url: str, home: Path) -> None:
    """Wait until a role answers at this address."""
    for _ in _while_alive(process, home):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own http address
                return
        except OSError:
            continue


def _while_alive(process: subprocess.Popen[bytes], home: Path) -> Iterator[None]:
    """Tick while the process lives.

    Raises RuntimeError with the end of its log when it ends or takes too long.
    """
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        yield
        time.sleep(0.1)
    log = (home / "log").read_text(errors="replace")[-4000:]
    raise RuntimeError(f"{process.args!r} did not become ready:\n{log}")


def _run(arguments: list[str], database_url: str, *statuses: int) -> int:
    """Run a command to its end; RuntimeError with its log for an exit status not named."""
    done = subprocess.run(
        [sys.executable, "-m", "entrepot", *arguments],
        env={**os.environ, "ENTREPOT_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in statuses:
        raise RuntimeError(f"`entrepot {' '.join(arguments)}` failed:\n{done.stderr[-4000:]}")
    return done.returncode
