"""The administrator's desk: counts, cooperatives, jobs that run again; never members or bank accounts."""

import pytest

from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.identity import PlatformRole
from marketplace.queue import Job, JobState
from tests.factories.cooperatives import ACCOUNT, make_cooperative, make_member, make_staff
from tests.factories.identity import make_user


@pytest.fixture
def job(client, log_in, stays):
    member = make_member(make_cooperative())
    log_in(client, make_user(PlatformRole.ADMINISTRATOR))
    with atomic():
        row = Job(
            kind="payments.refresh",
            payload={},
            state=JobState.DEAD,
            due_at=clock.now(),
            created_at=clock.now(),
            last_error="Timeout",
            attempts=5,
        )
        db.session.add(row)
    return row, member


def test_what_failed_is_counted_and_nobody_is_named(client, job):
    _row, member = job
    for path in ("/admin/", "/admin/cooperatives", "/admin/jobs"):
        page = client.get(path)
        assert page.status_code == 200
        assert member.name not in page.text
        assert ACCOUNT[-4:] not in page.text
    assert "1 job was laid aside" in client.get("/admin/").text
    assert "Timeout" in client.get("/admin/jobs").text
    assert "Yuanshang Apple Cooperative" in client.get("/admin/cooperatives").text


def test_a_job_runs_again(client, job):
    row, _member = job
    assert client.post(f"/admin/jobs/{row.id}/again").status_code == 303
    assert db.session.get_one(Job, row.id).state is not JobState.DEAD
    assert "Timeout" not in client.get("/admin/jobs").text


def test_only_the_administrator_comes_in(client, job, log_in):
    row, member = job
    log_in(client, make_staff(member.cooperative, StaffRole.MANAGER))
    assert client.get("/admin/jobs").status_code == 404
    assert client.post(f"/admin/jobs/{row.id}/again").status_code == 404
    with client.session_transaction() as stored:
        stored.clear()
    assert "/login?next=" in client.get("/admin/").location
