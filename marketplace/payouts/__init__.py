"""Money out, to the households' bank accounts.

Owns: batches and payouts.
Guarantees: one live payout per allocation; the cashier is none of those who prepared, approved or checked the run;
a returned payout is owed again.
May import: distribution and what lies before it, the books, extensions, core.
"""

from marketplace.payouts.errors import AccountChanged, AlreadyPaid, NotChecked, NotNow, SamePerson
from marketplace.payouts.models import Payout, PayoutBatch
from marketplace.payouts.queries import (
    Hindrance,
    Owed,
    bank_file,
    count_by_state,
    list_owed,
    list_owed_in,
    select_batches,
    select_payouts,
)
from marketplace.payouts.rules import plain_amount
from marketplace.payouts.service import confirm, discard, make_batch, mark_returned, send, settle, settle_all
from marketplace.payouts.states import BatchState, PayoutState

__all__ = [
    "AccountChanged",
    "AlreadyPaid",
    "BatchState",
    "Hindrance",
    "NotChecked",
    "NotNow",
    "Owed",
    "Payout",
    "PayoutBatch",
    "PayoutState",
    "SamePerson",
    "bank_file",
    "confirm",
    "count_by_state",
    "discard",
    "list_owed",
    "list_owed_in",
    "make_batch",
    "mark_returned",
    "plain_amount",
    "select_batches",
    "select_payouts",
    "send",
    "settle",
    "settle_all",
]
