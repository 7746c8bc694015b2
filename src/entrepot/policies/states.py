"""The life of a policy's version.

A draft decides nothing and may be changed. A scheduled version is brought into force by the
background when its time has come. One version is active in each market; the next one that comes
into force retires it, in the same commit. Going back is going on: the old document becomes a new
version.
"""

from enum import StrEnum

from entrepot.terms.lifecycle import lifecycle


class PolicyState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    RETIRED = "retired"


class PolicyVerb(StrEnum):
    CHANGE = "change"
    SCHEDULE = "schedule"
    WITHDRAW = "withdraw"
    ACTIVATE = "activate"
    DISCARD = "discard"
    RETIRE = "retire"


POLICY = lifecycle(
    "policies.policy",
    PolicyState,
    PolicyVerb,
    """
    draft      change    draft
    draft      schedule  scheduled
    draft      activate  active
    draft      discard   retired
    scheduled  schedule  scheduled
    scheduled  withdraw  draft
    scheduled  activate  active
    scheduled  discard   retired
    active     retire    retired
    """,
)
