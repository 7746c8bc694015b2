"""The reader of statements sees what it is there to see: each rule's breach, planted and found."""

from tidy.statements import touched
from tidy.test_sql import unbound

BUSINESS = {("inventory", "position"), ("orders", "line")}


def test_it_sees_who_is_written_and_who_is_only_read():
    told = touched(
        "WITH gone AS (DELETE FROM orders.line AS l WHERE l.market = $1 RETURNING l.sku)"
        " UPDATE inventory.position AS p SET reserved = 0 FROM gone, catalog.item AS i"
        " WHERE p.sku = gone.sku AND i.sku = gone.sku"
    )
    assert told.writes == {"orders", "inventory"}
    assert told.reads == {"orders", "inventory", "catalog"}
    assert told.bare == set()


def test_it_sees_a_table_without_its_schema_but_not_a_named_subquery():
    assert touched("WITH a AS (SELECT 1) SELECT * FROM a, b").bare == {"b"}


def test_it_takes_a_lock_on_an_alias_for_no_table():
    assert touched("SELECT 1 FROM orders.line AS l FOR NO KEY UPDATE OF l").bare == set()


def test_it_sees_clocks_and_dice_however_they_are_spelled():
    told = touched("SELECT now(), pg_catalog.random(), CURRENT_TIMESTAMP, current_date, lower('A')")
    assert told.untold == {"now", "random", "current_timestamp", "current_date"}


def test_it_sees_a_call_into_another_schema():
    assert touched("SELECT inventory.reserve($1)").reads == {"inventory"}


def forgotten(text: str, *, shown_is_enough: bool = False) -> set[str]:
    return unbound(touched(text), BUSINESS, shown_is_enough=shown_is_enough)


def test_a_join_that_forgets_the_market_is_found():
    text = (
        "SELECT 1 FROM orders.line AS l INNER JOIN inventory.position AS p ON p.sku = l.sku"
        " WHERE l.market = $1"
    )
    assert forgotten(text) == {"inventory.position"}
    assert forgotten(text.replace("p.sku = l.sku", "p.market = l.market")) == set()


def test_using_names_the_market_of_both_sides():
    text = "SELECT 1 FROM orders.line AS l INNER JOIN inventory.position AS p USING (market, sku)"
    assert forgotten(text) == set()


def test_an_update_and_a_subselect_answer_for_themselves():
    text = (
        "UPDATE inventory.position SET reserved = 0 WHERE market = $1"
        " AND sku IN (SELECT l.sku FROM orders.line AS l)"
    )
    assert forgotten(text) == {"orders.line"}


def test_an_insert_says_whose_row_it_is():
    assert forgotten("INSERT INTO orders.line (sku) VALUES ($1)") == {"orders.line"}
    assert forgotten("INSERT INTO orders.line (market, sku) VALUES ($1, $2)") == set()


def test_an_invariant_over_one_table_shows_the_market_of_its_rows():
    text = "SELECT l.market, l.sku FROM orders.line AS l WHERE l.sku = ''"
    assert forgotten(text, shown_is_enough=True) == set()
    assert forgotten(text) == {"orders.line"}
    assert forgotten("SELECT l.sku FROM orders.line AS l", shown_is_enough=True) == {"orders.line"}
