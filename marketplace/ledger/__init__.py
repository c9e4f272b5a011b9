"""The ledger: where the money is, one book per cooperative and one for the platform.

Owns: transactions, entries, the chart of accounts. Guarantees: posted legs sum to zero and never change; a reference
exists once in a book, a reversal once. May import: extensions, core.
"""

from marketplace.ledger.accounts import PLATFORM, Account, AccountType, book_of
from marketplace.ledger.draft import Draft, Leg, credit, debit
from marketplace.ledger.errors import AlreadyReversed, NegativeAmount, Unbalanced
from marketplace.ledger.guards import guards
from marketplace.ledger.models import Entry, Transaction
from marketplace.ledger.queries import (
    Balance,
    balance,
    balances,
    count_entries,
    entries,
    find,
    last_id,
    list_transactions,
)
from marketplace.ledger.service import hold_still, post, reverse
from marketplace.ledger.verification import Fault, Report, verify

__all__ = [
    "PLATFORM",
    "Account",
    "AccountType",
    "AlreadyReversed",
    "Balance",
    "Draft",
    "Entry",
    "Fault",
    "Leg",
    "NegativeAmount",
    "Report",
    "Transaction",
    "Unbalanced",
    "balance",
    "balances",
    "book_of",
    "count_entries",
    "credit",
    "debit",
    "entries",
    "find",
    "guards",
    "hold_still",
    "last_id",
    "list_transactions",
    "post",
    "reverse",
    "verify",
]
