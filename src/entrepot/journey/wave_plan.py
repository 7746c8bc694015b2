"""Decide a wave: which of the orders looked at go elsewhere. Pure."""

from entrepot.journey.wave import Move
from entrepot.journey.wave_look import Movable, Wave, last_day_of
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.joint import plan_jointly
from entrepot.sourcing.model import Prices
from entrepot.sourcing.stakes import Open


def moves_of(wave: Wave, saving_min: int, prices: Prices | None = None) -> list[Move]:
    """Say which orders to move, of groups that save so many minor units for each order."""
    standing = Standing(wave.compiled, wave.days, wave.load, wave.services)
    joint = plan_jointly([_open(order) for order in wave.orders], wave.stock, standing, prices)
    moves = [
        Move(order, move.plan, move.saving, move.group)
        for order, move in zip(wave.orders, joint.moves, strict=True)
        if move is not None
    ]
    saved: dict[int, int] = {}
    for each in moves:
        saved[each.group] = saved.get(each.group, 0) + each.saved - saving_min
    return [each for each in moves if saved[each.group] >= 0]


def _open(order: Movable) -> Open:
    days = dict(order.standing.days)
    return Open(
        order.ask,
        order.plan,
        tuple(days[each.node_id].toordinal() for each in order.plan.shipments),
        last_day_of(order),
    )
