"""Tables of the simulated processor: they are its memory, not ours, and no other package reads them."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.columns import Code, Instant, Minor, Pk, enum_column, only_where
from marketplace.extensions import Base
from marketplace.gateway.base import PaymentStatus, PayoutStatus, RefundStatus


class SimulatedPayment(Base):
    """A payment on the hosted page; its token is the page's address."""

    __tablename__ = "simulated_payment"
    __table_args__ = (
        UniqueConstraint("provider_id"),
        UniqueConstraint("page_token"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("application_fee_minor between 0 and amount_minor", name="application_fee"),
        Index("ix_simulated_payment_open", "expires_at", **only_where("status = 'open'")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    provider_id: Mapped[Code]
    page_token: Mapped[Code]
    account: Mapped[Code] = mapped_column(index=True)
    attempt_id: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    application_fee_minor: Mapped[Minor]
    processor_fee_minor: Mapped[Minor] = mapped_column(default=0)
    description: Mapped[str] = mapped_column(Text)
    locale: Mapped[Code]
    success_url: Mapped[str] = mapped_column(Text)
    cancel_url: Mapped[str] = mapped_column(Text)
    status: Mapped[PaymentStatus] = mapped_column(enum_column(PaymentStatus))
    decline_code: Mapped[Code | None]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]

    refunds: Mapped[list["SimulatedRefund"]] = relationship(back_populates="payment", order_by="SimulatedRefund.id")


class SimulatedRefund(Base):
    """Money that went back to the buyer."""

    __tablename__ = "simulated_refund"
    __table_args__ = (
        UniqueConstraint("provider_id"),
        CheckConstraint("amount_minor > 0 and fee_back_minor >= 0", name="positive"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    provider_id: Mapped[Code]
    payment_id: Mapped[int] = mapped_column(ForeignKey("simulated_payment.id"), index=True)
    amount_minor: Mapped[Minor]
    fee_back_minor: Mapped[Minor]
    reason: Mapped[Code]
    status: Mapped[RefundStatus] = mapped_column(enum_column(RefundStatus))
    created_at: Mapped[Instant]

    payment: Mapped[SimulatedPayment] = relationship(back_populates="refunds")


class SimulatedPayout(Base):
    """A transfer of a merchant's balance to its bank; below zero when the processor took money back."""

    __tablename__ = "simulated_payout"
    __table_args__ = (
        UniqueConstraint("provider_id"),
        CheckConstraint("amount_minor <> 0", name="something"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    provider_id: Mapped[Code]
    account: Mapped[Code] = mapped_column(index=True)
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[PayoutStatus] = mapped_column(enum_column(PayoutStatus))
    created_at: Mapped[Instant]


class SimulatedEvent(Base):
    """An event with the bytes that are sent, the same on every try; it is signed when it is sent."""

    __tablename__ = "simulated_event"
    __table_args__ = (
        UniqueConstraint("event_id"),
        Index("ix_simulated_event_due", "due_at", **only_where("delivered_at is null")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    event_id: Mapped[Code]
    account: Mapped[Code] = mapped_column(index=True)
    type: Mapped[str] = mapped_column(String(80))
    object_id: Mapped[Code]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    due_at: Mapped[Instant]
    delivered_at: Mapped[Instant | None]
    tries: Mapped[int] = mapped_column(default=0)


class SimulatedRequest(Base):
    """A request that was carried out, by its idempotency key."""

    __tablename__ = "simulated_request"
    __table_args__ = (UniqueConstraint("account", "key_token"),)

    id: Mapped[Pk]
    account: Mapped[Code]
    key_token: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[Code]
    created_at: Mapped[Instant]
