"""The life of a fulfillment order: one node's work for one order, from plan to hand-over.

`pick` leaves units to pick, `finish_pick` leaves none; `short` and `withdraw` take units out of the
work and leave it where it is, `reject` and `cancel` end it. The same table serves every method:
which verb fits which method (parcels are shipped, pickups are collected) is a rule beside it.
"""

from enum import StrEnum

from entrepot.terms.lifecycle import lifecycle


class State(StrEnum):
    PLANNED = "planned"
    RELEASED = "released"
    ACCEPTED = "accepted"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    READY_FOR_PICKUP = "ready_for_pickup"
    SHIPPED = "shipped"
    COLLECTED = "collected"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELED = "canceled"


class Verb(StrEnum):
    RELEASE = "release"
    ACCEPT = "accept"
    REJECT = "reject"
    PICK = "pick"
    FINISH_PICK = "finish_pick"
    SHORT = "short"
    PACK = "pack"
    READY = "ready"
    COLLECT = "collect"
    SHIP = "ship"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"


FULFILLMENT_ORDER = lifecycle(
    "fulfillment.fulfillment_order",
    State,
    Verb,
    """
    planned            release      released
    planned            withdraw     planned
    planned            cancel       canceled
    released           accept       accepted
    released           reject       rejected
    released           withdraw     released
    released           cancel       canceled
    accepted           pick         picking
    accepted           finish_pick  picked
    accepted           short        accepted
    accepted           reject       rejected
    accepted           withdraw     accepted
    accepted           cancel       canceled
    picking            pick         picking
    picking            finish_pick  picked
    picking            short        picking
    picking            reject       rejected
    picking            withdraw     picking
    picking            cancel       canceled
    picked             pack         packed
    picked             ready        ready_for_pickup
    picked             reject       rejected
    picked             withdraw     picked
    picked             cancel       canceled
    packed             ship         shipped
    packed             ready        ready_for_pickup
    packed             withdraw     packed
    packed             cancel       canceled
    ready_for_pickup   collect      collected
    ready_for_pickup   withdraw     ready_for_pickup
    ready_for_pickup   cancel       canceled
    shipped            deliver      delivered
    """,
)


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OfferVerb(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


# A fulfillment order that several nodes may have. One of them accepts; all of them decline; its
# time is over; or the work is wanted no more, or has gone on without it.
OFFER = lifecycle(
    "fulfillment.offer",
    OfferState,
    OfferVerb,
    """
    open   accept     accepted
    open   decline    declined
    open   expire     expired
    open   withdraw   withdrawn
    """,
)
