"""What coordinators do: recompute, check, send back, follow a fen.

Owns: reviews of runs.
Guarantees: a run is checked only when its recomputation gives the stored hash.
May import: payouts and what lies before it, the books, extensions, core.
"""

from marketplace.audit.errors import RecomputationDiffers
from marketplace.audit.models import RunReview, Verdict
from marketplace.audit.service import Difference, Recomputation, check, recompute, send_back
from marketplace.audit.trace import PAGE, Sale, Trace, trace

__all__ = [
    "PAGE",
    "Difference",
    "Recomputation",
    "RecomputationDiffers",
    "RunReview",
    "Sale",
    "Trace",
    "Verdict",
    "check",
    "recompute",
    "send_back",
    "trace",
]
