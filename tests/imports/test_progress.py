"""How far an import is, how fast, and how long still."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from entrepot.api.bodies_imports import progress
from entrepot.imports.model import Checked, Job

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
JOB = Job(
    import_id=UUID(int=1), kind="items", file="a.csv", size=1000, digest=b"", parts=1,
    written_at=AT, uploaded_at=AT, uploaded_by="ann", preview="{}", mapping="{}",
    mapping_name=None, state="running", checked=None, asked_at=AT, asked_by="ann", began_at=AT,
    told_at=AT + timedelta(seconds=10), ended_at=None, later=False, upto=201, rows=200,
    rejected=0, counts="{}", done=250, total=1000, worker=None, leased_until=None, fault=None,
    kept=True, rehearsal=False, rows_before=0,
)  # fmt: skip
CHECKED = Checked(1000, 0, {}, AT)


def test_rows_that_were_counted_say_how_far_it_is():
    told = progress(JOB, CHECKED)
    assert (told.share, told.rows_per_s, told.eta_s) == (0.2, 20.0, 40.0)


def test_without_them_the_files_own_unit_does():
    told = progress(JOB, None)
    assert (told.share, told.rows_per_s, told.eta_s) == (0.25, 20.0, 30.0)


def test_who_goes_on_is_as_fast_as_it_goes_now():
    told = progress(replace(JOB, rows_before=100), CHECKED)
    assert (told.share, told.rows_per_s, told.eta_s) == (0.2, 10.0, 80.0)
    assert progress(replace(JOB, rows_before=100), None).eta_s is None


def test_what_has_not_begun_or_has_ended_has_no_time_left():
    assert progress(replace(JOB, told_at=None), CHECKED).rows_per_s is None
    ended = progress(replace(JOB, state="done", ended_at=AT, rows=1000), CHECKED)
    assert (ended.share, ended.rows_per_s, ended.eta_s) == (1.0, 100.0, None)
