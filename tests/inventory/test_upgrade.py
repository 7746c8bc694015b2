"""Stock of a database from before set-asides: what was unavailable then was in doubt."""

from uuid import UUID

import databases
from entrepot.bootstrap import transitions
from entrepot.inventory import browse, ledger
from entrepot.plumbing import db, migrate
from inventory.stock import LYON, NOON, TEE, US

SET_ASIDES = 15
"""The number of the migration that brought them."""

MOVED = """
INSERT INTO inventory.movement (
    market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta, at,
    writer
)
VALUES ($1, $2, 'TEE', 'LYON', $3, $4, 0, $5, $6, 1)
"""


async def test_what_was_unavailable_is_in_doubt_and_the_ledger_says_so(server, monkeypatch):
    shipped = migrate.known()
    async with databases.own(server) as name:
        dsn = server.url(name)
        before = [each for each in shipped if each.number < SET_ASIDES]
        monkeypatch.setattr(migrate, "known", lambda: before)
        await migrate.migrate(dsn, transitions())
        conn = await db.connect(dsn)
        await conn.execute(
            "INSERT INTO inventory.position (market, sku, node_id, on_hand, unavailable)"
            " VALUES ('US', 'TEE', 'LYON', 5, 3), ('US', 'CAP', 'LYON', 0, 0)"
        )
        entries = [("receipt", 9, 0), ("doubt", 0, 4), ("damage", -4, -1)]
        for number, entry in enumerate(entries):
            await conn.execute(MOVED, US, UUID(int=1 + number), *entry, NOON)

        monkeypatch.setattr(migrate, "known", lambda: shipped)
        await migrate.migrate(dsn, transitions())

        (held,) = await browse.held_at(conn, US, [(TEE, LYON)])
        assert (held.reason, held.quantity) == ("doubt", 3)
        told = await ledger.movements(conn, US, TEE, node_id=LYON, since=None, until=None, most=9)
        assert [entry.reason for entry in told] == ["doubt", "doubt", None]
        await databases.nothing_is_broken(conn)
        await conn.close()
