"""Putting jobs in the queue, taking them out, and saying how they went."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from marketplace.core import clock
from marketplace.extensions import changed_rows, db
from marketplace.queue.models import Job, JobState

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 5
KEPT = timedelta(days=30)


def enqueue(kind: str, payload: Mapping[str, Any], due_at: datetime | None = None, key: str | None = None) -> Job:
    """Write a job in the caller's transaction, due now or at an instant.

    With a `key` the job is written once: the first one is returned afterwards, whatever became of it.
    """
    if key is not None:
        first = db.session.scalar(select(Job).where(Job.once_token == key))
        if first is not None:
            return first
    now = clock.now()
    job = Job(
        kind=kind,
        payload=dict(payload),
        once_token=key,
        state=JobState.DUE,
        due_at=due_at or now,
        attempts=0,
        created_at=now,
    )
    db.session.add(job)
    db.session.flush()
    db.session.info["jobs_written"] = True  # so that jobs wakes up after the commit
    return job


def claim(lease: timedelta = LEASE) -> Job | None:
    """Take one due job, or one whose lease ran out; call inside atomic()."""
    now = clock.now()
    ready = or_(
        and_(Job.state == JobState.DUE, Job.due_at <= now),
        and_(Job.state == JobState.LEASED, Job.leased_until < now, Job.attempts < MAX_ATTEMPTS),
    )
    job = db.session.scalars(
        select(Job)
        .where(ready)
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    if job is None:
        return None
    job.state, job.attempts, job.leased_until = JobState.LEASED, job.attempts + 1, now + lease
    db.session.flush()
    return job


def complete(job_id: int, fence: int) -> bool:
    """Mark a job done, if the lease is still ours; call it first in the job's transaction."""
    done = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.attempts == fence, Job.state == JobState.LEASED)
        .values(state=JobState.DONE, leased_until=None)
    )
    return bool(changed_rows(done))


def fail(job_id: int, fence: int, error: str) -> None:
    """Put a failed job back with a growing delay, or lay it aside after the last try."""
    job = db.session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.attempts != fence or job.state != JobState.LEASED:
        return
    job.last_error = error[:500]
    job.state = JobState.DEAD if job.attempts >= MAX_ATTEMPTS else JobState.DUE
    job.leased_until = None
    job.due_at = clock.now() + timedelta(seconds=2**job.attempts)
    db.session.flush()


def bury() -> int:
    """Lay aside the jobs whose worker died on the last try; return how many."""
    dead = db.session.execute(
        update(Job)
        .where(Job.state == JobState.LEASED, Job.leased_until < clock.now(), Job.attempts >= MAX_ATTEMPTS)
        .values(state=JobState.DEAD, leased_until=None, last_error="the worker died")
    )
    return changed_rows(dead)


def revive(job_id: int) -> bool:
    """Make a job that was laid aside due again, with all its tries; say whether there was one."""
    revived = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.DEAD)
        .values(state=JobState.DUE, attempts=0, due_at=clock.now())
    )
    db.session.info["jobs_written"] = True
    return bool(changed_rows(revived))


def forget(before: datetime) -> int:
    """Delete the jobs that are done and were due before an instant; return how many."""
    return changed_rows(db.session.execute(delete(Job).where(Job.state == JobState.DONE, Job.due_at < before)))


def count_by_state() -> dict[JobState, int]:
    """Count the jobs in each state."""
    rows = db.session.execute(select(Job.state, func.count(Job.id)).group_by(Job.state))
    return dict.fromkeys(JobState, 0) | {row[0]: row[1] for row in rows}
