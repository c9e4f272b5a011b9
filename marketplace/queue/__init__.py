"""The queue: jobs, written in the transaction of their cause.

Owns: job rows. Guarantees: a job exists if and only if its cause was committed, once per key; of two workers only the
holder of the lease completes it. May import: extensions, core.
"""

from marketplace.queue.models import Job, JobState
from marketplace.queue.service import (
    KEPT,
    LEASE,
    MAX_ATTEMPTS,
    bury,
    claim,
    complete,
    count_by_state,
    enqueue,
    fail,
    forget,
    revive,
)

__all__ = [
    "KEPT",
    "LEASE",
    "MAX_ATTEMPTS",
    "Job",
    "JobState",
    "bury",
    "claim",
    "complete",
    "count_by_state",
    "enqueue",
    "fail",
    "forget",
    "revive",
]
