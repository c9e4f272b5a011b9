"""Named reads of posted entries; amounts in minor units, debit positive."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager

from marketplace.core.money import MixedCurrency
from marketplace.extensions import db
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import Entry, Transaction
from marketplace.ledger.service import hold_still

Filter = str | Collection[str] | None
DIMENSIONS = ("account", "pool", "party", "source")


class Balance(NamedTuple):
    """A sum of posted entries; a dimension that was not asked for is None."""

    account: Account | None
    pool: str | None
    party: str | None
    source: str | None
    currency: str
    amount_minor: int


def balances(  # noqa: PLR0913
    book: str,
    *,
    by: Sequence[str] = ("account",),
    account: Filter = None,
    pool: Filter = None,
    party: Filter = None,
    source: Filter = None,
    after: int | None = None,
    until: int | None = None,
) -> list[Balance]:
    """Sum a book by dimensions and currency, in their order; sums of nothing are left out.

    `by` names some of account, pool, party, source. A filter is a value or several. `after` and `until` are ids of
    transactions, as from `last_id`: those above the first, up to and with the second.
    """
    columns = {name: getattr(Entry, name) for name in DIMENSIONS if name in by}
    if len(columns) != len(by):
        raise ValueError(f"not a dimension: {by}")
    wanted = _wanted(book, account=account, pool=pool, party=party, source=source, after=after, until=until)
    keys = (*columns.values(), Entry.currency)
    total = func.sum(Entry.amount_minor)
    rows = db.session.execute(
        select(*keys, total).join(Entry.transaction).where(*wanted).group_by(*keys).having(total != 0)
    )
    found = []
    for row in rows:
        values: dict[str, Any] = dict.fromkeys(DIMENSIONS) | dict(zip(columns, row[:-2], strict=True))
        found.append(Balance(**values, currency=row[-2], amount_minor=int(row[-1])))
    return sorted(found, key=lambda b: tuple(str(value or "") for value in b[:5]))


def balance(
    book: str,
    account: Account,
    *,
    pool: Filter = None,
    party: Filter = None,
    source: Filter = None,
    currency: str | None = None,
    until: int | None = None,
) -> int:
    """Return the balance of an account; raises MixedCurrency when no currency was named and there are several."""
    rows = [
        row
        for row in balances(book, by=(), account=account, pool=pool, party=party, source=source, until=until)
        if currency in (None, row.currency)
    ]
    if len(rows) > 1:
        raise MixedCurrency(currencies=[row.currency for row in rows])
    return rows[0].amount_minor if rows else 0


def entries(  # noqa: PLR0913
    book: str,
    *,
    account: Filter = None,
    pool: Filter = None,
    party: Filter = None,
    source: Filter = None,
    after: int | None = None,
    until: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Entry]:
    """List posted entries in the order of their posting, each with its transaction; filters as in `balances`."""
    wanted = _wanted(book, account=account, pool=pool, party=party, source=source, after=after, until=until)
    return db.session.scalars(
        select(Entry)
        .join(Entry.transaction)
        .options(contains_eager(Entry.transaction))
        .where(*wanted)
        .order_by(Entry.id)
        .limit(limit)
        .offset(offset)
    ).all()


def count_entries(
    book: str,
    *,
    account: Filter = None,
    pool: Filter = None,
    party: Filter = None,
    source: Filter = None,
    until: int | None = None,
) -> int:
    """Count the posted entries that `entries` lists."""
    wanted = _wanted(book, account=account, pool=pool, party=party, source=source, after=None, until=until)
    return db.session.scalar(select(func.count(Entry.id)).join(Entry.transaction).where(*wanted)) or 0


def find(reference: str, book: str) -> Transaction | None:
    """Find a posted transaction by its reference."""
    return db.session.scalar(
        select(Transaction).where(Transaction.book == book, Transaction.reference == reference, Transaction.posted)
    )


def list_transactions(book: str, references: Collection[str]) -> Sequence[Transaction]:
    """List the posted transactions of these references, in the order of their posting."""
    return db.session.scalars(
        select(Transaction)
        .where(Transaction.book == book, Transaction.reference.in_(references), Transaction.posted)
        .order_by(Transaction.id)
    ).all()


def last_id(book: str) -> int:
    """Return the id of the newest transaction of a book, 0 when there is none; a snapshot holds all up to it.

    Call it inside the transaction that stores the snapshot: no posting with a lower id can come after it.
    """
    hold_still(book)
    return db.session.scalar(select(func.max(Transaction.id)).where(Transaction.book == book, Transaction.posted)) or 0


def _wanted(book: str, *, after: int | None, until: int | None, **filters: Filter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Entry.book == book, Transaction.posted.is_(True)]
    for name, value in filters.items():
        column = getattr(Entry, name)
        if isinstance(value, str):
            wanted.append(column == value)
        elif value is not None:
            wanted.append(column.in_(value))
    if after is not None:
        wanted.append(Entry.transaction_id > after)
    if until is not None:
        wanted.append(Entry.transaction_id <= until)
    return wanted
