"""What customers say of lines that their store cannot serve, and what is done without a word.

Sent instead, fetched at another store, or canceled. The lines go their new way from then on, also
where nobody has the units yet: whoever waits is served that way.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import UUID

from entrepot.inventory.model import Demand
from entrepot.journey import consent_told
from entrepot.journey.agreed import agreed_of
from entrepot.journey.asking import Need
from entrepot.journey.cancel import Wish, cancel
from entrepot.journey.here import Here
from entrepot.journey.progress import Standing, standings
from entrepot.journey.reroute import reroute
from entrepot.journey.sweep import settled
from entrepot.journey.world import Market, World
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.orders import consents
from entrepot.orders.consents import Consent, LineWay
from entrepot.orders.model import Address
from entrepot.orders.states import ConsentVerb
from entrepot.plumbing import clock, db, mint, outbox
from entrepot.terms.ids import ChannelId, LineNo, MarketId, NodeId, OrderId
from entrepot.terms.outcome import Done, Outcome, Refused

EXPIRED_PER_COMMIT_MAX = 50
NO_ANSWER = "no answer in time"

DEFAULT_SERVICE = "standard"


class Choice(StrEnum):
    SHIP = "ship"
    OTHER_STORE = "other_store"
    CANCEL = "cancel"


class WhyNotAnswered(StrEnum):
    """In order of precedence."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    NOT_A_CHOICE = "not_a_choice"
    NO_ADDRESS = "no_address"
    NO_SERVICE = "no_service"
    NO_STORE = "no_store"
    NOTHING_WAITS = "nothing_waits"


@dataclass(frozen=True, slots=True)
class Said:
    """What was chosen: of a parcel to where and how fast, of another store which."""

    choice: Choice
    ship_to: Address | None = None
    service: str | None = None
    node: NodeId | None = None


async def answer(
    here: Here, order_id: OrderId, consent_id: UUID, said: Said, *, actor: str
) -> Outcome[Consent, WhyNotAnswered]:
    """Do what a customer chose. The caller owns the transaction; a refusal has written nothing."""
    market = await here.world.fresh(here.conn, here.market)
    await orders.lock(here.conn, here.market, [order_id])
    found = await consents.of_order(here.conn, here.market, order_id)
    consent = next((each for each in found if each.consent_id == consent_id), None)
    if consent is None:
        return Refused(WhyNotAnswered.UNKNOWN, f"the order has no question {consent_id}")
    if consent.state != "asked" or consent.ends_at <= await clock.read(here.conn):
        state = "expired" if consent.state == "asked" else consent.state
        return Refused(WhyNotAnswered.ENDED, f"the question is {state}")
    standing = (await standings(here.conn, here.market, [order_id]))[order_id]
    wrong = await _wrong(here, market, standing, consent, said)
    if wrong is not None:
        return wrong
    await consents.end(
        here.conn, here.market, [consent_id], ConsentVerb.ANSWER,
        choice=said.choice, actor=actor, at=here.at,
    )  # fmt: skip
    await outbox.tell(
        here.conn, here.market, [consent_told.answered(consent, said.choice, actor)], at=here.at
    )
    if said.choice is Choice.CANCEL:
        reason = "the store could not serve it"
        await cancel_waiting(here, market, standing, consent.lines, actor, reason)
    else:
        await _go(here, standing, consent, said)
    after = await consents.of_order(here.conn, here.market, order_id)
    return Done(next(each for each in after if each.consent_id == consent_id))


async def _wrong(
    here: Here, market: Market, standing: Standing, consent: Consent, said: Said
) -> Refused[WhyNotAnswered] | None:
    if said.choice not in consent.choices:
        return Refused(WhyNotAnswered.NOT_A_CHOICE, f"choose {' or '.join(consent.choices)}")
    if said.choice is Choice.SHIP:
        if said.ship_to is None and await _ship_to(here, standing.head.order_id) is None:
            return Refused(WhyNotAnswered.NO_ADDRESS, "the order has no address to ship to")
        service = said.service or DEFAULT_SERVICE
        if service not in market.compiled.services:
            return Refused(WhyNotAnswered.NO_SERVICE, f"there is no service {service}")
    if said.choice is Choice.OTHER_STORE and not _hands_over(market, standing, said.node):
        return Refused(WhyNotAnswered.NO_STORE, f"{said.node or 'no node'} does not hand over")
    if not _waiting(standing, consent):
        return Refused(WhyNotAnswered.NOTHING_WAITS, "none of its lines waits any more")
    return None


def _hands_over(market: Market, standing: Standing, node: NodeId | None) -> bool:
    ix = None if node is None else market.compiled.index.get(node)
    seen = market.compiled.channel_mask(ChannelId(standing.head.channel))
    if ix is None or seen is None:
        return False
    offers = market.compiled.offers[Method(standing.head.method)]
    return bool(seen[ix] and offers[ix] and market.compiled.enabled[ix])


def _waiting(standing: Standing, consent: Consent) -> list[Demand]:
    return [each for each in standing.demand if each.line_no in consent.lines]


async def _ship_to(here: Here, order_id: OrderId) -> Address | None:
    documents = await orders.documents(here.conn, here.market, [order_id])
    return agreed_of(documents[order_id]).ship_to


async def _go(here: Here, standing: Standing, consent: Consent, said: Said) -> None:
    """Have the lines go their new way, and serve them now if anybody has them."""
    order_id = consent.order_id
    how: tuple[str, str, NodeId | None, str | None]
    if said.choice is Choice.SHIP:
        address = said.ship_to or await _ship_to(here, order_id)
        how = (Method.SHIP.value, said.service or DEFAULT_SERVICE, None, db.json_text(address))
    else:
        how = (standing.head.method, "", said.node, None)
    ways = [LineWay(order_id, LineNo(line), *how) for line in consent.lines]
    await consents.put_ways(here.conn, here.market, order_id, ways)
    wanted: dict[OrderId, list[Need]] = {
        order_id: [(d.line_no, d.sku, d.quantity) for d in _waiting(standing, consent)]
    }
    unrouted = await reroute(here, wanted, kind="consent", waiting=True)
    still = {
        (each.order_id, line, sku): units for each in unrouted for line, sku, units in each.needs
    }
    await settled(here, wanted, still)


async def cancel_waiting(
    here: Here,
    market: Market,
    standing: Standing,
    named: Collection[int],
    actor: str,
    reason: str,
) -> None:
    """Cancel of each line the units that wait; of a kit as many as any part of it waits for."""
    waits: dict[LineNo, int] = {}
    lines = {line.line_no: line for line in standing.lines}
    for each in standing.demand:
        if each.line_no not in named:
            continue
        per_unit = dict(standing.per_unit(lines[each.line_no]))[each.sku]
        units = -(-each.quantity // per_unit)
        waits[each.line_no] = max(waits.get(each.line_no, 0), units)
    wishes = [Wish(line, units) for line, units in sorted(waits.items())]
    done = await cancel(
        here.conn, market, standing.head.order_id, wishes, actor=actor, reason=reason, at=here.at
    )
    if isinstance(done, Refused):
        raise db.Outrun("what waited was served while it was to be canceled")


async def expire_due(pool: db.Pool, world: World, market: MarketId) -> int:
    """Do the policy's default for questions nobody answered in time; answers how many."""
    return await db.in_transaction(pool, partial(_expire_due, world, market))


async def _expire_due(world: World, market: MarketId, conn: db.Connection) -> int:
    due = await consents.due(conn, market, at=await clock.read(conn), most=EXPIRED_PER_COMMIT_MAX)
    if not due:
        return 0
    here = Here(conn, market, world, mint.now(), 0)
    ids = sorted({each.order_id for each in due})
    await orders.lock(conn, market, ids)
    due = [each for each in due if await _is_asked(conn, market, each)]
    known = await world.fresh(conn, market)
    policy = known.policy.pickup_consent
    default = "wait" if policy is None else policy.default
    standing = await standings(conn, market, ids)
    waits = [each for each in due if _waiting(standing[each.order_id], each)]
    over = [each for each in due if each not in waits]
    done = await _end(here, waits, ConsentVerb.EXPIRE, default)
    done += await _end(here, over, ConsentVerb.WITHDRAW, None)
    facts = [consent_told.expired(each, default) for each in waits]
    facts += [consent_told.withdrawn(each) for each in over]
    await outbox.tell(conn, market, facts, at=here.at)
    if default == "cancel":
        for each in waits:
            standing |= await standings(conn, market, [each.order_id])
            if _waiting(standing[each.order_id], each):
                await cancel_waiting(
                    here, known, standing[each.order_id], each.lines, "entrepot", NO_ANSWER
                )
    return done


async def _is_asked(conn: db.Connection, market: MarketId, due: Consent) -> bool:
    """Say whether a question is open still, now that its order is locked."""
    now = await consents.of_order(conn, market, due.order_id)
    return any(each.consent_id == due.consent_id and each.state == due.state for each in now)


async def _end(here: Here, asked: Sequence[Consent], verb: ConsentVerb, choice: str | None) -> int:
    if not asked:
        return 0
    return await consents.end(
        here.conn, here.market, [each.consent_id for each in asked], verb,
        choice=choice, actor="entrepot", at=here.at,
    )  # fmt: skip
