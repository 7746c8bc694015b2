"""The table of a fulfillment order's life, and that the database holds to it."""

import asyncpg
import pytest

from entrepot.fulfillment import store
from entrepot.fulfillment.model import Move
from entrepot.fulfillment.rules import may_be_withdrawn
from entrepot.fulfillment.states import FULFILLMENT_ORDER, State, Verb
from fulfillment.world import NOON, US, opened

ENDS = {State.COLLECTED, State.DELIVERED, State.REJECTED, State.CANCELED}


def test_every_state_is_reached_and_every_verb_is_used():
    assert set(FULFILLMENT_ORDER.moves.values()) == set(State)
    assert {verb for _, verb in FULFILLMENT_ORDER.moves} == set(Verb)
    assert FULFILLMENT_ORDER.first is State.PLANNED


def test_a_life_ends_delivered_collected_rejected_or_canceled():
    assert {s for s in State if not FULFILLMENT_ORDER.verbs_from(s)} == ENDS


def test_what_has_left_cannot_be_canceled():
    assert {s for s in State if not may_be_withdrawn(s)} == ENDS | {State.SHIPPED}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
async def test_the_database_takes_exactly_the_moves_of_the_table(conn, state, verb):
    (id_,) = await opened(conn)
    move = Move(id_, 1, state.value, verb.value, "kim", None, NOON)

    if FULFILLMENT_ORDER.after(state, verb) is not None:
        assert await store.record_moves(conn, US, [], [move], []) == 0
        assert await conn.fetchval("SELECT verb FROM fulfillment.move") == verb
    else:
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="only_legal_moves"):
            await store.record_moves(conn, US, [], [move], [])
