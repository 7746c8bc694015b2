"""One person of each role, enrolled through the API, and their way in."""

from dataclasses import dataclass
from typing import Any

from browser.sample import Sample
from scenarios.client import Client

NAMES = {
    "administrator": "Ada Foster",
    "operations": "Olga Reyes",
    "agent": "Ben Keller",
    "associate": "Maya Ortiz",
    "viewer": "Vic Stone",
}

SIGN_IN = """async ({login, password}) => {
    const answer = await fetch('/v1/session', {
        method: 'POST', headers: {'content-type': 'application/json'},
        body: JSON.stringify({login, password}),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
}"""
"""From within the page, as the sign-in form does it: the cookie is the browser's."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a login. `store` is where an associate works."""

    role: str
    name: str
    login: str
    password: str
    store: str | None


@dataclass(slots=True)
class People:
    """Everybody, and the browser's memory of who has signed in once."""

    by_role: dict[str, Person]
    signed_in: dict[str, Any]


def enroll(client: Client, sample: Sample) -> People:
    """Enroll one person of each role; the associate works in the first store."""
    found = {}
    for role, name in NAMES.items():
        store = sample.stores[0] if role == "associate" else None
        login = f"{name.split()[0].lower()}@example.com"
        body = {"login": login, "name": name, "role": role}
        if store:
            body["nodes"] = [store]
        made = client.post("/v1/users", body).expect(201).json
        found[role] = Person(role, name, login, made["password"], store)
    return People(found, {})
