"""The rules by which proceeds are shared, and the runs that apply them.

Owns: plans, runs, allocations.
Guarantees: a published run never changes; sums are exact; a snapshot always gives the same lines and hash; preparing,
approving and checking are three people.
May import: costs, intake and what lies before them, the books; never payments: it asks the ledger by pool.
"""

from marketplace.distribution.errors import (
    BrokenSnapshot,
    NoPlan,
    NothingToPay,
    NoticeRunning,
    NotNow,
    NotReconciled,
    RunOpen,
    SamePerson,
)
from marketplace.distribution.guards import guards
from marketplace.distribution.models import Allocation, Plan, Run
from marketplace.distribution.queries import (
    find_notice,
    find_open_run,
    find_plan,
    gather,
    list_allocations,
    select_allocations,
    select_runs,
    snapshot_of,
)
from marketplace.distribution.rules import Inputs, Line, Settlement, Step, digest, recompute, tokens_digest
from marketplace.distribution.rules import read as read_snapshot
from marketplace.distribution.service import (
    LONGEST_NOTICE_DAYS,
    NOTICE_DAYS,
    SHORTEST_NOTICE_DAYS,
    Preview,
    approve,
    draft_run,
    mark_checked,
    preview,
    publish,
    send_back,
    set_plan,
    withdraw,
)
from marketplace.distribution.states import RunState

__all__ = [
    "LONGEST_NOTICE_DAYS",
    "NOTICE_DAYS",
    "SHORTEST_NOTICE_DAYS",
    "Allocation",
    "BrokenSnapshot",
    "Inputs",
    "Line",
    "NoPlan",
    "NotNow",
    "NotReconciled",
    "NothingToPay",
    "NoticeRunning",
    "Plan",
    "Preview",
    "Run",
    "RunOpen",
    "RunState",
    "SamePerson",
    "Settlement",
    "Step",
    "approve",
    "digest",
    "draft_run",
    "find_notice",
    "find_open_run",
    "find_plan",
    "gather",
    "guards",
    "list_allocations",
    "mark_checked",
    "preview",
    "publish",
    "read_snapshot",
    "recompute",
    "select_allocations",
    "select_runs",
    "send_back",
    "set_plan",
    "snapshot_of",
    "tokens_digest",
    "withdraw",
]
