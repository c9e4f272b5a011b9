"""Jobs: leased, fenced, retried, laid aside, forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace import queue
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.queue import Job, JobState

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def at(session):
    """Return a traveller whose clock stands still at noon."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def claim() -> tuple[int, int] | None:
    with atomic():
        job = queue.claim()
        return (job.id, job.attempts) if job else None


def test_due_jobs_in_order_and_not_before_their_time(at):
    with atomic():
        later = queue.enqueue("a", {}, due_at=NOON + timedelta(hours=1)).id
        second = queue.enqueue("b", {}).id
        first = queue.enqueue("c", {}, due_at=NOON - timedelta(hours=1)).id
    assert [claim(), claim(), claim()] == [(first, 1), (second, 1), None]
    at.shift(timedelta(hours=2))
    assert claim() == (first, 2)  # its lease ran out
    assert claim() == (second, 2)
    assert claim() == (later, 1)


def test_a_late_worker_is_fenced(at):
    with atomic():
        queue.enqueue("a", {})
    job_id, fence = claim()
    at.shift(queue.LEASE + timedelta(seconds=1))
    assert claim() == (job_id, 2)
    with atomic():
        assert not queue.complete(job_id, fence)
        queue.fail(job_id, fence, "late")
        assert queue.complete(job_id, 2)
        assert not queue.complete(job_id, 2)
    assert db.session.get_one(Job, job_id).last_error is None


def test_failures_wait_longer_each_time_and_end(at):
    with atomic():
        queue.enqueue("a", {})
    for attempt in range(1, queue.MAX_ATTEMPTS + 1):
        job_id, fence = claim()
        assert fence == attempt
        with atomic():
            queue.fail(job_id, fence, "x" * 900)
        job = db.session.get_one(Job, job_id)
        assert job.due_at - clock.now() == timedelta(seconds=2**attempt)
        assert claim() is None
        at.shift(timedelta(seconds=2**attempt))
    assert (job.state, len(job.last_error)) == (JobState.DEAD, 500)
    assert claim() is None
    with atomic():
        assert queue.revive(job_id)
        assert not queue.revive(job_id)
    assert claim() == (job_id, 1)


def test_a_job_that_kills_its_worker_is_laid_aside(at):
    with atomic():
        queue.enqueue("a", {})
    for _ in range(queue.MAX_ATTEMPTS):
        assert claim() is not None
        at.shift(queue.LEASE + timedelta(seconds=1))
    assert claim() is None
    with atomic():
        assert queue.bury() == 1
    assert queue.count_by_state() == {
        JobState.DUE: 0,
        JobState.LEASED: 0,
        JobState.DONE: 0,
        JobState.DEAD: 1,
    }


def test_once_per_key(at):
    with atomic():
        assert queue.enqueue("a", {"n": 1}, key="k").id == queue.enqueue("a", {"n": 2}, key="k").id
        assert queue.enqueue("a", {}).id != queue.enqueue("a", {}).id


def test_done_jobs_are_forgotten(at):
    with atomic():
        done, due = queue.enqueue("a", {}).id, queue.enqueue("b", {}).id
    job_id, fence = claim()
    assert job_id == done
    with atomic():
        queue.complete(job_id, fence)
        assert queue.forget(NOON) == 0
        assert queue.forget(NOON + timedelta(seconds=1)) == 1
    assert db.session.get(Job, due) is not None


def test_no_cause_no_job(at):
    with pytest.raises(ZeroDivisionError), atomic():
        queue.enqueue("a", {})
        _ = 1 // 0
    assert claim() is None
