"""The embedded server's first process, found by its data directory, and the files that name it."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from entrepot.plumbing.postgres import Embedded
from proof.processes import Alive, alive


def postmaster(pgdata: Path) -> Alive:
    """Name the process that runs on this data directory. Raises ProcessLookupError if none does."""
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split()[0])
        found = Path(f"/proc/{pid}/cwd").readlink() == pgdata.resolve()
    except OSError as fault:
        raise ProcessLookupError(str(pgdata)) from fault
    if not found:
        raise ProcessLookupError(f"{pid} is not the postmaster of {pgdata}")
    return alive(pid)


def end_database(pgdata: Path) -> None:
    """End a server that a failed test has left behind; its files are of no use any more."""
    with suppress(ProcessLookupError):
        os.kill(postmaster(pgdata).pid, signal.SIGQUIT)


def with_pid(embedded: Embedded, pid: int) -> None:
    """Let the files that a killed server has left behind name another process."""
    for file in (embedded.pgdata / "postmaster.pid", embedded.sockets / ".s.PGSQL.5432.lock"):
        _, *rest = file.read_text().splitlines(keepends=True)
        file.write_text("".join([f"{pid}\n", *rest]))
