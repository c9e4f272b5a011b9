"""What is done again and again."""

from datetime import timedelta

from marketplace import queue
from marketplace.core import clock

# kind of job -> how often
TIMETABLE: dict[str, timedelta] = {
    "queue.forget": timedelta(days=1),
    "ordering.expire_holds": timedelta(minutes=1),
    "fulfilment.accept_silent": timedelta(minutes=15),
    "payments.process_events": timedelta(minutes=1),
    "payments.reconcile": timedelta(minutes=5),
    "payments.catch_up": timedelta(hours=6),
    "simulated.deliver": timedelta(minutes=1),
    "simulated.pay_out": timedelta(days=1),
}


def enqueue_periodic() -> int:
    """Write the jobs of the timetable whose hour has come; call inside atomic(); return how many are in force.

    An hour is counted from the epoch and is part of the job's key, so many sweeps and processes write it once.
    """
    now = clock.now()
    for kind, every in TIMETABLE.items():
        slot = int(now.timestamp() // every.total_seconds())
        queue.enqueue(kind, {}, key=f"periodic:{kind}:{slot}")
    return len(TIMETABLE)
