"""Posting and reversing."""

import hashlib
from datetime import date

from sqlalchemy import insert, select

from marketplace.core import clock
from marketplace.extensions import db
from marketplace.ledger.draft import Draft, Leg
from marketplace.ledger.errors import AlreadyReversed, Unbalanced
from marketplace.ledger.models import Entry, Transaction


def post(book: str, draft: Draft) -> Transaction:
    """Post a draft to a book; the database refuses what does not balance and a reference that was used."""
    return _post(book, draft, None)


def reverse(original: Transaction, on: date) -> Transaction:
    """Post the mirror of a transaction, from its stored legs, once; raises AlreadyReversed."""
    if db.session.scalar(select(Transaction.id).where(Transaction.reversal_of_id == original.id)) is not None:
        raise AlreadyReversed(reference=original.reference)
    entries = db.session.scalars(select(Entry).where(Entry.transaction_id == original.id).order_by(Entry.id))
    legs = [Leg(e.account, -e.amount_minor, e.currency, e.pool, e.party, e.source) for e in entries]
    return _post(original.book, Draft(f"{original.reference}:reversed", on, legs, original.memo), original.id)


def hold_still(book: str) -> None:
    """Wait for the postings to a book that are under way, and let none begin before this transaction ends."""
    _lock(book, shared=False)


def _post(book: str, draft: Draft, reversal_of_id: int | None) -> Transaction:
    if draft.is_empty:
        raise Unbalanced(reference=draft.reference, sums={})
    _lock(book, shared=True)
    header = Transaction(
        book=book,
        reference=draft.reference,
        memo=draft.memo,
        occurred_at=clock.now(),
        business_on=draft.business_on,
        posted=False,
        reversal_of_id=reversal_of_id,
    )
    db.session.add(header)
    db.session.flush()
    db.session.execute(
        insert(Entry),
        [
            {
                "transaction_id": header.id,
                "book": book,
                "account": leg.account,
                "amount_minor": leg.amount_minor,
                "currency": leg.currency,
                "pool": leg.pool,
                "party": leg.party,
                "source": leg.source,
            }
            for leg in draft.legs
        ],
    )
    header.posted = True
    db.session.flush()
    return header


def _lock(book: str, *, shared: bool) -> None:
    """Take the book's lock until the transaction ends; SQLite has one writer, so it needs none.

    Postings share it. Without the lock a lower id could be committed after a higher one was read, and a snapshot
    "up to this id" would never see it.
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"ledger:{book}".encode()).digest()[:8], "big", signed=True)
        name = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        connection.exec_driver_sql(f"select {name}(%s)", (key,))
