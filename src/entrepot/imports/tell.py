"""What is told of imports, as facts."""

from entrepot.imports.model import Job
from entrepot.plumbing import db
from entrepot.plumbing.outbox import Fact

CHECKED = "import.checked"
ENDED = "import.ended"


def checked(job: Job) -> Fact:
    """A rehearsal has shown what a file would bring."""
    return _fact(CHECKED, job)


def ended(job: Job) -> Fact:
    """A file is in, or was broken off: `state` says how."""
    return _fact(ENDED, job)


def _fact(kind: str, job: Job) -> Fact:
    data = {
        "import": str(job.import_id),
        "kind": job.kind,
        "file": job.file,
        "state": job.state,
        "rows": job.rows,
        "rejected": job.rejected,
        "actor": job.asked_by,
    }
    return Fact(kind, f"imports/{job.import_id}", db.json_text(data))
