"""A login for each role, so that whoever runs the demo can look at it as any of its people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from entrepot.demo.client import Api, ApiError, problem, read
from entrepot.demo.places import chords, dot_within, zip_codes
from entrepot.demo.retailer import Retailer
from entrepot.demo.shoppers import CURBSIDE_PERCENT, NEAR_KM, PICKUP_PERCENT
from entrepot.demo.sites import CURBSIDE, PICKS_UP

PEOPLE: Mapping[str, tuple[str, str]] = {
    "administrator": ("ada", "Ada Foster"),
    "operations": ("olga", "Olga Reyes"),
    "agent": ("ben", "Ben Keller"),
    "associate": ("maya", "Maya Ortiz"),
    "viewer": ("vic", "Vic Stone"),
}
"""Role, login and name."""

CREATED, TAKEN = 201, 409


@dataclass(frozen=True, slots=True)
class Login:
    """How somebody signs in. `nodes`: where they work, if not everywhere."""

    role: str
    login: str
    password: str = field(repr=False)
    nodes: tuple[str, ...]


class _Made(msgspec.Struct, frozen=True):
    id: str
    login: str
    password: str | None = None


class _Users(msgspec.Struct, frozen=True):
    items: list[_Made]


def busiest(retailer: Retailer) -> str:
    """Name the store that has the most to do: to which more customers are near than to any other.

    They are those who fetch their orders there, as `shoppers` lets them choose.
    """
    homes = zip_codes()
    places = chords([home.latitude for home in homes], [home.longitude for home in homes])
    weights = np.array([home.weight for home in homes])
    todo = np.zeros(len(retailer.sites))
    for method, percent in ((PICKS_UP, PICKUP_PERCENT), (CURBSIDE, CURBSIDE_PERCENT)):
        offering = [n for n, site in enumerate(retailer.sites) if method in site.services]
        stores = [retailer.sites[n].place for n in offering]
        closeness = places @ chords([s.latitude for s in stores], [s.longitude for s in stores]).T
        near = closeness.max(axis=1) >= dot_within(NEAR_KM)
        theirs = np.bincount(closeness[near].argmax(axis=1), weights[near], len(stores))
        todo[offering] += percent * theirs / theirs.sum()
    return retailer.sites[int(todo.argmax())].node


async def let_in(api: Api, retailer: Retailer, *, run: str) -> list[Login]:
    """Enroll one person of each role; whoever is there from a run before gets a new password."""
    made = []
    for role, (login, name) in PEOPLE.items():
        nodes = (busiest(retailer),) if role == "associate" else ()
        body = {"login": login, "name": name, "role": role, "nodes": list(nodes) or None}
        answer = await api.post("/v1/users", body, key=f"{run}-user-{login}")
        if answer.status == TAKEN:
            person = await _again(api, login, run)
        else:
            person = read(answer, _Made, status=CREATED)
        if person.password is None:
            raise ApiError(f"nobody heard the password of {login}")
        made.append(Login(role, login, person.password, nodes))
    return made


async def _again(api: Api, login: str, run: str) -> _Made:
    listed = read(await api.get("/v1/users?limit=200"), _Users).items
    found = next((each for each in listed if each.login == login), None)
    if found is None:
        raise ApiError(f"somebody else has the name of {login}")
    answer = await api.patch(
        f"/v1/users/{found.id}",
        {"reset_password": True, "enabled": True},
        key=f"{run}-reset-{login}",
    )
    if answer.status != 200:
        raise ApiError(f"{login}: {problem(answer).detail}")
    return read(answer, _Made)
