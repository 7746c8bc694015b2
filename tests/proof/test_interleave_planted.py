"""A proof that cannot fail proves nothing: each bug that is planted here is found by it."""

from dataclasses import replace

import pytest

from entrepot.inventory import carts_store, secure, store
from entrepot.plumbing import db
from proof.beside import Beside


def rewrite(monkeypatch, queries, name: str, was: str, becomes: str) -> None:
    """Plant a bug in a statement's text."""
    query = queries[name]
    assert was in query.text
    monkeypatch.setitem(queries, name, replace(query, text=query.text.replace(was, becomes)))


async def found(scarce, one: str, other: str) -> str:
    """Prove a pair in every order; give what was found of it."""
    verdict = await Beside(scarce, one, other).prove(every=True)
    return "\n".join(verdict.faults)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("set aside", "report damage"),
        ("place an order", "end a set-aside"),
        ("send a transfer", "receive supply"),
    ],
)
async def test_these_pairs_are_sound_where_nothing_is_planted(scarce, one, other):
    assert await found(scarce, one, other) == ""


async def test_a_lock_that_is_missing_is_found(scarce, monkeypatch):
    for name in ("hold_positions", "positions_for_update"):
        rewrite(monkeypatch, store.Q, name, "FOR NO KEY UPDATE OF p", "")
    said = await found(scarce, "set aside", "report damage")
    assert "leaves broken" in said
    assert "inventory.balances_equal_the_ledger" in said


async def test_a_lock_that_is_taken_after_the_read_is_found(scarce, monkeypatch):
    locked = store.positions_for_update

    async def read_before(conn, market, keys):
        pairs = list(keys)
        text = store.Q["positions_for_update"].text.replace("FOR NO KEY UPDATE OF p", "")
        unlocked = replace(store.Q["positions_for_update"], text=text)
        seen = await db.fetch(
            conn, unlocked, store.Position,
            market=market, skus=[sku for sku, _ in pairs], node_ids=[node for _, node in pairs],
        )  # fmt: skip
        await locked(conn, market, pairs)
        return seen

    monkeypatch.setattr(store, "positions_for_update", read_before)
    said = await found(scarce, "send a transfer", "receive supply")
    assert "inventory.balances_equal_the_ledger" in said


async def test_a_cart_that_is_not_locked_is_refused_by_the_guard_and_found(scarce, monkeypatch):
    rewrite(monkeypatch, carts_store.Q, "lock_carts", "FOR NO KEY UPDATE OF c", "")
    said = await found(scarce, "release a cart", "place an order out of a cart")
    assert "is like neither order" in said
    assert "GuardFailed" in said


async def test_a_guard_that_is_gone_from_the_where_is_found(scarce, monkeypatch):
    rewrite(monkeypatch, carts_store.Q, "lock_carts", "FOR NO KEY UPDATE OF c", "")
    rewrite(monkeypatch, carts_store.Q, "end_carts", "AND c.state = 'held'", "")
    said = await found(scarce, "release a cart", "place an order out of a cart")
    assert "leaves broken\ninventory.reserved_equals_open_reservations" in said


async def test_locks_that_are_taken_in_two_orders_are_found(scarce, monkeypatch):
    locked = store.positions_for_update

    async def one_by_one(conn, market, keys):
        order = sorted(keys, reverse=conn.side is not None and conn.side.name == "B")
        rows = [row for key in order for row in await locked(conn, market, [key])]
        return sorted(rows, key=lambda row: (row.sku, row.node_id))

    monkeypatch.setattr(store, "positions_for_update", one_by_one)
    said = await found(scarce, "sweep safety", "place an order over two nodes")
    assert "is a deadlock" in said


async def test_safety_that_is_written_without_asking_again_is_found(scarce, monkeypatch):
    careful = secure.secure

    async def careless(conn, market, rows, asked, **more):
        seen = await asked([(row.sku, row.node_id) for row in rows])

        async def as_seen(_keys):
            return seen

        return await careful(conn, market, rows, as_seen, **more)

    monkeypatch.setattr(secure, "secure", careless)
    said = await found(scarce, "sweep safety", "learn from a rejection")
    assert "is like neither order" in said
    assert "inventory.position" in said
