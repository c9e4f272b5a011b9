"""Running what is due, one job at a time."""

import logging
from collections.abc import Callable

from marketplace import queue
from marketplace.extensions import atomic, retrying
from marketplace.jobs.handlers import HANDLERS, OUTSIDE, Payload
from marketplace.jobs.schedule import enqueue_periodic

log = logging.getLogger(__name__)


def sweep(limit: int = 1000, stopping: Callable[[], bool] = lambda: False) -> int:
    """Run what is due, at most limit jobs, until told to stop; return how many were run."""
    retrying(_prepare)()
    done = 0
    while done < limit and not stopping() and retrying(run_one)():
        done += 1
    return done


def run_one() -> bool:
    """Run one job; false when none is due."""
    with atomic():
        job = queue.claim()
        if job is None:
            return False
        job_id, fence, kind, payload = job.id, job.attempts, job.kind, job.payload
    try:
        retrying(_execute)(job_id, fence, kind, payload)
    except Exception as error:  # a job's failure is data
        log.exception("job %s (%s) failed", job_id, kind)
        with atomic():
            queue.fail(job_id, fence, repr(error))
    return True


def _prepare() -> None:
    with atomic():
        queue.bury()
        enqueue_periodic()


def _execute(job_id: int, fence: int, kind: str, payload: Payload) -> None:
    if kind in OUTSIDE:
        OUTSIDE[kind](payload, f"job-{job_id}")
        with atomic():
            queue.complete(job_id, fence)
        return
    with atomic():
        if queue.complete(job_id, fence):  # first, so that a stale worker stops here
            HANDLERS[kind](payload)
