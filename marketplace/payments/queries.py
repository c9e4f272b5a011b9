"""Named reads of payments; the locking ones are always taken in the order order, payment, refund."""

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.ordering import Order
from marketplace.payments.models import Payment, Refund
from marketplace.payments.states import LIVE, PaymentState


def lock_payment(payment_id: int) -> Payment:
    """Load a payment and hold it and its order until the transaction ends; call inside atomic()."""
    db.session.flush()
    order_id = db.session.scalar(select(Payment.order_id).where(Payment.id == payment_id))
    db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)
    return db.session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)


def lock_refund(refund_id: int) -> Refund:
    """Load a refund and hold it, its payment and its order until the transaction ends; call inside atomic()."""
    payment_id = db.session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    lock_payment(payment_id or 0)
    return db.session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def find_live_payment(order_id: int) -> Payment | None:
    """Find the one payment of an order that may still succeed."""
    return db.session.scalar(select(Payment).where(Payment.order_id == order_id, Payment.state.in_(LIVE)))


def find_payment(account: str, provider_id: str) -> Payment | None:
    """Find a payment by its name at the processor."""
    return db.session.scalar(select(Payment).where(Payment.account == account, Payment.provider_id == provider_id))


def find_refund(payment_id: int, provider_id: str) -> Refund | None:
    """Find a refund of a payment by its name at the processor."""
    return db.session.scalar(select(Refund).where(Refund.payment_id == payment_id, Refund.provider_id == provider_id))


def is_refund_known(provider_id: str) -> bool:
    """Say whether a refund at the processor is one of ours."""
    return db.session.scalar(select(Refund.id).where(Refund.provider_id == provider_id)) is not None


def has_nameless_refund(payment_id: int) -> bool:
    """Say whether a refund of a payment was asked for of which the processor's name is not known yet."""
    return (
        db.session.scalar(
            select(Refund.id).where(Refund.payment_id == payment_id, Refund.provider_id.is_(None)).limit(1)
        )
        is not None
    )


def find_last_payment(order_id: int) -> Payment | None:
    """Find the payment that says most about an order: the one that succeeded first, else the newest."""
    return db.session.scalar(
        select(Payment)
        .where(Payment.order_id == order_id)
        .order_by((Payment.state == PaymentState.SUCCEEDED).desc(), Payment.succeeded_at, Payment.id.desc())
        .limit(1)
    )


def list_payments(order_id: int) -> Sequence[Payment]:
    """List all tries to pay an order, oldest first."""
    return db.session.scalars(select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)).all()


def list_refunds(order_id: int) -> Sequence[Refund]:
    """List the refunds of an order, oldest first."""
    return db.session.scalars(
        select(Refund).join(Refund.payment).where(Payment.order_id == order_id).order_by(Refund.id)
    ).all()


def refunded_minor(payment_id: int) -> tuple[int, int]:
    """Sum what was promised back of a payment, and of the platform's fee in it; what failed is still owed."""
    amount, fee = db.session.execute(
        select(
            func.coalesce(func.sum(Refund.amount_minor), 0), func.coalesce(func.sum(Refund.fee_back_minor), 0)
        ).where(Refund.payment_id == payment_id)
    ).one()
    return int(amount), int(fee)
