"""The life of a question to a customer: what is to become of lines their store cannot serve."""

from enum import StrEnum

from entrepot.terms.lifecycle import lifecycle


class ConsentState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ConsentVerb(StrEnum):
    ANSWER = "answer"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


# The customer, or who speaks for them, chooses; time is over and the policy's default is done; or
# there is nothing to choose any more, for the lines were canceled or served.
CONSENT = lifecycle(
    "orders.consent",
    ConsentState,
    ConsentVerb,
    """
    asked   answer     answered
    asked   expire     expired
    asked   withdraw   withdrawn
    """,
)
