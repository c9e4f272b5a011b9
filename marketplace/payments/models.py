"""Tables of money in: payments, refunds, the inbox of the processor's events, and what the processor paid out to us."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative
from marketplace.core.columns import Code, Instant, Minor, Pk, enum_column, only_where
from marketplace.extensions import Base
from marketplace.identity import User
from marketplace.ordering import Order
from marketplace.payments.states import EventState, PaymentState, RefundReason, RefundState


class Payment(Base):
    """One try to pay one order; at most one is live at a time."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("account", "provider_id"),
        Index(
            "uq_payment_live",
            "order_id",
            unique=True,
            **only_where("state in ('created', 'unknown', 'open', 'processing')"),
        ),
        CheckConstraint("amount_minor > 0", name="positive"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    gateway: Mapped[Code]
    account: Mapped[Code]  # the cooperative's own at the processor
    key: Mapped[Code]  # idempotency, stored before the call
    provider_id: Mapped[Code | None]
    checkout_url: Mapped[str | None] = mapped_column(String(500))
    success_url: Mapped[str] = mapped_column(String(500))  # where the processor sends the buyer back to
    cancel_url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(120))
    locale: Mapped[str] = mapped_column(String(10))  # these four so that a second try asks for exactly the same
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    platform_fee_minor: Mapped[Minor]
    processor_fee_minor: Mapped[Minor] = mapped_column(default=0)  # known when it succeeded
    state: Mapped[PaymentState] = mapped_column(enum_column(PaymentState))
    decline_code: Mapped[Code | None]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    succeeded_at: Mapped[Instant | None]

    order: Mapped[Order] = relationship()
    cooperative: Mapped[Cooperative] = relationship()

    @property
    def attempt_id(self) -> str:
        """The payment's name in the processor's metadata, by which a payment is found that we lost sight of."""
        return f"payment:{self.id}"


class Refund(Base):
    """Money that goes back to the buyer: the parts of it that leave goods, delivery and tax are in the ledger."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("provider_id"),
        CheckConstraint("amount_minor > 0 and fee_back_minor >= 0", name="positive"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    amount_minor: Mapped[Minor]
    fee_back_minor: Mapped[Minor]  # of the platform's fee
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[RefundReason] = mapped_column(enum_column(RefundReason))
    state: Mapped[RefundState] = mapped_column(enum_column(RefundState))
    attempt: Mapped[int] = mapped_column(default=1)
    key: Mapped[Code]
    provider_id: Mapped[Code | None]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    requested_at: Mapped[Instant]
    asked_at: Mapped[Instant]  # when the key of this attempt was made
    done_at: Mapped[Instant | None]

    payment: Mapped[Payment] = relationship()
    requested_by: Mapped[User | None] = relationship()


class ProcessorEvent(Base):
    """The inbox: an event of the processor, once per account and event id; only a hint to fetch the object."""

    __tablename__ = "processor_event"
    __table_args__ = (
        UniqueConstraint("gateway", "account", "event_id"),
        Index("ix_processor_event_received", "due_at", **only_where("state = 'received'")),
    )

    id: Mapped[Pk]
    gateway: Mapped[Code]
    account: Mapped[Code]
    event_id: Mapped[Code]
    type: Mapped[str] = mapped_column(String(80))
    object_id: Mapped[Code]
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[Instant]
    state: Mapped[EventState] = mapped_column(enum_column(EventState))
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    last_error: Mapped[str] = mapped_column(String(500), default="")


class ProcessorPayout(Base):
    """What the processor transferred to the cooperative's bank account."""

    __tablename__ = "processor_payout"
    __table_args__ = (UniqueConstraint("account", "provider_id"), {"sqlite_autoincrement": True})

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    account: Mapped[Code]
    provider_id: Mapped[Code]
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    paid_on: Mapped[date]

    cooperative: Mapped[Cooperative] = relationship()
