"""Whether what rows say of lots can be: each is judged after the ones before it. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from entrepot.inventory.buckets import SetAside
from entrepot.inventory.lots_model import SELLABLE, HeldLot, Lot, LotUnits
from entrepot.inventory.model import Count, Delta, RowStatus
from entrepot.terms.ids import NodeId, Sku

Place = tuple[Sku, NodeId, str, str]


class Judge:
    """Lots as they were told, and where their units are once the rows judged so far are applied."""

    def __init__(self, lots: Mapping[tuple[Sku, str], Lot], stock: Iterable[HeldLot]) -> None:
        self._lots = dict(lots)
        self._units: dict[Place, int] = {
            (each.sku, each.node_id, each.lot, each.reason): each.quantity for each in stock
        }

    def delta(self, delta: Delta) -> RowStatus | None:
        """Judge a movement. A numbered one is a fact: what leaves need not be known."""
        state = delta.set_aside or SELLABLE
        if delta.quantity > 0:
            return self.arrives(delta.sku, delta.node_id, delta.lots, state)
        return self.leaves(
            delta.sku, delta.node_id, delta.lots, state, strict=delta.sequence is None
        )

    def set_aside(self, ask: SetAside) -> RowStatus | None:
        """Judge what is to be set aside of lots, or made sellable again."""
        states = (SELLABLE, ask.reason.value)
        here, there = states if ask.quantity > 0 else states[::-1]
        refused = self.leaves(ask.sku, ask.node_id, ask.lots, here, strict=True)
        if refused is None:
            for each in ask.lots:
                self._add(ask.sku, ask.node_id, each.lot, there, each.quantity)
        return refused

    def count(self, count: Count) -> RowStatus | None:
        """Judge the lots a count found: a serial number must not be anywhere else."""
        for each in count.lots:
            wrong = self._otherwise(count.sku, each)
            if wrong is not None:
                return wrong
            if each.serial and self._nodes(count.sku, each.lot) - {count.node_id}:
                return RowStatus.SERIAL_ELSEWHERE
        self._learn(count.sku, count.lots)
        return None

    def arrives(
        self, sku: Sku, node: NodeId, lots: Sequence[LotUnits], state: str
    ) -> RowStatus | None:
        """Judge lots that come in; their days are known from then on."""
        for each in lots:
            wrong = self._otherwise(sku, each)
            if wrong is not None:
                return wrong
            if each.serial and self._nodes(sku, each.lot):
                return RowStatus.SERIAL_ELSEWHERE
        for each in lots:
            self._add(sku, node, each.lot, state, each.quantity)
        self._learn(sku, lots)
        return None

    def leaves(
        self, sku: Sku, node: NodeId, lots: Sequence[LotUnits], state: str, *, strict: bool
    ) -> RowStatus | None:
        """Judge lots that leave a state of a node; `strict`: no more than is there of each."""
        for each in lots:
            wrong = self._otherwise(sku, each)
            if wrong is not None:
                return wrong
            if strict and self._units.get((sku, node, each.lot, state), 0) < each.quantity:
                known = node in self._nodes(sku, each.lot)
                return RowStatus.LOT_INSUFFICIENT if known else RowStatus.UNKNOWN_LOT
        for each in lots:
            self._add(sku, node, each.lot, state, -each.quantity)
        return None

    def _otherwise(self, sku: Sku, each: LotUnits) -> RowStatus | None:
        """Say whether a lot was told otherwise: of another kind, or with another day."""
        known = self._lots.get((sku, each.lot))
        if known is None:
            return None
        if known.serial != each.serial:
            return RowStatus.NOT_TRACKED
        both = known.expires_on is not None and each.expires_on is not None
        differ = both and known.expires_on != each.expires_on
        return RowStatus.LOT_EXPIRES_OTHERWISE if differ else None

    def _learn(self, sku: Sku, lots: Iterable[LotUnits]) -> None:
        for each in lots:
            known = self._lots.get((sku, each.lot))
            if known is None or known.expires_on is None:
                self._lots[sku, each.lot] = Lot(sku, each.lot, each.serial, each.expires_on)

    def _add(self, sku: Sku, node: NodeId, lot: str, state: str, units: int) -> None:
        place = (sku, node, lot, state)
        self._units[place] = max(0, self._units.get(place, 0) + units)

    def _nodes(self, sku: Sku, lot: str) -> set[NodeId]:
        return {
            n
            for (s, n, name, _), units in self._units.items()
            if (s, name, units > 0) == (sku, lot, True)
        }
