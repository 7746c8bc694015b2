"""Place orders: capture, plan, reserve and promise in one commit, because a customer is waiting.

What is promised is what is planned is what is reserved. One transaction a batch, about ten
statements whatever its size:

    claim the keys -> look up external ids -> plan on the view -> make all rows ready
    -> take the days, lock the positions -> decide again on the locked rows
    -> decisions, orders, demand, exceptions, facts -> commit

What can be done before the first lock is done there: the next batch waits for these locks.

An order that the locked rows refuse is planned again, in a transaction of its own, on a view that
knows better by then; it is refused only after the rows themselves were read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from entrepot.inventory import browse as stock
from entrepot.inventory import launch, ticket
from entrepot.inventory.carts_model import Held
from entrepot.inventory.expected import hold_terms
from entrepot.inventory.model import Free, Position
from entrepot.inventory.reserve import Reserving, reserve
from entrepot.inventory.rules import totals
from entrepot.inventory.take_cart import take_carts
from entrepot.journey.known import Sorted, sort_out
from entrepot.journey.let_go import expire
from entrepot.journey.let_in import Entry, guest, let_in
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.out_of_cart import Lapsed, of_expired
from entrepot.journey.placing import BATCHES_MAX, NotTaken, Placed, Placing, Taken, Why
from entrepot.journey.plan import NO_CARTS, Draft, Planned, limits, planned, scarce
from entrepot.journey.record import Outdated, make_ready, record
from entrepot.journey.refusals import refusal
from entrepot.journey.turn_away import note, turn_away
from entrepot.journey.world import Market, World
from entrepot.network.read import version
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.mint import MINT
from entrepot.sourcing import capacity
from entrepot.sourcing.model import NoPlan, WhyNoPlan
from entrepot.terms.ids import MarketId, OrderId
from entrepot.terms.outcome import Done


async def place(
    pool: db.Pool, world: World, market_id: MarketId, placings: Sequence[Placing]
) -> list[Placed]:
    """Answer every request, in order: all of one market, each batch its own transaction."""
    market = await world.market(market_id)
    answers: dict[int, Placed] = {}
    if market.stock.scarce or market.launches:
        answers |= await turn_away(pool, market, placings)
    fruitless = 0
    while fruitless < BATCHES_MAX:
        places = [place for place in range(len(placings)) if place not in answers]
        if not places:
            break
        fruitless += 1
        batch = [placings[place] for place in places]
        try:
            answered, network = await db.in_transaction(pool, partial(_run, market, batch))
        except Outdated:
            await world.refresh(market_id)
            continue
        except Lapsed as lapsed:
            await expire(pool, market, lapsed.cart_ids)
            continue
        if network is not None:  # its snapshot is committed now, and not before
            market.snapshots_kept.add(network)
        answers |= {places[at]: answer for at, answer in answered.items()}
        fruitless = 0 if answered else fruitless
    contended = NotTaken(Why.CONTENDED, detail="others keep taking the same stock; try again")
    return [answers.get(place, contended) for place in range(len(placings))]


async def _run(
    market: Market, placings: Sequence[Placing], conn: db.Connection
) -> tuple[dict[int, Placed], int | None]:
    batch = _Batch(conn, market, mint.now())
    return await batch.run(placings), batch.network_version


class _Batch:
    """One transaction's worth of placing."""

    def __init__(self, conn: db.Connection, market: Market, at: datetime) -> None:
        self.conn, self.market, self.at = conn, market, at
        self.seen: list[Position] = []
        self.carts: Mapping[int, Held] = NO_CARTS
        self.network_version: int | None = None
        self.entry = Entry()

    async def run(self, placings: Sequence[Placing]) -> dict[int, Placed]:
        """Answer what can be answered now, by place; what is missing is to be asked again."""
        ids = [OrderId(each) for each in MINT.ids(len(placings))]
        known = await sort_out(self.conn, self.market.id, placings, ids, at=self.at)
        if known.carts.live:
            self.carts = {
                n: c for n, at in enumerate(known.fresh) if (c := known.carts.live.get(at))
            }
        plans = await self._plan(
            [placings[at] for at in known.fresh], [ids[at] for at in known.fresh]
        )
        made = plans.drafts
        refused = {id(d): why for d in made if (why := self._refusal(d)) is not None}
        for at in known.carts.lapsed:
            draft = made[known.fresh.index(at)]
            if id(draft) in refused:
                refused[id(draft)] = of_expired(refused[id(draft)])
        asked = await self._let_in(made, refused)

        self._believe(asked, taken=True)
        try:
            ready = make_ready(asked, self.at)
            taken = await self._take(asked)
            written = [ready[draft.order_id] for draft in taken]
            answers = await record(self.conn, self.market, written, plans.record, at=self.at)
        except BaseException:
            self._believe(asked, taken=False)
            raise
        self.network_version = next((d.network.version for d in taken if d.plan), None)
        self._believe([d for d in asked if d.order_id not in answers], taken=False)
        self._learn(taken)
        _ask_again(made, refused, [d for d in asked if d.order_id not in answers])

        for place, draft in zip(known.fresh, made, strict=True):
            answer = refused.get(id(draft)) or answers.get(draft.order_id)
            if answer is not None:
                known.answers[place] = answer
        await self._give_back(placings, known)
        await ticket.give_back(self.conn, self.market.id, self.entry.unused(list(answers)))
        return known.answers

    async def _plan(self, placings: list[Placing], ids: list[OrderId]) -> Planned:
        """Plan on the view; before anybody goes without, read the rows and plan again."""
        market, carts = self.market, self.carts
        made = planned(market, placings, ids, self.at, carts)
        if any(draft.asking.unknown for draft in made.drafts):
            lines = [line for placing in placings for line in placing.order.lines]
            await market.catalog.fetch_missing(self.conn, {line.sku for line in lines})
            made = planned(market, placings, ids, self.at, carts)
        planned_on = made.drafts[0].network.version if made.drafts else None
        if any(_is_outdated(market, draft) for draft in made.drafts) and (
            await version(self.conn, market.id) != planned_on
        ):
            raise Outdated
        lacking = scarce(made.drafts)
        if lacking:
            terms = await hold_terms(self.conn, market.id, lacking)
            rows = await stock.free_of_skus(self.conn, market.id, lacking)
            owed = await stock.owed(self.conn, market.id, lacking)
            market.learn_terms(lacking, terms)
            if any(sku in market.launches for sku in lacking):
                market.learn_launches(await launch.live(self.conn, market.id))
            market.stock.owe(lacking, owed)
            market.stock.replace(lacking, rows)
            # Also where that was no news: another batch may have brought it since this one planned.
            made = planned(market, placings, ids, self.at, carts)
            note(market, made.drafts, self.at)
        return made

    def _refusal(self, draft: Draft) -> NotTaken | None:
        return refusal(draft, self.market.compiled.services, self.market.launches, self.at)

    async def _let_in(self, made: Sequence[Draft], refused: dict[int, NotTaken]) -> list[Draft]:
        """Give who is to be served; turn away who may not have a launch's skus now.

        Those who went short while such a one stood before them are to be asked again.
        """
        asked = [draft for draft in made if id(draft) not in refused]
        if not self.market.launches:
            return asked
        guests = [guest(self.market, d, self.at) for d in asked if not d.placing.fact]
        self.entry = await let_in(self.conn, self.market, guests, at=self.at)
        away = self.entry.refused
        if away:
            for short in [key for key, no in refused.items() if no.why is Why.SHORT]:
                del refused[short]
            refused |= {id(d): away[d.order_id] for d in asked if d.order_id in away}
        return [draft for draft in asked if draft.order_id not in away]

    async def _take(self, asked: list[Draft]) -> list[Draft]:
        """Take days and stock for all that can have both; answers those."""
        caps, days = limits(self.market, asked)
        forced = [draft.plan is not None and draft.plan.overflow for draft in asked]
        taking = await capacity.take(self.conn, self.market.id, days, caps, forced=forced)
        for key, count in taking.planned.items():
            self.market.planned_on(key, count)
        granted = [draft for draft, ok in zip(asked, taking.granted, strict=True) if ok]

        reserving = await self._reserve(granted)
        done = [isinstance(answer, Done) for answer in reserving.answers]
        lost = [draft for draft, ok in zip(granted, done, strict=True) if not ok]
        if lost:
            unused = [key for draft in lost for key in limits(self.market, [draft])[0]]
            await capacity.give_back(self.conn, self.market.id, unused, caps)
            self.seen = reserving.seen
        return [draft for draft, ok in zip(granted, done, strict=True) if ok]

    async def _reserve(self, granted: Sequence[Draft]) -> Reserving:
        baskets = [draft.claims for draft in granted]
        if not self.carts:
            return await reserve(self.conn, self.market.id, baskets, at=self.at)
        carts = {n: (d.order_id, d.cart) for n, d in enumerate(granted) if d.cart is not None}
        taking = await take_carts(self.conn, self.market.id, baskets, carts, at=self.at)
        spare = {claim.sku for claim in taking.spare}
        await tell_those_who_wait(self.conn, self.market.id, spare, self.at)
        return taking.reserving

    def _believe(self, made: Sequence[Draft], *, taken: bool) -> None:
        """Let the view know at once: the next batch plans while this one commits."""
        if taken and self.carts:
            self._open_carts(made, -1)
        for draft in made:
            for claim in draft.claims:
                units = claim.quantity if taken else -claim.quantity
                self.market.stock.take(claim.sku, claim.node_id, units, claim.draws)
        if not taken and self.carts:
            self._open_carts(made, 1)

    def _open_carts(self, made: Sequence[Draft], sign: int) -> None:
        """Carts' units were never free in the view: let them be before their orders take them."""
        for draft in made:
            for kept in draft.cart.claims if draft.cart else ():
                self.market.stock.take(kept.sku, kept.node_id, sign * kept.quantity)

    def _learn(self, taken: Sequence[Draft]) -> None:
        """Where the rows held less than was believed, believe the rows."""
        if not self.seen:
            return
        less = totals([claim for draft in taken for claim in draft.claims])
        for draft in taken if self.carts else ():
            for kept in draft.cart.claims if draft.cart else ():
                less[kept.sku, kept.node_id] = less.get((kept.sku, kept.node_id), 0) - kept.quantity
        self.market.stock.put(
            Free(p.sku, p.node_id, max(0, p.free - less.get((p.sku, p.node_id), 0)), p.drawn)
            for p in self.seen
        )

    async def _give_back(self, placings: Sequence[Placing], known: Sorted) -> None:
        """A refusal writes nothing: keys stay claimed only where an order was written."""
        unused = [
            key
            for place, placing in enumerate(placings)
            if (key := placing.key) is not None
            and place not in known.later
            and not known.replays_key(place)
            and not _was_written(known.answers.get(place))
        ]
        await idempotency.give_back(self.conn, self.market.id, unused)


def _ask_again(made: Sequence[Draft], refused: dict[int, NotTaken], lost: Sequence[Draft]) -> None:
    """Ask those again who went short of what stood planned for one that lost it all the same."""
    freed = {claim.sku for draft in lost for claim in draft.claims}
    for draft in made if freed else ():
        no, answer = refused.get(id(draft)), draft.answer
        if no is None or no.why is not Why.SHORT or not isinstance(answer, NoPlan):
            continue
        if not freed.isdisjoint([sku for sku, _ in answer.missing]):
            del refused[id(draft)]


def _was_written(answer: Placed | None) -> bool:
    return isinstance(answer, Taken) and not answer.replayed


def _is_outdated(market: Market, draft: Draft) -> bool:
    """Say whether an order goes without for what another network or policy might allow."""
    return (
        isinstance(draft.answer, NoPlan)
        and bool(draft.needs)
        and (draft.answer.why is not WhyNoPlan.SHORT or market.guides is not None)
    )
