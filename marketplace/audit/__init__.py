"""What coordinators do: recompute, check, send back, follow a fen.

Owns: reviews of runs.
Guarantees: a run is checked only when its recomputation gives the stored hash.
May import: payouts and what lies before it, the books, extensions, core.
"""

from marketplace.audit.models import RunReview, Verdict

__all__ = [
    "RunReview",
    "Verdict",
]
