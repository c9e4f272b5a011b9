"""The rules by which proceeds are shared, and the runs that apply them.

Owns: plans, runs, allocations.
Guarantees: a published run never changes; sums are exact; the same snapshot always gives the same lines and hash; preparing, approving and checking are three people.
May import: costs, intake, produce, cooperatives, identity, the ledger and the other books; never payments or fulfilment.
"""

from marketplace.distribution.models import Allocation, Plan, Run
from marketplace.distribution.states import RunState

__all__ = [
    "Allocation",
    "Plan",
    "Run",
    "RunState",
]
