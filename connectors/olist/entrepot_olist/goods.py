"""From sellers to nodes, and from products to items. Pure."""

from collections.abc import Iterable, Mapping

from entrepot.ports.history import Effect, Finding, PastItem, PastNode
from entrepot.terms.ids import NodeId, Sku
from entrepot_olist.files import PRODUCTS, SELLERS, Row
from entrepot_olist.places import COUNTRY, STATES, Centroids, median, prefix_of, zone_of

SIZES = ("product_length_cm", "product_height_cm", "product_width_cm")
WEIGHT_G_MAX = 10_000_000
"""Ten tonnes: heavier is a unit error, and no weight."""


def node_of(row: Row, centroids: Centroids) -> tuple[PastNode, list[Finding]]:
    """Make a seller's node: a supplier that sends from where its postal prefix is."""
    fields, found = row.fields, list[Finding]()
    seller, state = fields["seller_id"], fields["seller_state"]

    def repaired(rule: str, detail: str) -> None:
        found.append(Finding(rule, Effect.REPAIRED, SELLERS.name, row.number, seller, detail))

    said = fields["seller_zip_code_prefix"]
    prefix = prefix_of(said)
    point = centroids.of(prefix)
    if point is None:
        point = centroids.near(prefix)
        repaired("postal_code_unknown", said)
    if state not in STATES:
        repaired("state_unknown", state)
    node = PastNode(
        node_id=NodeId(seller),
        name=f"{fields['seller_city'].title() or state} {seller[:8]}",
        kind="supplier",
        country=COUNTRY,
        postal_code=(prefix or said)[:20],
        time_zone=zone_of(state),
        region=state[:80],
        city=fields["seller_city"][:200],
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
    )
    return node, found


class Weights:
    """The median weight of each category, in grams; under "" that of all products."""

    def __init__(self, rows: Iterable[Row]) -> None:
        weights: dict[str, list[int]] = {}
        for row in rows:
            weight = number_of(row.fields["product_weight_g"])
            if weight:
                category = row.fields["product_category_name"]
                for group in {category, ""}:
                    weights.setdefault(group, []).append(weight)
        self._medians: Mapping[str, int] = {name: median(each) for name, each in weights.items()}

    def of(self, category: str) -> int:
        """Give a category's median, or that of all."""
        return self._medians.get(category, self._medians.get("", 0))


def item_of(row: Row, weights: Weights) -> tuple[PastItem, list[Finding]]:
    """Make a product's item. Olist gives no names: its category and its id make one."""
    fields, found = row.fields, list[Finding]()
    sku, category = fields["product_id"], fields["product_category_name"]

    def note(rule: str, effect: Effect, detail: str = "") -> None:
        found.append(Finding(rule, effect, PRODUCTS.name, row.number, sku, detail))

    weight = number_of(fields["product_weight_g"])
    if not weight:
        weight = weights.of(category)
        note("weight_missing", Effect.REPAIRED, f"{weight} g")
    if not category:
        note("category_missing", Effect.NOTED)
    sizes = {name.removeprefix("product_"): number_of(fields[name]) for name in SIZES}
    item = PastItem(
        sku=Sku(sku),
        name=f"{category or 'product'} {sku[:8]}",
        weight_g=weight,
        category=category,
        attributes={name: size for name, size in sizes.items() if size},
    )
    return item, found


def stand_in(sku: str, weights: Weights) -> PastItem:
    """Make the item of a product that nobody described."""
    return PastItem(Sku(sku), f"product {sku[:8]}", weights.of(""))


def number_of(text: str) -> int:
    """Read a whole number of grams or centimeters, however it is written; 0 where it is none."""
    try:
        number = round(float(text))
    except (ValueError, OverflowError):
        return 0
    return number if 0 < number <= WEIGHT_G_MAX else 0
