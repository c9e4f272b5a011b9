"""Tables of money out: batches and the payouts in them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative, Member
from marketplace.core.columns import Code, Instant, Minor, Name, Pk, Secret, enum_column, only_where
from marketplace.distribution import Allocation, Run
from marketplace.extensions import Base
from marketplace.identity import User
from marketplace.payouts.states import BatchState, PayoutState


class PayoutBatch(Base):
    """The payouts of a checked run that go to the bank in one file."""

    __tablename__ = "payout_batch"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "number"),
        UniqueConstraint("cooperative_id", "form_token"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    number: Mapped[int]
    state: Mapped[BatchState] = mapped_column(enum_column(BatchState))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[Minor]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    bank_file: Mapped[Secret | None] = mapped_column(deferred=True)  # as it was sent; never made again
    bank_file_hash: Mapped[str | None] = mapped_column(String(64))
    form_token: Mapped[Code]

    cooperative: Mapped[Cooperative] = relationship()
    run: Mapped[Run] = relationship()
    made_by: Mapped[User] = relationship()


class Payout(Base):
    """One transfer for one allocation; at most one is live."""

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("batch_id", "allocation_id"),
        Index("uq_payout_live", "allocation_id", unique=True, **only_where("state in ('draft', 'sent', 'settled')")),
        CheckConstraint("amount_minor > 0", name="positive"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batch.id"), index=True)
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocation.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    reference: Mapped[Code]  # EndToEndId: at most 35 ASCII characters
    state: Mapped[PayoutState] = mapped_column(enum_column(PayoutState))
    amount_minor: Mapped[Minor]
    payee: Mapped[Name]
    bank_name: Mapped[Name]
    bank_account: Mapped[Secret] = mapped_column(deferred=True)
    bank_last4: Mapped[str] = mapped_column(String(4))
    settled_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    return_reason: Mapped[str] = mapped_column(String(200), default="")
    confirmed_at: Mapped[Instant | None]  # by the household itself

    batch: Mapped[PayoutBatch] = relationship()
    allocation: Mapped[Allocation] = relationship()
    member: Mapped[Member] = relationship()
