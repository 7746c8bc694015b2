"""Roles of Entrepot as real processes: started, killed without warning, stopped by their id."""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from entrepot.bootstrap import verifying

READY_S_MAX = 120
STOPPED_S_MAX = 40
GONE_S_MAX = 20
LOG_SHOWN_MAX = 6_000
KEY = f"proof-{secrets.token_urlsafe(24)}"


@dataclass(frozen=True, slots=True)
class Alive:
    """A process by what cannot be mistaken for another: its id and the tick it was started at."""

    pid: int
    started: str

    @property
    def runs(self) -> bool:
        """Say whether it still runs; a zombie does not."""
        stat = _stat(self.pid)
        return stat is not None and stat[0] != "Z" and stat[19] == self.started

    def kill(self) -> None:
        """End it, if it is still the same process."""
        if self.runs:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


@dataclass(slots=True)
class Role:
    """One running role. `told` is the line of JSON it printed when it was ready, if it does."""

    name: str
    popen: "subprocess.Popen[bytes]"
    out: Path
    log: Path
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return str(self.told["url"])

    @property
    def runs(self) -> bool:
        return self.popen.poll() is None

    def logged(self) -> str:
        """Give the end of what it has logged."""
        return self.log.read_text(errors="replace")[-LOG_SHOWN_MAX:]

    def kill(self) -> list[Alive]:
        """End it without warning (SIGKILL); gives the processes it leaves behind."""
        left = list(descendants(self.popen.pid))
        self.popen.kill()
        self.popen.wait()
        return left

    async def stop(self) -> int:
        """Ask it to end (SIGTERM); gives its exit status. Raises TimeoutExpired if it does not."""
        if self.runs:
            self.popen.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end; gives its exit status."""
        return await asyncio.to_thread(self.popen.wait, STOPPED_S_MAX)


class Crew:
    """Starts roles, each with its logs in `folder`, and ends whatever is left of them.

    A role started again under the same name goes on in the same log.
    """

    def __init__(self, folder: Path) -> None:
        self.roles: list[Role] = []
        self._folder = folder
        self._left: list[Alive] = []

    async def start(
        self,
        role: str,
        *arguments: str,
        database_url: str = "",
        port: int = 0,
        name: str = "",
        ready: bool = True,
    ) -> Role:
        """Start a role; where it says when it is ready, wait for that.

        Raises RuntimeError with the end of its log when it ends instead or takes too long.
        """
        told = {"ENTREPOT_PORT": str(port), "ENTREPOT_BOOTSTRAP_KEY": KEY}
        if database_url:
            told["ENTREPOT_DATABASE_URL"] = database_url
        started = self._spawn(name or role, [role, *arguments], told)
        self.roles.append(started)
        if ready:
            started.told = await self._ready(started)
        return started

    def kill(self, role: Role) -> list[Alive]:
        """End a role without warning; gives what it leaves behind, which is ended with the crew."""
        left = role.kill()
        self._left += left
        return left

    async def end(self) -> None:
        """End whatever still runs."""
        for role in reversed(self.roles):
            try:
                await role.stop()
            except subprocess.TimeoutExpired:
                self.kill(role)
        for each in self._left:
            each.kill()

    async def _ready(self, role: Role) -> dict[str, Any]:
        until = asyncio.get_running_loop().time() + READY_S_MAX
        while role.runs and asyncio.get_running_loop().time() < until:
            for line in role.out.read_bytes().splitlines(keepends=True):
                if line.startswith(b"{") and line.endswith(b"\n"):
                    told: dict[str, Any] = json.loads(line)
                    return told
            await asyncio.sleep(0.05)
        raise RuntimeError(f"`entrepot {role.name}` did not become ready:\n{role.logged()}")

    def _spawn(self, name: str, arguments: list[str], told: Mapping[str, str]) -> Role:
        log = self._folder / f"{name}.log"
        out = self._folder / f"{name}-{len(self.roles)}.out"
        with out.open("wb") as out_file, log.open("ab") as log_file:
            popen = subprocess.Popen(
                [sys.executable, "-m", "entrepot", *arguments],
                env={**os.environ, **told},
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=log_file,
                cwd=self._folder,
            )
        return Role(name, popen, out, log)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.end()


async def violations(database_url: str) -> dict[str, int]:
    """Check as `entrepot verify --full` does: the invariants that are broken, with their counts."""
    found = await verifying.verify(database_url, full=True)
    assert len(found) >= 10, found
    return {each.name: each.violations for each in found if each.violations}


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> Alive:
    """Name a process that runs now. Raises ProcessLookupError where none does."""
    stat = _stat(pid)
    if stat is None:
        raise ProcessLookupError(pid)
    return Alive(pid, stat[19])


async def gone(*processes: Alive) -> bool:
    """Wait for processes to end by themselves; says whether all of them did."""
    for _ in range(GONE_S_MAX * 10):
        if not any(each.runs for each in processes):
            return True
        await asyncio.sleep(0.1)
    return False


def descendants(pid: int) -> Iterator[Alive]:
    """Give every process below this one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))) is not None:
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
    below = list(parents.get(pid, ()))
    while below:
        child = below.pop()
        below += parents.get(child, ())
        with suppress(ProcessLookupError):
            yield alive(child)


def _stat(pid: int) -> list[str] | None:
    """Read /proc/PID/stat from the state on: [0] state, [1] parent, [19] start; None if gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
