"""What each role opens: one table, read as it stands. docs/how-to/people-and-roles.md shows it.

An administrator has `admin`, which is everything. Associates have what is marked, at their nodes
only: `api/bounds.py` says how each route keeps them there.
"""

from collections.abc import Mapping

from entrepot.access.model import PERSON, Role, Scope

TABLE = """
scope               administrator  operations  agent  associate  viewer
admin               yes            -           -      -          -
catalog:read        yes            yes         yes    yes        yes
catalog:write       yes            yes         -      -          -
network:read        yes            yes         yes    yes        yes
network:write       yes            yes         -      yes        -
customers:read      yes            yes         yes    -          yes
customers:write     yes            yes         yes    -          -
inventory:read      yes            yes         yes    yes        yes
inventory:write     yes            yes         -      yes        -
orders:read         yes            yes         yes    yes        yes
orders:write        yes            yes         yes    -          -
fulfillment:read    yes            yes         yes    yes        yes
fulfillment:write   yes            yes         -      yes        -
events:read         yes            yes         yes    yes        yes
promises:read       yes            yes         yes    yes        yes
tracking:write      yes            yes         -      -          -
exceptions:read     yes            yes         yes    -          yes
exceptions:write    yes            yes         yes    -          -
policies:read       yes            yes         yes    -          yes
policies:write      yes            yes         -      -          -
webhooks:read       yes            yes         -      -          -
webhooks:write      yes            yes         -      -          -
jobs:read           yes            yes         -      -          yes
jobs:write          yes            yes         -      -          -
users:read          yes            -           -      -          -
users:write         yes            -           -      -          -
keys:read           yes            -           -      -          -
keys:write          yes            -           -      -          -
"""


def read(table: str) -> dict[Role, frozenset[Scope]]:
    """Read the table: each role's scopes. ValueError where a word is neither `yes` nor `-`."""
    head, *rows = (line.split() for line in table.strip().splitlines())
    roles = [Role(word) for word in head[1:]]
    found: dict[Role, set[Scope]] = {role: set() for role in roles}
    for scope, *cells in rows:
        for role, cell in zip(roles, cells, strict=True):
            if cell not in {"yes", "-"}:
                raise ValueError(f"{scope}, {role}: {cell!r} is neither yes nor -")
            if cell == "yes":
                found[role].add(Scope(scope))
    return {role: frozenset(scopes) for role, scopes in found.items()}


SCOPES: Mapping[Role, frozenset[Scope]] = read(TABLE)


def scopes_of(role: str) -> frozenset[str]:
    """Give what somebody of this role may do, beside what is everybody's own."""
    return frozenset({PERSON, *(scope.value for scope in SCOPES[Role(role)])})
