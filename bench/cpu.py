"""Processor time of process trees, from /proc: who spent it, and what was left for us."""

import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds over a window of `wall` seconds; `others` is everybody not measured."""

    server: float
    postgres: float
    client: float
    others: float
    wall: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Processor seconds since each process began, at one moment of the monotonic clock."""

    server: float
    postgres: float
    client: float
    busy: float
    at: float


def since(before: Reading, after: Reading) -> Spent:
    server = after.server - before.server
    postgres = after.postgres - before.postgres
    client = after.client - before.client
    others = max(0.0, after.busy - before.busy - server - postgres - client)
    return Spent(server, postgres, client, others, after.at - before.at)


@dataclass(frozen=True, slots=True)
class Meter:
    """What is watched: a postmaster's process tree, and a server's unless it is None (the floor).

    The client is this process and those of its children that have ended.
    """

    postmaster: int
    server: int | None = None

    def read(self) -> Reading:
        database = tree(self.postmaster)
        server = tree(self.server) - database if self.server is not None else set()
        own = resource.getrusage(resource.RUSAGE_SELF)
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Reading(
            server=seconds(server),
            postgres=seconds(database),
            client=own.ru_utime + own.ru_stime + reaped.ru_utime + reaped.ru_stime,
            busy=machine_seconds(),
            at=time.monotonic(),
        )

    def pids(self) -> set[int]:
        return tree(self.postmaster) | (tree(self.server) if self.server is not None else set())


def tree(root: int) -> set[int]:
    """Find the process and all its descendants that live now; empty if it is gone."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    frontier = [root] if _stat(root) else []
    while frontier:
        pid = frontier.pop()
        found.add(pid)
        frontier += children.get(pid, [])
    return found


def alive(pid: int) -> bool:
    """Tell whether the process runs: one that has ended and that nobody waited for does not."""
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def parent(pid: int) -> int:
    """Find the process that started `pid`; ProcessLookupError where there is no such process."""
    fields = _stat(pid)
    if not fields:
        raise ProcessLookupError(f"no process {pid} on this machine")
    return int(fields[1])


def seconds(pids: Iterable[int]) -> float:
    """Add up the processes' user and system time, and that of their children that have ended.

    A backend that closes inside a window still counts, through its postmaster.
    """
    return TICK_S * sum(sum(map(int, f[11:15])) for pid in pids if (f := _stat(pid)))


def machine_seconds() -> float:
    """Add up what all cores have worked, in seconds, since the machine started."""
    fields = [int(f) for f in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = fields[3], fields[4]
    return TICK_S * (sum(fields) - idle - waiting)


def pin(pids: Iterable[int], cores: set[int]) -> None:
    """Bind the processes, all their threads, to these cores; one that ends meanwhile is let go."""
    for pid in pids:
        try:
            threads = [int(entry.name) for entry in (PROC / str(pid) / "task").iterdir()]
        except OSError:
            continue
        for thread in threads:
            try:
                os.sched_setaffinity(thread, cores)
            except OSError:
                continue


def _stat(pid: int) -> list[str]:
    """Read /proc/PID/stat from its third field on; empty for a process that is gone.

    As proc(5) says: [1] parent, [11:15] utime, stime, cutime, cstime in ticks.
    """
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()
