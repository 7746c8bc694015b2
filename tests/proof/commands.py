"""The commands of inventory, each as its caller runs it, with an answer that can be compared."""

import json
from datetime import timedelta
from functools import partial

from entrepot.fulfillment import tell as work_told
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Ask, Packed
from entrepot.fulfillment.ship import ship
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.hold import extend
from entrepot.inventory.model import Count, Delta, MovementKind
from entrepot.inventory.rebuild import rebuild
from entrepot.inventory.states import TransferVerb
from entrepot.inventory.transit import TripAsk
from entrepot.journey import procure, publish, transfer
from entrepot.journey.cancel import cancel
from entrepot.journey.here import Here
from entrepot.journey.keep_carts import Asked, Reserved, keep_carts
from entrepot.journey.keep_truth import keep_truth
from entrepot.journey.let_go import release, sweep_market
from entrepot.journey.offer import Offer, available
from entrepot.journey.override import override
from entrepot.journey.place import place
from entrepot.journey.placing import Taken
from entrepot.journey.safeguard import safeguard
from entrepot.journey.stocktake import take_counts, take_movements, take_set_asides
from entrepot.journey.table import STEPS
from entrepot.journey.world import Market
from entrepot.network.model import OverrideKind
from entrepot.network.override_rules import Wanted
from entrepot.orders.model import Backorder
from entrepot.plumbing import cursors, db, outbox
from entrepot.terms.ids import ChannelId, NodeId, Sku, TransferId
from entrepot.terms.outcome import Done
from journey.cart_shop import shipments, wish
from journey.shop import US, order, placing
from proof.callers import PASSED, Caller, answer, command, rows
from proof.scarce import CAP, DC, SET, STORE, TEE
from proof.stepping import CLOCK


async def _places(caller: Caller, *lines: tuple[Sku, int], **changes: object) -> object:
    asked = placing(order(*lines, external_id=f"{caller.name}1", **changes), key=caller.name)
    (told,) = await place(caller.process.pool, caller.process.world, US, [asked])
    if isinstance(told, Taken):
        planned = json.loads(told.document)["plan"] is not None
        return shipments(told) if planned else "waits"
    return told.why.value, [fault.pointer for fault in told.faults]


@command("place an order")
async def places(caller: Caller) -> object:
    return await _places(caller, (TEE, 1))


@command("place an order over two nodes")
async def places_over_two(caller: Caller) -> object:
    return await _places(caller, (TEE, 3), channel="vip")


@command("place an order of a kit")
async def places_a_kit(caller: Caller) -> object:
    return await _places(caller, (SET, 1))


@command("place an order out of a cart")
async def places_a_cart(caller: Caller) -> object:
    return await _places(caller, (TEE, 2), reservation=caller.scarce.carts["live"])


@command("place an order for a segment")
async def places_for_a_segment(caller: Caller) -> object:
    return await _places(caller, (TEE, 1), channel="vip")


@command("place an order that may wait")
async def places_and_waits(caller: Caller) -> object:
    return await _places(caller, (TEE, 2), (CAP, 1), backorder=Backorder.ALLOW)


@command("hold a cart")
async def holds(caller: Caller) -> object:
    wished = wish((TEE, 1), customer=f"{caller.name}1")

    process = caller.process
    (told,) = await keep_carts(process.pool, process.world, US, [Asked(wished)])
    if isinstance(told, Reserved):
        return [line["node"] for line in json.loads(told.document)["lines"]]
    return told.why.value


@command("extend a cart")
async def extends(caller: Caller) -> object:
    cart = caller.scarce.carts["live"]

    async def work(conn: db.Connection, _: Market) -> object:
        return answer((await extend(conn, US, {cart: 7200}, at=CLOCK.get()))[cart])

    return await caller.commits(work)


@command("release a cart")
async def releases(caller: Caller) -> object:
    cart = caller.scarce.carts["live"]

    async def work(conn: db.Connection, _: Market) -> object:
        return answer((await release(conn, US, [cart], at=CLOCK.get()))[cart])

    return await caller.commits(work)


@command("sweep carts")
async def sweeps_carts(caller: Caller) -> object:
    return await sweep_market(caller.process.pool, US, most=10) or PASSED


async def _cancels(caller: Caller, name: str) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        told = await cancel(
            conn, market, caller.scarce.orders[name], None, actor="kim", reason="no", at=CLOCK.get()
        )
        return [unit.quantity for unit in told.value.units] if isinstance(told, Done) else told.why

    return await caller.commits(work)


@command("cancel what is packed")
async def cancels_packed(caller: Caller) -> object:
    return await _cancels(caller, "P")


@command("cancel what no node works on")
async def cancels_new(caller: Caller) -> object:
    return await _cancels(caller, "N")


@command("cancel what waits")
async def cancels_waiting(caller: Caller) -> object:
    return await _cancels(caller, "W")


@command("ship")
async def ships(caller: Caller) -> object:
    async def work(conn: db.Connection, _: Market) -> object:
        ask = Ask(caller.scarce.works["P"].id, "ann", packages=(Packed("T1", "acme"),))
        told = await ship(conn, US, [ask], at=CLOCK.get())
        await outbox.tell(conn, US, work_told.facts(done(told)), at=CLOCK.get())
        return [answer(each) for each in told]

    return await caller.commits(work)


async def _steps(caller: Caller, do: str, fact: str) -> object:
    """Run a step of the journey on a fact, with its cursor, as the worker does."""
    facts = caller.scarce.facts[fact]

    async def work(conn: db.Connection, _: Market) -> object:
        after = await cursors.take(conn, US, do)
        if after is None or after >= facts[-1].sequence:
            return PASSED
        again = await STEPS[do](Here(conn, US, caller.process.world, CLOCK.get(), 0), facts)
        if not again:
            await cursors.move(conn, US, do, facts[-1].sequence)
        return f"done, again: {bool(again)}"

    return await caller.commits(work)


STEPPED = {
    "take shipped units off the books": ("inventory.consume", "shipped"),
    "plan again what a node rejected": ("sourcing.replan", "rejected"),
    "give planned units to their node": ("fulfillment.open", "planned"),
    "serve who waits": ("sourcing.supply", "supplied"),
    "seek for who waits": ("sourcing.seek", "captured"),
    "date who waits": ("promise.date", "captured"),
    "relieve a shortage": ("inventory.relieve", "shorted"),
    "learn from a rejection": ("inventory.learn", "rejected"),
}
"""Steps of the journey, and what they are told of."""

for _name, (_do, _told) in STEPPED.items():
    command(_name)(partial(_steps, do=_do, fact=_told))


@command("let time pass for beliefs")
async def keeps_current(caller: Caller) -> object:
    later = CLOCK.get() + timedelta(days=1)

    async def work(conn: db.Connection, _: Market) -> object:
        return await keep_truth(conn, caller.process.world, US, at=later) or PASSED

    return await caller.commits(work)


async def _counts(caller: Caller, sku: Sku, node: NodeId, units: int) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        at = CLOCK.get()
        row = Count(sku, node, units, caller.name, None, at)
        return rows((await take_counts(conn, market, [row], at=at)).results)

    return await caller.commits(work)


@command("count fewer")
async def counts_fewer(caller: Caller) -> object:
    return await _counts(caller, TEE, DC, 4)


@command("count in the store")
async def counts_in_store(caller: Caller) -> object:
    return await _counts(caller, TEE, STORE, 2)


@command("count what is short")
async def counts_short(caller: Caller) -> object:
    return await _counts(caller, CAP, STORE, 3)


async def _moves(caller: Caller, kind: MovementKind, sku: Sku, units: int) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        row = Delta(kind, sku, DC, units, caller.name)
        return rows((await take_movements(conn, market, [row], at=CLOCK.get())).results)

    return await caller.commits(work)


@command("take in a receipt")
async def takes_in(caller: Caller) -> object:
    return await _moves(caller, MovementKind.RECEIPT, CAP, 1)


@command("report damage")
async def reports_damage(caller: Caller) -> object:
    return await _moves(caller, MovementKind.DAMAGE, TEE, -2)


async def _sets_aside(caller: Caller, reason: AsideReason, units: int) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        row = SetAside(TEE, DC, reason, units)
        return rows((await take_set_asides(conn, market, [row], at=CLOCK.get())).results)

    return await caller.commits(work)


@command("set aside")
async def sets_aside(caller: Caller) -> object:
    return await _sets_aside(caller, AsideReason.DISPLAY, 1)


@command("end a set-aside")
async def ends_set_aside(caller: Caller) -> object:
    return await _sets_aside(caller, AsideReason.DISPLAY, -1)


async def _carries(caller: Caller, name: str, verb: TransferVerb) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        trips = await transfer.carry(
            conn, market, [TripAsk(TransferId(name), verb, "ann")], at=CLOCK.get()
        )
        return [answer(each) for each in trips.answers]

    return await caller.commits(work)


@command("send a transfer")
async def sends(caller: Caller) -> object:
    return await _carries(caller, "PLANNED", TransferVerb.SEND)


@command("receive a transfer")
async def receives_transfer(caller: Caller) -> object:
    return await _carries(caller, "SENT", TransferVerb.RECEIVE)


@command("write off a transfer")
async def writes_off(caller: Caller) -> object:
    return await _carries(caller, "SENT", TransferVerb.WRITE_OFF)


@command("receive supply")
async def receives_supply(caller: Caller) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        return answer(
            await procure.receive(
                conn, market, "PO", {TEE: 1}, final=False, actor="dock", at=CLOCK.get()
            )
        )

    return await caller.commits(work)


@command("call supply off")
async def calls_off(caller: Caller) -> object:
    async def work(conn: db.Connection, market: Market) -> object:
        return answer(
            await procure.call_off(conn, market, "PO", actor="b", reason="late", at=CLOCK.get())
        )

    return await caller.commits(work)


@command("sweep safety")
async def sweeps_safety(caller: Caller) -> object:
    done = await safeguard(caller.process.pool, caller.process.world, US, at=CLOCK.get())
    return done or PASSED


@command(
    "mend a row",
    given="UPDATE inventory.position SET reserved = reserved + 1"
    " WHERE sku = 'TEE' AND node_id = 'DC'",
)
async def mends(caller: Caller) -> object:
    async def work(conn: db.Connection, _: Market) -> object:
        return len(await rebuild(conn, US, actor="ann", at=CLOCK.get()))

    return await caller.commits(work)


@command("note what channels are to be told")
async def notes(caller: Caller) -> object:
    async def work(conn: db.Connection, _: Market) -> object:
        market = await caller.process.world.fresh(conn, US)
        return "noted" if await publish.note(conn, market, at=CLOCK.get()) else PASSED

    return await caller.commits(work)


@command("publish")
async def publishes(caller: Caller) -> object:
    async def work(conn: db.Connection, _: Market) -> object:
        market = await caller.process.world.fresh(conn, US)
        return "told" if await publish.publish(conn, market, at=CLOCK.get()) else PASSED

    return await caller.commits(work)


@command("pause a node")
async def pauses(caller: Caller) -> object:
    until = CLOCK.get() + timedelta(hours=2)
    wanted = Wanted(STORE, OverrideKind.PAUSE, "snow", ends=until)

    async def work(conn: db.Connection, _: Market) -> object:
        world = caller.process.world
        told = await override(conn, world, US, wanted, replan=True, actor="ann", at=CLOCK.get())
        return told.value.not_begun if isinstance(told, Done) else told.why

    return await caller.commits(work)


@command("look up what is available")
async def looks_up(caller: Caller) -> object:
    market = await caller.process.market()
    skus = (TEE, CAP, SET)
    async with caller.process.pool.acquire() as conn:
        (told,) = await available(conn, market, [Offer(ChannelId("web"), skus)], at=CLOCK.get())
    return {str(sku): told.totals[sku] for sku in skus}
