"""The suppliers: what a shopper asked for in vain is delivered a moment later."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from entrepot.demo.assortment import Body
from entrepot.demo.client import Api
from entrepot.demo.tally import Tally

EVERY_S = 1.0
CENTER_UNITS, STORE_UNITS = 100, 12
MOVEMENTS_MAX = 1000


@dataclass(slots=True)
class Suppliers:
    """All vendors. `parts` are the components of each kit; `wanted` is what goes where next."""

    api: Api
    tally: Tally
    run: str
    centers: Sequence[str]
    parts: Mapping[str, Sequence[str]]
    wanted: set[tuple[str, str]] = field(default_factory=set)

    def missed(self, skus: Sequence[str], store: str | None) -> None:
        """Hear of skus that could not be had: at this store, or at no center."""
        for sku in skus:
            for part in self.parts.get(sku, (sku,)):
                nodes = self.centers if store is None else (store,)
                self.wanted.update((part, node) for node in nodes)

    async def supply(self) -> None:
        """Send what is wanted, once a second, until canceled."""
        calls = 0
        while True:
            await asyncio.sleep(EVERY_S)
            due = sorted(self.wanted)[:MOVEMENTS_MAX]
            if not due:
                continue
            self.wanted.difference_update(due)
            calls += 1
            reference = f"{self.run}-supply-{calls:06d}"
            movements: list[Body] = [
                {
                    "kind": "receipt",
                    "sku": sku,
                    "node": node,
                    "quantity": CENTER_UNITS if node in self.centers else STORE_UNITS,
                    "reference": reference,
                }
                for sku, node in due
            ]
            answer = await self.api.post(
                "/v1/inventory/movements", {"movements": movements}, key=reference
            )
            if self.api.expect(answer, "movements", {200}):
                self.tally.seen["receipts"] += len(movements)
