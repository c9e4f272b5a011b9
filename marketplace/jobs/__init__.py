"""Jobs: what runs without anybody waiting for it.

Owns: the handlers, the timetable, the runner and the server process. Guarantees: a handler of `HANDLERS` has exactly
one effect, one of `OUTSIDE` at least one under a key that stays the same. May import: every stage.
"""

from marketplace.jobs.handlers import HANDLERS, OUTSIDE
from marketplace.jobs.runner import sweep
from marketplace.jobs.schedule import TIMETABLE, enqueue_periodic
from marketplace.jobs.serve import serve, work

__all__ = ["HANDLERS", "OUTSIDE", "TIMETABLE", "enqueue_periodic", "serve", "sweep", "work"]
