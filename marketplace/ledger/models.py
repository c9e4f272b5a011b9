"""Tables of the ledger: a header that is posted once, and its legs."""

from datetime import date

from sqlalchemy import CheckConstraint, Enum, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.columns import Code, Instant, Minor, Pk
from marketplace.extensions import Base
from marketplace.ledger.accounts import Account


class Transaction(Base):
    """One fact in one book; it counts once `posted`, and never changes after that."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        UniqueConstraint("book", "reference"),
        UniqueConstraint("reversal_of_id"),
        UniqueConstraint("id", "book"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    book: Mapped[Code]
    reference: Mapped[str] = mapped_column(String(120))
    memo: Mapped[Code]  # a code of what happened, for a page to put into words
    occurred_at: Mapped[Instant]
    business_on: Mapped[date]
    posted: Mapped[bool]
    reversal_of_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_transaction.id"))

    entries: Mapped[list["Entry"]] = relationship(back_populates="transaction", order_by="Entry.id", viewonly=True)


class Entry(Base):
    """One leg, debit positive, with its opaque dimensions; ids only, never names or account numbers."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(["transaction_id", "book"], ["ledger_transaction.id", "ledger_transaction.book"]),
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index(None, "transaction_id"),
        Index(None, "book", "account", "pool"),
        Index(None, "book", "pool"),
        Index(None, "book", "source"),
        Index(None, "book", "party"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    transaction_id: Mapped[int]
    book: Mapped[Code]
    account: Mapped[Account] = mapped_column(
        Enum(
            Account,
            name="account",
            native_enum=False,
            length=40,
            validate_strings=True,
            values_callable=lambda members: [member.value for member in members],
        )
    )
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    pool: Mapped[Code | None]
    party: Mapped[Code | None]
    source: Mapped[Code | None]

    transaction: Mapped[Transaction] = relationship(back_populates="entries", viewonly=True)
