"""The lives of transfers and of launches.

A transfer is goods that travel from one node to another. `receive` and `write_off` leave it where
units are still on their way; when none is, `close` follows them by itself. What was sent and never
came is written off, so that every transfer closes.

A launch is skus that go on sale together. Nothing of them sells while it is planned. The background
opens it when its time has come; it ends, and with it its waiting line, when somebody says so.
"""

from enum import StrEnum

from entrepot.terms.lifecycle import lifecycle


class TransferState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    RECEIVING = "receiving"
    CLOSED = "closed"
    CANCELED = "canceled"


class TransferVerb(StrEnum):
    SEND = "send"
    RECEIVE = "receive"
    WRITE_OFF = "write_off"
    CLOSE = "close"
    CANCEL = "cancel"


TRANSFER = lifecycle(
    "inventory.transfer",
    TransferState,
    TransferVerb,
    """
    planned    send       sent
    planned    cancel     canceled
    sent       receive    receiving
    sent       write_off  sent
    sent       close      closed
    receiving  receive    receiving
    receiving  write_off  receiving
    receiving  close      closed
    """,
)


class LaunchState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"
    CANCELED = "canceled"


class LaunchVerb(StrEnum):
    OPEN = "open"
    CANCEL = "cancel"
    END = "end"


LAUNCH = lifecycle(
    "inventory.launch",
    LaunchState,
    LaunchVerb,
    """
    planned  open    open
    planned  cancel  canceled
    open     end     ended
    """,
)
