"""The parent of `entrepot up`: PostgreSQL, migrations, and the two roles as child processes.

A role that ends unasked is started again. A parent that is killed leaves PostgreSQL running, for
the next start to find, and its roles end by themselves.
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO

import typer

from entrepot.access import browse
from entrepot.bootstrap import transitions
from entrepot.plumbing import db, migrate, postgres
from entrepot.plumbing.postgres import Embedded
from entrepot.plumbing.settings import Settings

log = logging.getLogger(__name__)

STOP_S_MAX = 20
AGAIN_AFTER_S = 0.5
WATCH_S = 0.5


NOBODY_YET = """\
Nobody can sign in yet. Enroll the first administrator:
  entrepot user create --login you --name "Your Name" --role administrator \\
    --database-url '{database_url}'
or with a key of scope users:write (ENTREPOT_BOOTSTRAP_KEY in an empty database): POST /v1/users"""


def supervise(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; answers the exit status."""
    embedded, lock = None, None
    if not settings.database_url:
        folder = Path(settings.data_dir)
        folder.mkdir(parents=True, exist_ok=True)
        lock = _claim(folder)
        if lock is None:
            typer.echo(f"another entrepot is up in {folder}", err=True)
            return 1
        embedded = postgres.start(folder)
        settings = replace(settings, database_url=embedded.url())
    try:
        asyncio.run(migrate.migrate(settings.database_url, transitions()))
        if not asyncio.run(_has_people(settings.database_url)):
            typer.echo(NOBODY_YET.format(database_url=settings.database_url), err=True)
        return asyncio.run(_children(settings, embedded))
    finally:
        if embedded is not None:
            embedded.stop()
        if lock is not None:
            lock.close()


async def _has_people(dsn: str) -> bool:
    conn = await db.connect(dsn)
    try:
        return await browse.has_people(conn)
    finally:
        await conn.close()


def _claim(folder: Path) -> IO[str] | None:
    """One `up` at a time per data directory; the lock dies with the process."""
    lock = (folder / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


async def _children(settings: Settings, embedded: Embedded | None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    environment = os.environ | {
        "ENTREPOT_DATABASE_URL": settings.database_url,
        "ENTREPOT_PORT": str(settings.port),
        "ENTREPOT_PARENT": str(os.getpid()),
    }
    told = asyncio.Event()

    def ready(line: str) -> None:
        url = json.loads(line)["url"]
        environment["ENTREPOT_PORT"] = url.rsplit(":", 1)[1]
        if not told.is_set():
            typer.echo(json.dumps({"url": url, "database_url": settings.database_url}))
            sys.stdout.flush()
            told.set()

    roles = [
        asyncio.create_task(_keep("serve", environment, stop, ready)),
        asyncio.create_task(_keep("work", environment, stop, lambda _: None)),
    ]
    if embedded is not None:
        roles.append(asyncio.create_task(_keep_database(embedded, stop)))
    await asyncio.gather(*roles)
    return 0


async def _keep_database(embedded: Embedded, stop: asyncio.Event) -> None:
    """Start the embedded PostgreSQL again when it ends unasked; sessions come back."""
    while not stop.is_set():
        if not embedded.is_running():
            log.error("PostgreSQL ended unasked; it is started again")
            try:
                await asyncio.to_thread(postgres.start, embedded.pgdata.parent)
            except RuntimeError:
                log.exception("PostgreSQL did not start; it is tried again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WATCH_S)


async def _keep(
    role: str, environment: Mapping[str, str], stop: asyncio.Event, heard: Callable[[str], None]
) -> None:
    while not stop.is_set():
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "entrepot", role,
            env=environment, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        listening = asyncio.create_task(_listen(child, heard))
        ended = asyncio.create_task(child.wait())
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            child.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(ended), STOP_S_MAX)
            except TimeoutError:
                child.kill()
                await ended
        asked.cancel()
        listening.cancel()
        if not stop.is_set():
            log.error("%s ended unasked with %s; it is started again", role, child.returncode)
            await asyncio.sleep(AGAIN_AFTER_S)


async def _listen(child: Process, heard: Callable[[str], None]) -> None:
    assert child.stdout is not None
    async for line in child.stdout:
        heard(line.decode())
