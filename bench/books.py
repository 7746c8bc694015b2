"""Our own tables with positions in them and nobody of ours at work: what floors of stock write."""

from bench import postgres, system
from bench.system import System

SKUS, NODES = 20_000, 50
UNITS = 10

POSITIONS = """
INSERT INTO inventory.position (market, sku, node_id, on_hand, unsecured)
SELECT 'bench', 'sku-' || s, 'node-' || n, 10, FALSE
FROM generate_series(1, 20000) AS s, generate_series(1, 50) AS n
"""


def prepare(host: System, name: str) -> str:
    """Make a database with SKUS times NODES positions of UNITS each; answers its URL."""
    url = postgres.fresh_database(host.database_url, name)
    system.migrate(url)
    postgres.execute(url, POSITIONS)
    postgres.calm(url, "inventory.position")
    return url


def key(number: int) -> tuple[str, str]:
    """Name the position of a number, from 0, by sku and node."""
    return f"sku-{1 + number // NODES % SKUS}", f"node-{1 + number % NODES}"
