"""What is decided of customers: which rows are taken, and what changes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from entrepot.customers.model import Customer, Status, Upserted, WhyRefused
from entrepot.terms.ids import CustomerId


@dataclass(frozen=True, slots=True)
class Settled:
    """One answer per row, in order, and the customers to write, with their new versions."""

    answers: list[Upserted]
    created: list[Customer]
    updated: list[Customer]


def settle(rows: Sequence[Customer], known: Mapping[CustomerId, Customer]) -> Settled:
    """Decide which rows are taken; each replaces the whole customer.

    An id that comes twice is taken the first time. What is refused, and what is as it was, changes
    nothing.
    """
    settled = Settled([], [], [])
    taken: dict[CustomerId, int] = {}
    for row in rows:
        name = row.customer_id
        before = known.get(name)
        version = before.version if before else 0
        if name in taken:
            said = f"{name} comes more than once in this call"
            answer = Upserted(name, Status.REFUSED, taken[name], WhyRefused.REPEATED, said)
        elif before is not None and replace(row, version=version) == before:
            answer = Upserted(name, Status.UNCHANGED, version)
        else:
            (settled.updated if before else settled.created).append(
                replace(row, version=version + 1)
            )
            status = Status.UPDATED if before else Status.CREATED
            answer = Upserted(name, status, version + 1)
        taken.setdefault(name, answer.version)
        settled.answers.append(answer)
    return settled
