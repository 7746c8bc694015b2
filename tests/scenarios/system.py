"""A whole Entrepot as its users run it: `entrepot up` in a directory of its own, real processes."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_S_MAX = 120
STOPPED_S_MAX = 60
LOG_SHOWN_MAX = 8_000


@dataclass(frozen=True, slots=True)
class System:
    """Where it answers, the administrator's key of the market `default`, and its database.

    `pid` is that of the process which runs all others.
    """

    url: str
    key: str
    database_url: str
    log: Path
    pid: int

    def told(self) -> str:
        """Give the end of what its processes have logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN_MAX:]

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run an `entrepot` command against its database, to the end."""
        return subprocess.run(
            [sys.executable, "-m", "entrepot", *arguments],
            env={**os.environ, "ENTREPOT_DATABASE_URL": self.database_url},
            capture_output=True,
            text=True,
            timeout=READY_S_MAX,
            check=False,
        )

    def violations(self) -> dict[str, int]:
        """Run `entrepot verify --full`: the invariants that are broken, with their counts."""
        done = self.command("verify", "--full", "--json")
        assert done.stdout.strip(), done.stderr[-LOG_SHOWN_MAX:]
        counts = _counts(json.loads(done.stdout))
        assert len(counts) >= 10, counts
        assert done.returncode == int(any(counts.values())), done.stderr[-LOG_SHOWN_MAX:]
        return {name: count for name, count in counts.items() if count}


@contextmanager
def running() -> Iterator[System]:
    """Run it while inside; stopped by SIGTERM at the end, which it has to obey cleanly."""
    key = f"scenarios-{secrets.token_urlsafe(24)}"
    with tempfile.TemporaryDirectory(prefix="entrepot-scenarios-", ignore_cleanup_errors=True) as t:
        home = Path(t)
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "entrepot", "up", "--data-dir", t + "/data", "--port", "0"],
                env={
                    **os.environ,
                    "ENTREPOT_BOOTSTRAP_KEY": key,
                    "ENTREPOT_WEBHOOKS_ANYWHERE": "1",  # the stories' endpoints are on this machine
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            told = _ready(process, home / "log")
            yield System(told["url"], key, told["database_url"], home / "log", process.pid)
        finally:
            _stop(process)


def _ready(process: "subprocess.Popen[str]", log: Path) -> dict[str, str]:
    """Wait for the line of JSON that says it is ready; RuntimeError with the log if none comes."""
    assert process.stdout is not None
    watchdog = threading.Timer(READY_S_MAX, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
    finally:
        watchdog.cancel()
    if not line.startswith("{"):
        _stop(process)
        raise RuntimeError(
            f"`entrepot up` did not become ready:\n{log.read_text()[-LOG_SHOWN_MAX:]}"
        )
    ready: dict[str, str] = json.loads(line)
    return ready


def _stop(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOPPED_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()


def _counts(report: Any) -> dict[str, int]:
    """Read a report: the violations of each invariant, by its name."""
    return {row["name"]: row["violations"] for row in report["invariants"]}
