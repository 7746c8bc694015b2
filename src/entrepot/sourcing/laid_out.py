"""Orders' questions laid out flat for arithmetic over many of them: see `questions.Questions`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.network.model import Method
from entrepot.sourcing.eligibility import Standing, allowed_by, rating_by, services_of
from entrepot.sourcing.model import EXACT_LINES_MAX, Ask
from entrepot.sourcing.parcels import Loads, Sending, table
from entrepot.sourcing.questions import NEVER, Floats, Ints, Nodes, Questions
from entrepot.terms.ids import Sku


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Questions and the nodes that may answer them; `sendings` say how each is sent."""

    questions: Questions
    nodes: Nodes


def fits(ask: Ask) -> bool:
    """Say whether an ask can be laid out: it is sent somewhere and has not too many lines."""
    sent = ask.method is Method.SHIP and ask.destination is not None
    return sent and 0 < len(ask.wants) <= EXACT_LINES_MAX


def sending_of(ask: Ask) -> Sending:
    """Say how an ask may be sent, with nothing beside that it must keep to."""
    return Sending(services_of(ask), ask.due)


def laid_out(
    asks: Sequence[Ask],
    sendings: Sequence[Sending],
    rows: Mapping[Sku, int],
    standing: Standing,
    unserved: Floats,
) -> LaidOut:
    """Lay out asks that `fits` says can be, each with its way of being sent.

    `rows` numbers the skus as the stock does; `unserved` is float64[lines], what each line costs
    that nobody sends. Where an ask was barred from a node for one sku it is for all of them.
    """
    wants = [want for ask in asks for want in ask.wants]
    first = np.concatenate([[0], np.cumsum([len(ask.wants) for ask in asks])]).astype(np.int64)
    units = np.array([want.quantity for want in wants], np.int64)
    loads = Loads(
        first,
        units * np.array([want.weight_g for want in wants], np.int64),
        units * np.array([want.volume_cm3 for want in wants], np.int64),
    )
    kinds = {sending: at for at, sending in enumerate(dict.fromkeys(sendings))}
    days, delay = np.unique(standing.days.work_day, return_inverse=True)
    which = np.array([kinds[each] for each in sendings], np.int64)
    row, parcel = table(loads, tuple(kinds), which, standing.compiled, days.tolist())
    area, zone = _areas(asks, standing)
    group, beside = _groups(asks, standing)
    compiled = standing.compiled
    extra = float(compiled.network.costs.extra_shipment)
    sku = np.array([rows[want.sku] for want in wants], np.int64)
    return LaidOut(
        Questions(
            first, sku, units, row, parcel, area, group, np.zeros(len(asks), np.int64), unserved
        ),
        Nodes(zone, delay.astype(np.int64), beside, compiled.handling.astype(np.int64), extra),
    )


def _areas(asks: Sequence[Ask], standing: Standing) -> tuple[Ints, Ints]:
    """Number the destinations: each ask's, int64[n], and the zones from every node to each."""
    places = dict.fromkeys(ask.destination for ask in asks if ask.destination)
    number = {place: at for at, place in enumerate(places)}
    area = np.array([number[ask.destination] for ask in asks if ask.destination], np.int64)
    return area, np.array(standing.compiled.zones_of(tuple(places)), np.int64)


def _groups(asks: Sequence[Ask], standing: Standing) -> tuple[Ints, Floats]:
    """Number what parcels cost beside their freight: each ask's, int64[n], and float64[groups, N].

    NEVER where the ask may not be supplied from a node, whatever is there.
    """
    known: dict[object, int] = {}
    group, beside = [], []
    for ask in asks:
        key = (ask.channel, ask.guide, ask.barred)
        if key not in known:
            known[key] = len(known)
            beside.append(_beside(ask, standing))
        group.append(known[key])
    return np.array(group, np.int64), np.array(beside)


def _beside(ask: Ask, standing: Standing) -> Floats:
    compiled, able = standing.compiled, standing.able(ask.channel, ask.method)
    price = compiled.making_up.astype(np.float64)
    if able is None:
        return np.full(len(price), NEVER)
    rating = rating_by(ask.guide)
    if rating is not None:
        price += rating
    allowed = allowed_by(ask.guide, len(price)) if ask.guide else None
    price[~(able if allowed is None else able & allowed)] = NEVER
    for _, node in ask.barred:
        if node in compiled.index:
            price[compiled.index[node]] = NEVER
    return price
