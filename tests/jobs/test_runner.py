"""The runner: exactly one effect, whatever happens to the workers."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace import jobs, notifications, queue
from marketplace.extensions import atomic, db
from marketplace.jobs import schedule
from marketplace.queue import Job, JobState


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """A handler that leaves one message, and an empty timetable."""
    monkeypatch.setitem(jobs.HANDLERS, "tell", lambda p: notifications.enqueue("told", p["to"], "en", {}) and None)
    monkeypatch.setattr(schedule, "TIMETABLE", {})


def put(count: int, kind: str = "tell") -> None:
    with atomic():
        for number in range(count):
            queue.enqueue(kind, {"to": number})


def receivers() -> list[str]:
    return list(db.session.scalars(select(notifications.Message.receiver)))


def test_threads_share_the_work_and_do_it_once(real_app):
    with real_app.app_context():
        put(60)
    ran = []

    def work() -> None:
        with real_app.app_context():
            ran.append(jobs.sweep())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with real_app.app_context():
        assert sum(ran) == 60
        assert sorted(receivers()) == sorted(f"user:{n}" for n in range(60))
        assert queue.count_by_state()[JobState.DONE] == 60


def test_a_failure_is_data_and_leaves_no_effect(real_app, monkeypatch, caplog):
    def tell_and_fall(payload):
        notifications.enqueue("told", payload["to"], "en", {})
        raise ValueError("no")

    monkeypatch.setitem(jobs.HANDLERS, "fall", tell_and_fall)
    with real_app.app_context():
        put(1, "fall")
        put(1, "unheard of")
        put(1)
        assert jobs.sweep() == 3
        assert receivers() == ["user:0"]
        errors = db.session.scalars(select(Job.last_error).where(Job.state == JobState.DUE).order_by(Job.id)).all()
        assert errors == ["ValueError('no')", "KeyError('unheard of')"]


def test_a_worker_that_lost_its_lease_has_no_effect(real_app, monkeypatch):
    monkeypatch.setattr(queue.service, "LEASE", timedelta(0))
    with real_app.app_context():
        put(1)
        with atomic():
            job = queue.claim(timedelta(seconds=-1))
            job_id, fence = job.id, job.attempts
        assert jobs.sweep() == 1  # another one takes it over
        jobs.runner._execute(job_id, fence, "tell", {"to": 0})
        assert receivers() == ["user:0"]


def test_work_outside_gets_a_key_that_stays(real_app, monkeypatch):
    keys = []

    def send(_payload, key):
        keys.append(key)
        if len(keys) == 1:
            raise OSError("no network")

    monkeypatch.setitem(jobs.OUTSIDE, "send", send)
    with real_app.app_context():
        put(1, "send")
        jobs.sweep()
        with atomic():
            db.session.execute(db.update(Job).values(due_at=db.select(Job.created_at).scalar_subquery()))
        jobs.sweep()
        assert len(keys) == 2
        assert len(set(keys)) == 1
        assert queue.count_by_state()[JobState.DONE] == 1


def test_stops_between_two_jobs(real_app):
    with real_app.app_context():
        put(5)
        assert jobs.sweep(limit=2) == 2
        assert jobs.sweep(stopping=lambda: True) == 0
        assert queue.count_by_state()[JobState.DUE] == 3


def test_the_timetable_writes_each_hour_once(real_app, monkeypatch):
    monkeypatch.setattr(schedule, "TIMETABLE", {"tell": timedelta(days=1)})
    monkeypatch.setitem(jobs.HANDLERS, "tell", lambda _p: None)
    with real_app.app_context():
        jobs.sweep()
        jobs.sweep()
        assert db.session.scalar(select(func.count(Job.id))) == 1


def test_the_timetable_knows_its_handlers():
    assert set(jobs.TIMETABLE) <= set(jobs.HANDLERS) | set(jobs.OUTSIDE)
    assert not set(jobs.HANDLERS) & set(jobs.OUTSIDE)


def test_old_jobs_are_forgotten(real_app):
    with real_app.app_context():
        put(1)
        jobs.sweep()
        with atomic():
            job = db.session.scalars(select(Job)).one()
            job.due_at = job.due_at - queue.KEPT - timedelta(days=1)
        put(1, "queue.forget")
        jobs.sweep()
        assert db.session.scalars(select(Job.kind)).all() == ["queue.forget"]
