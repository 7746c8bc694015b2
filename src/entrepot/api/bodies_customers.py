"""Customers as the wire has them, and the way to ours and back. Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api.bodies_catalog import Attributes, Name, Scalar
from entrepot.api.problems import invalid
from entrepot.customers.model import ADDRESSES_MAX, Customer
from entrepot.orders.model import Address
from entrepot.orders.rules import is_person
from entrepot.terms.email import is_email
from entrepot.terms.ids import CustomerId

Addresses = Annotated[
    tuple[Address, ...], Meta(max_length=ADDRESSES_MAX, description="as an order's ship_to")
]


class CustomerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys. Nothing of it is required: what is not given is not known."""

    name: Name | None = None
    email: Annotated[str, Meta(min_length=1, max_length=320)] | None = None
    phone: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    customer_class: (
        Annotated[
            str, Meta(min_length=1, max_length=128, description="any word of yours, such as vip")
        ]
        | None
    ) = msgspec.field(name="class", default=None)
    addresses: Addresses = ()
    attributes: Attributes = {}


class CustomerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer and its version, which is also its ETag."""

    customer: str
    name: str | None
    email: str | None
    phone: str | None
    customer_class: str | None = msgspec.field(name="class")
    addresses: tuple[Address, ...]
    attributes: dict[str, Scalar]
    version: int


def customer_of(name: str, body: CustomerBody) -> Customer:
    """Read a customer; raises Problem for an e-mail or postal address that can be none."""
    if body.email is not None and not is_email(body.email):
        raise invalid("/email", "is not an e-mail address")
    for at, address in enumerate(body.addresses):
        if not is_person(address):
            raise invalid(f"/addresses/{at}/postal_code", "is empty")
    return Customer(
        customer_id=CustomerId(name),
        name=body.name,
        email=body.email,
        phone=body.phone,
        customer_class=body.customer_class,
        addresses=msgspec.json.encode(body.addresses).decode(),
        attributes=msgspec.json.encode(body.attributes, order="sorted").decode(),
    )


def customer_answer(customer: Customer) -> CustomerAnswer:
    """Show a customer."""
    return CustomerAnswer(
        customer=customer.customer_id,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        customer_class=customer.customer_class,
        addresses=msgspec.json.decode(customer.addresses, type=tuple[Address, ...]),
        attributes=msgspec.json.decode(customer.attributes, type=dict[str, Scalar]),
        version=customer.version,
    )
