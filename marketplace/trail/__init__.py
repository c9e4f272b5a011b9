"""The trail: who did what, to what, when.

Owns: the record of deeds. Guarantees: append-only, held by the database; written in the deed's own transaction.
May import: extensions, core.
"""

from marketplace.trail.guards import guards
from marketplace.trail.models import TrailEntry
from marketplace.trail.service import SYSTEM, list_in, list_of, missing_guards, record

__all__ = ["SYSTEM", "TrailEntry", "guards", "list_in", "list_of", "missing_guards", "record"]
