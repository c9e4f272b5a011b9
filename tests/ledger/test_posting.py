"""Posting, reversing, reading; what the ledger refuses."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from marketplace import ledger
from marketplace.core.money import MixedCurrency, UnknownCurrency
from marketplace.extensions import atomic, db
from marketplace.ledger import Account, Draft, Entry, Transaction, credit, debit

BOOK = ledger.book_of(1)
DAY = date(2026, 9, 1)


def payment(reference: str = "payment:1", amount_minor: int = 10_000, *, currency: str = "CNY") -> Draft:
    return Draft(
        reference,
        DAY,
        [
            debit(Account.CLEARING, amount_minor, currency, source="order:1"),
            credit(Account.BUYER_ADVANCES, amount_minor, currency, party="buyer:1", source="order:1"),
        ],
    )


def test_a_posting_counts_and_reads_back(session):
    with atomic():
        posted = ledger.post(BOOK, payment())
    assert (posted.posted, posted.memo, posted.reference) == (True, "payment", "payment:1")
    assert ledger.balance(BOOK, Account.CLEARING) == 10_000
    assert ledger.balance(BOOK, Account.BUYER_ADVANCES, source="order:1") == -10_000
    assert ledger.balance(BOOK, Account.BUYER_ADVANCES, source="order:2") == 0
    assert ledger.balance(ledger.PLATFORM, Account.CLEARING) == 0
    found = ledger.find("payment:1", BOOK)
    assert found is not None
    assert found.id == posted.id == ledger.last_id(BOOK)
    assert ledger.find("payment:1", ledger.PLATFORM) is None
