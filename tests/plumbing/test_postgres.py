"""The embedded PostgreSQL: started, stopped, started again, and its data is there."""

import pytest

from entrepot.plumbing import db, postgres


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


async def test_what_was_written_is_there_after_a_stop_and_a_start(folder):
    first = postgres.start(folder)
    conn = await db.connect(first.url())
    await conn.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
    await conn.close()
    first.stop()
    with pytest.raises(FileNotFoundError):
        _ = first.pid

    second = postgres.start(folder)
    try:
        conn = await db.connect(second.url())
        assert await conn.fetchval("SELECT word FROM kept") == "still here"
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await conn.fetchval(f"SHOW {setting}") == "on"
        assert await conn.fetchval("SHOW listen_addresses") == ""
        await conn.close()

        assert postgres.start(folder).pid == second.pid  # a server that runs is used
    finally:
        second.stop()
    second.stop()  # a server that is stopped stays so
