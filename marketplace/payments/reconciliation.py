"""Asking the processor about what we have not heard of: on the return page, after a cancellation, and by the clock."""

import logging
from datetime import timedelta

from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic, db
from marketplace.gateway import GatewayRefused, MerchantRef, PaymentGateway
from marketplace.payments.errors import PaymentRefused
from marketplace.payments.models import Payment, Refund
from marketplace.payments.refund_execution import apply_refund, execute_refund
from marketplace.payments.rules import KEY_LIVES
from marketplace.payments.snapshots import apply_snapshot
from marketplace.payments.start import ask
from marketplace.payments.states import LIVE, RefundState

log = logging.getLogger(__name__)

QUIET = timedelta(minutes=15)


def refresh(payment_id: int, gateway: PaymentGateway) -> None:
    """Fetch a payment that may still change and put down what the processor says; raises GatewayUnknown."""
    payment = db.session.get_one(Payment, payment_id)
    live, merchant, provider_id = payment.state in LIVE, MerchantRef(payment.account), payment.provider_id
    db.session.rollback()  # no transaction stays open during the call
    if not live or provider_id is None:
        return
    snapshot = gateway.fetch_payment(merchant, provider_id)
    with atomic():
        apply_snapshot(db.session.get_one(Payment, payment_id), snapshot)


def cancel_at_processor(payment_id: int, gateway: PaymentGateway) -> None:
    """Close a payment's page at the processor, so that nobody pays for an order that is off; raises GatewayUnknown.

    If the buyer was faster, the payment counts as late and goes back.
    """
    _learn_its_name(payment_id, gateway)
    payment = db.session.get_one(Payment, payment_id)
    live, merchant, provider_id, key = (
        payment.state in LIVE,
        MerchantRef(payment.account),
        payment.provider_id,
        payment.key,
    )
    db.session.rollback()
    if not live or provider_id is None:
        return
    try:
        snapshot = gateway.cancel_payment(merchant, provider_id, f"{key}:cancel")
    except GatewayRefused as refusal:
        if refusal.code != "already_paid":
            raise
        snapshot = gateway.fetch_payment(merchant, provider_id)
    with atomic():
        apply_snapshot(db.session.get_one(Payment, payment_id), snapshot)


def reconcile(gateway: PaymentGateway) -> int:
    """Ask about every payment and refund that has not come to its end for 15 minutes; return how many there were."""
    since = clock.now() - QUIET
    payments = db.session.scalars(
        select(Payment.id)
        .where(Payment.gateway == gateway.name, Payment.state.in_(LIVE), Payment.created_at <= since)
        .order_by(Payment.id)
    ).all()
    refunds = db.session.scalars(
        select(Refund.id)
        .join(Refund.payment)
        .where(Payment.gateway == gateway.name, Refund.asked_at <= since)
        .where(Refund.state.in_((RefundState.REQUESTED, RefundState.PENDING)))
        .order_by(Refund.id)
    ).all()
    for payment_id in payments:
        try:
            _learn_its_name(payment_id, gateway)
            refresh(payment_id, gateway)
        except DomainError as error:  # one that cannot be asked about does not stop the others
            log.warning("payment %s: %s", payment_id, error)
    for refund_id in refunds:
        try:
            _settle_refund(refund_id, gateway)
        except DomainError as error:
            log.warning("refund %s: %s", refund_id, error)
    return len(payments) + len(refunds)


def _learn_its_name(payment_id: int, gateway: PaymentGateway) -> None:
    """Ask once more, under the stored key, for a payment whose answer was lost; never with a key that is too old."""
    payment = db.session.get_one(Payment, payment_id)
    lost = payment.state in LIVE and payment.provider_id is None
    too_old = clock.now() - payment.created_at > KEY_LIVES
    db.session.rollback()
    if lost and too_old:
        log.error("payment %s has no name at the processor and its key is too old: look it up there", payment_id)
    elif lost:
        try:
            ask(payment_id, gateway)
        except PaymentRefused:
            log.info("payment %s never stood at the processor", payment_id)


def _settle_refund(refund_id: int, gateway: PaymentGateway) -> None:
    refund = db.session.get_one(Refund, refund_id)
    merchant, provider_id = MerchantRef(refund.payment.account), refund.provider_id
    db.session.rollback()
    if provider_id is None:
        execute_refund(refund_id, gateway)
        return
    snapshot = gateway.fetch_refund(merchant, provider_id)
    with atomic():
        apply_refund(db.session.get_one(Refund, refund_id), snapshot)
