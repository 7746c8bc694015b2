"""The life of an import.

A file is uploaded and mapped, rehearsed as often as wanted, and run. What was canceled or has
failed may be run on: it goes on behind the last row that is done.
"""

from enum import StrEnum

from entrepot.terms.lifecycle import lifecycle


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"


class ImportVerb(StrEnum):
    MAP = "map"
    CHECK = "check"
    FIND = "find"
    RUN = "run"
    END = "end"
    CANCEL = "cancel"
    FAIL = "fail"


IMPORT = lifecycle(
    "imports.job",
    ImportState,
    ImportVerb,
    """
    uploaded  map     uploaded
    uploaded  check   checking
    uploaded  run     running
    uploaded  cancel  canceled
    checking  find    checked
    checking  cancel  uploaded
    checking  fail    failed
    checked   map     uploaded
    checked   check   checking
    checked   run     running
    checked   cancel  canceled
    running   end     done
    running   cancel  canceled
    running   fail    failed
    canceled  run     running
    failed    map     uploaded
    failed    check   checking
    failed    run     running
    """,
)
