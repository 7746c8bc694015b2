"""The sample retailer: a seeded American retailer, as the bodies that the public API takes.

At full scale: 5 distribution centers, 200 stores in real cities, 20,000 skus of which 200 are
kits, six channels and about 1.04 million stocked positions. The same seed and scale give the same
retailer, byte for byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from entrepot.demo.assortment import Body, Item, assortment, item_body
from entrepot.demo.shelves import Stock, stock
from entrepot.demo.sites import Site, channels, groups, sites

SKUS = 20_000
KITS = 200
STORES = 200
COUNT_SOURCE = "opening-count"


@dataclass(frozen=True, slots=True)
class Retailer:
    """All that must be loaded before the first order. Bodies are keyed by their id in the URL."""

    seed: int
    scale: float
    items: tuple[Item, ...]
    sites: tuple[Site, ...]
    groups: dict[str, Body]
    channels: dict[str, Body]
    stock: Stock


def found(*, seed: int = 1, scale: float = 1.0) -> Retailer:
    """Found the retailer; `scale` shrinks the range and the stores, never below 40 skus, 5 stores.

    The five distribution centers and six channels are there at any scale.
    """
    kits = max(2, round(KITS * scale))
    goods = max(40, round(SKUS * scale)) - kits
    items = assortment(Random(f"{seed}:items"), goods=goods, kits=kits)
    opened = sites(Random(f"{seed}:sites"), stores=max(5, round(STORES * scale)))
    return Retailer(
        seed=seed,
        scale=scale,
        items=items,
        sites=opened,
        groups=groups(opened),
        channels=channels(),
        stock=stock(seed, items, opened),
    )


def items(retailer: Retailer) -> Iterator[tuple[str, Body]]:
    """Give (sku, body of `PUT /v1/items/{sku}`); what a kit is made of comes before the kit."""
    for item in retailer.items:
        yield item.sku, item_body(item, retailer.items)


def nodes(retailer: Retailer) -> Iterator[tuple[str, Body]]:
    """Give (node, body of `PUT /v1/nodes/{node}`)."""
    for site in retailer.sites:
        yield site.node, site.body


def count_chunks(retailer: Retailer, *, rows: int = 10_000) -> Iterator[list[Body]]:
    """Give the `counts` of `POST /v1/inventory/counts`, at most `rows` a call, by sku then node.

    They come from one source with one sequence: loading them again finds them stale and takes
    nothing back that was sold since.
    """
    skus = [item.sku for item in retailer.items]
    places = [site.node for site in retailer.sites]
    shelves = retailer.stock
    for start in range(0, len(shelves.item), rows):
        part = slice(start, start + rows)
        yield [
            {
                "sku": skus[item],
                "node": places[node],
                "on_hand": on_hand,
                "source": COUNT_SOURCE,
                "sequence": 1,
            }
            for item, node, on_hand in zip(
                shelves.item[part].tolist(),
                shelves.node[part].tolist(),
                shelves.on_hand[part].tolist(),
                strict=True,
            )
        ]
