"""What is done for each kind of job."""

from collections.abc import Callable, Mapping
from typing import Any

from marketplace import queue
from marketplace.core import clock

Payload = Mapping[str, Any]


def _forget_old_jobs(_payload: Payload) -> None:
    queue.forget(clock.now() - queue.KEPT)


# inside the job's transaction: exactly once, and short, for on SQLite it holds the only writer
HANDLERS: dict[str, Callable[[Payload], None]] = {
    "queue.forget": _forget_old_jobs,
}

# outside any transaction, for what talks to a network: at least once, with a key that stays the same on every try
OUTSIDE: dict[str, Callable[[Payload, str], None]] = {}
