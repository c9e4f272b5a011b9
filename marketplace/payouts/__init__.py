"""Money out, to the households' bank accounts.

Owns: batches and payouts.
Guarantees: one live payout per allocation; the cashier is none of those who prepared, approved or checked; a returned payout is owed again.
May import: distribution and what lies before it, the books, extensions, core.
"""

from marketplace.payouts.models import Payout, PayoutBatch
from marketplace.payouts.states import BatchState, PayoutState

__all__ = [
    "BatchState",
    "Payout",
    "PayoutBatch",
    "PayoutState",
]
