"""What the sample retailer sells: invented goods, plausible weights and prices, one long tail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from entrepot.catalog.barcodes import check_digit

Body = dict[str, object]
"""A JSON object, as the API takes it."""

DEMAND_EXPONENT = 0.9
DEMAND_SHIFT = 2.7
"""Demand of the item of rank r (from 1) is (r + shift) ** -exponent, as Zipf and Mandelbrot say.

With 20,000 items the best seller has 2 % of the demand, the first tenth of the range 65 %."""

KIT_PRICE_PERCENT = 90

AISLES, BAYS = 12, 8
EAN_PREFIX = "20"


@dataclass(frozen=True, slots=True)
class Item:
    """`price` is cents, `demand` a weight among all items, `rank` its place in it from 1.

    `components` are (place in the list of items, quantity); only kits have them, and a kit is made
    of plain items that stand before it.
    """

    sku: str
    name: str
    category: str
    price: int
    weight_g: int
    rank: int
    demand: float
    components: tuple[tuple[int, int], ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of goods: grams and cents are ranges; `choices` are the attributes it comes in."""

    category: str
    prefix: str
    noun: str
    weight_g: tuple[int, int]
    price: tuple[int, int]
    choices: tuple[str, ...]


CHOICES: dict[str, tuple[str, ...]] = {
    "size": ("XS", "S", "M", "L", "XL", "XXL"),
    "shoe": ("6", "7", "8", "9", "10", "11", "12"),
    "color": ("Black", "White", "Navy", "Olive", "Rust", "Slate", "Cream", "Plum", "Teal", "Gold"),
    "scent": ("Cedar", "Citrus", "Lavender", "Mint", "Unscented"),
    "pack": ("1-pack", "2-pack", "3-pack", "6-pack"),
}
_LINES = """
Alder Bluff Canyon Dune Ember Fjord Granite Harbor Isle Juniper Kestrel Lagoon Meadow North Orchard
Prairie Quarry Ridge Summit Timber Upland Vale Willow Yonder Zephyr
"""
LINES = tuple(_LINES.split())
_MANNERS = """
Classic Everyday Heritage Light Modern Original Outdoor Premium Quick Slim Soft Studio Trail Travel
Urban Weekend
"""
MANNERS = tuple(_MANNERS.split())

_KINDS = """
apparel     APP Tee              140  260   1200   3900  size color
apparel     APP Hoodie           420  780   3500   8900  size color
apparel     APP Jacket           600 1600   6900  24900  size color
apparel     APP Jeans            500  900   3900  12900  size color
apparel     APP Socks             40  120    600   2200  color pack
footwear    SHO Sneaker          700 1300   4900  17900  shoe color
footwear    SHO Boot            1200 2400   7900  28900  shoe color
footwear    SHO Sandal           350  800   1900   8900  shoe color
kitchen     KIT Skillet         1100 3200   2400  14900  color
kitchen     KIT Mug              300  480    800   2600  color pack
kitchen     KIT Knife            150  420   1500  18900  color
kitchen     KIT Kettle           900 1900   2900  16900  color
home        HOM Towel            350  800   1200   4900  color pack
home        HOM Blanket          900 2600   2900  14900  color
home        HOM Lamp            1200 4200   3900  19900  color
home        HOM Candle           200  700    900   4500  scent
beauty      BEA Soap              90  300    500   1900  scent pack
beauty      BEA Shampoo          250  900    700   3400  scent
beauty      BEA Balm              20   90    400   2400  scent
toys        TOY Puzzle           300  900   1200   4900  pack
toys        TOY Blocks           500 2500   1500   8900  color
toys        TOY Plush            120  700    900   5900  color
electronics ELE Earbuds           40  150   2900  24900  color
electronics ELE Charger           70  300   1200   7900  color
electronics ELE Speaker          350 2600   3900  34900  color
sports      SPO Bottle           150  600   1200   4900  color
sports      SPO Mat              700 2200   1900   9900  color
sports      SPO Dumbbells       2000 9900   1900  12900  color
pets        PET Leash             90  400    900   4900  color
pets        PET Treats           200 1500    600   3900  pack
garden      GAR Pruner           180  600   1200   6900  color
garden      GAR Planter          800 6000   1500   9900  color
"""
KINDS = tuple(
    Kind(
        row[0],
        row[1],
        row[2],
        (int(row[3]), int(row[4])),
        (int(row[5]), int(row[6])),
        tuple(row[7:]),
    )
    for row in map(str.split, _KINDS.strip().splitlines())
)


def assortment(rng: Random, *, goods: int, kits: int) -> tuple[Item, ...]:
    """Invent `goods` plain items and then `kits` of two or three of them, in the order of skus."""
    ranks = sorted(range(goods + kits), key=[rng.random() for _ in range(goods + kits)].__getitem__)
    plain = [_good(rng, number, ranks[number]) for number in range(goods)]
    return tuple(plain) + tuple(
        _kit(rng, number, ranks[goods + number], plain) for number in range(kits)
    )


def item_body(item: Item, items: Sequence[Item]) -> Body:
    """Give the body of `PUT /v1/items/{sku}`; `items` are all of them, for a kit's components."""
    body: Body = {
        "name": item.name,
        "price": item.price,
        "weight_g": item.weight_g,
        "category": item.category,
    }
    if item.attributes:
        body["attributes"] = dict(item.attributes)
    if item.barcode:
        body["barcodes"] = [item.barcode]
    if item.components:
        body["components"] = [
            {"sku": items[place].sku, "quantity": quantity} for place, quantity in item.components
        ]
    return body


def _good(rng: Random, number: int, rank: int) -> Item:
    kind = KINDS[int(rng.random() * len(KINDS))]
    chosen = {choice: _one(rng, CHOICES[choice]) for choice in kind.choices}
    words = (_one(rng, LINES), _one(rng, MANNERS), kind.noun, *chosen.values())
    return Item(
        sku=f"{kind.prefix}-{number + 1:05d}",
        name=" ".join(words),
        category=kind.category,
        price=_within(rng, kind.price) // 100 * 100 + 99,
        weight_g=_within(rng, kind.weight_g),
        rank=rank + 1,
        demand=_demand(rank + 1),
        attributes={
            **{"size" if key == "shoe" else key: value for key, value in chosen.items()},
            "location": f"Aisle {number % AISLES + 1}, bay {number // AISLES % BAYS + 1}",
        },
        barcode=_barcode(number),
    )


def _barcode(number: int) -> str:
    """Give the EAN-13 of a good: of the range that companies use among themselves."""
    digits = f"{EAN_PREFIX}{number + 1:010d}"
    return digits + check_digit(digits)


def _kit(rng: Random, number: int, rank: int, plain: Sequence[Item]) -> Item:
    size = 2 if rng.random() < 0.6 else 3
    places: list[int] = []
    while len(places) < size:
        place = int(rng.random() * len(plain))
        if place not in places:
            places.append(place)
    components = tuple((place, 2 if rng.random() < 0.15 else 1) for place in places)
    worth = sum(plain[place].price * quantity for place, quantity in components)
    return Item(
        sku=f"SET-{number + 1:05d}",
        name=f"{_one(rng, LINES)} Set of {size}",
        category="sets",
        price=worth * KIT_PRICE_PERCENT // 100,
        weight_g=sum(plain[place].weight_g * quantity for place, quantity in components),
        rank=rank + 1,
        demand=_demand(rank + 1),
        components=components,
    )


def _demand(rank: int) -> float:
    return float((rank + DEMAND_SHIFT) ** -DEMAND_EXPONENT)


def _within(rng: Random, bounds: tuple[int, int]) -> int:
    low, high = bounds
    return low + int((high - low) * rng.random() ** 2)


def _one(rng: Random, values: Sequence[str]) -> str:
    return values[int(rng.random() * len(values))]
