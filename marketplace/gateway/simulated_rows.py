"""The simulated processor's memory: found, checked, changed, and shown as snapshots; all inside its transaction."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.core import clock, ids
from marketplace.core.money import UnknownCurrency, exponent
from marketplace.extensions import db
from marketplace.gateway import simulated_events as events
from marketplace.gateway.base import (
    CheckoutRequest,
    CheckoutStart,
    PaymentSnapshot,
    PaymentStatus,
    PayoutSnapshot,
    RefundRequest,
    RefundSnapshot,
    RefundStatus,
)
from marketplace.gateway.errors import GatewayRefused
from marketplace.gateway.models import SimulatedPayment, SimulatedPayout, SimulatedRefund, SimulatedRequest


@dataclass(frozen=True, kw_only=True)
class HostedPage:
    """What the hosted page shows, and where it sends the buyer."""

    token: str
    account: str
    description: str
    amount_minor: int
    currency: str
    locale: str
    status: PaymentStatus
    decline_code: str | None
    expires_at: datetime
    success_url: str
    cancel_url: str


def fingerprint(call: str, parameters: Mapping[str, Any]) -> str:
    """Return what tells two requests apart: the call and all its parameters."""
    written = json.dumps([call, parameters], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def find_done(account: str, key: str, fingerprint: str) -> str | None:
    """Return the object that a request with this key made."""
    done = db.session.scalars(select(SimulatedRequest).filter_by(account=account, key_token=key)).one_or_none()
    if done is not None and done.fingerprint != fingerprint:
        raise GatewayRefused("idempotency")
    return None if done is None else done.object_id


def note_done(account: str, key: str, fingerprint: str, object_id: str) -> None:
    """Remember what object a request with this key made."""
    db.session.add(
        SimulatedRequest(
            account=account, key_token=key, fingerprint=fingerprint, object_id=object_id, created_at=clock.now()
        )
    )


def need_currency(currency: str) -> None:
    """Refuse what ISO 4217 does not know."""
    try:
        exponent(currency)
    except UnknownCurrency as error:
        raise GatewayRefused("currency") from error


def need_open(payment: SimulatedPayment) -> None:
    """Refuse a page that can no longer be paid."""
    if payment.status is not PaymentStatus.OPEN:
        raise GatewayRefused("session_closed")


def open_payment(request: CheckoutRequest) -> SimulatedPayment:
    """Write a payment whose page is open."""
    payment = SimulatedPayment(
        provider_id=f"cs_{ids.new_token()}",
        page_token=ids.new_token(),
        account=request.merchant.account,
        attempt_id=request.attempt_id,
        amount_minor=request.amount_minor,
        currency=request.currency,
        application_fee_minor=request.application_fee_minor,
        processor_fee_minor=0,
        description=request.description,
        locale=request.locale,
        success_url=request.success_url,
        cancel_url=request.cancel_url,
        status=PaymentStatus.OPEN,
        created_at=clock.now(),
        expires_at=request.expires_at,
    )
    db.session.add(payment)
    return payment


def close_payment(payment: SimulatedPayment) -> None:
    """Close an open page; any other stays as it is."""
    if payment.status is PaymentStatus.OPEN:
        payment.status = PaymentStatus.CANCELLED
        events.emit_payment(events.EXPIRED, payment)


def get_payment(account: str, provider_id: str) -> SimulatedPayment:
    """Return and lock a merchant's payment; refused with `not_found`."""
    payment = db.session.scalars(
        select(SimulatedPayment).filter_by(account=account, provider_id=provider_id).with_for_update()
    ).one_or_none()
    if payment is None:
        raise GatewayRefused("not_found")
    return payment


def get_by_token(token: str, *, lock: bool = False) -> SimulatedPayment:
    """Return the payment of a page; refused with `not_found`."""
    query = select(SimulatedPayment).filter_by(page_token=token)
    payment = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if payment is None:
        raise GatewayRefused("not_found")
    return payment


def get_refund(account: str, provider_id: str) -> SimulatedRefund:
    """Return and lock a merchant's refund; refused with `not_found`."""
    refund = db.session.scalars(
        select(SimulatedRefund)
        .join(SimulatedRefund.payment)
        .where(SimulatedPayment.account == account, SimulatedRefund.provider_id == provider_id)
        .with_for_update()
    ).one_or_none()
    if refund is None:
        raise GatewayRefused("not_found")
    return refund


def check_refund(request: RefundRequest, payment: SimulatedPayment) -> None:
    """Refuse more than was captured, of the money or of the platform's fee; several refunds count together."""
    if type(request.amount_minor) is not int or request.amount_minor <= 0 or request.fee_back_minor < 0:
        raise GatewayRefused("amount")
    if request.currency != payment.currency:
        raise GatewayRefused("currency")
    if payment.status is not PaymentStatus.SUCCEEDED:
        raise GatewayRefused("not_paid")
    gone = [refund for refund in payment.refunds if refund.status is not RefundStatus.FAILED]
    if sum(refund.amount_minor for refund in gone) + request.amount_minor > payment.amount_minor:
        raise GatewayRefused("more_than_captured")
    if sum(refund.fee_back_minor for refund in gone) + request.fee_back_minor > payment.application_fee_minor:
        raise GatewayRefused("more_than_fee")


def balance_of(account: str, currency: str) -> int:
    """Return what the merchant has with the processor: captured less fees and refunds, less what was paid out."""
    payments = db.session.scalars(
        select(SimulatedPayment)
        .where(SimulatedPayment.account == account, SimulatedPayment.currency == currency)
        .where(SimulatedPayment.status == PaymentStatus.SUCCEEDED)
        .options(selectinload(SimulatedPayment.refunds))
        .order_by(SimulatedPayment.id)
        .with_for_update()  # so that two payouts at once never transfer one balance
    ).all()
    balance_minor = 0
    for payment in payments:
        balance_minor += payment.amount_minor - payment.processor_fee_minor - payment.application_fee_minor
        for refund in payment.refunds:
            if refund.status is not RefundStatus.FAILED:
                balance_minor += refund.fee_back_minor - refund.amount_minor
    paid_out = db.session.scalars(
        select(SimulatedPayout.amount_minor).filter_by(account=account, currency=currency)
    ).all()
    return balance_minor - sum(paid_out)


def start_of(payment: SimulatedPayment) -> CheckoutStart:
    """Return where to send the buyer; the address is relative, for the page is on our own site."""
    return CheckoutStart(
        provider_id=payment.provider_id, url=f"/sim-pay/{payment.page_token}", expires_at=payment.expires_at
    )


def snapshot_of(payment: SimulatedPayment) -> PaymentSnapshot:
    """Return a payment as others see it."""
    return PaymentSnapshot(
        provider_id=payment.provider_id,
        account=payment.account,
        attempt_id=payment.attempt_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        status=payment.status,
        processor_fee_minor=payment.processor_fee_minor,
        application_fee_minor=payment.application_fee_minor,
        decline_code=payment.decline_code,
        refunds=tuple(refund_snapshot(refund) for refund in payment.refunds),
    )


def refund_snapshot(refund: SimulatedRefund) -> RefundSnapshot:
    """Return a refund as others see it."""
    return RefundSnapshot(
        provider_id=refund.provider_id,
        payment_provider_id=refund.payment.provider_id,
        amount_minor=refund.amount_minor,
        currency=refund.payment.currency,
        fee_back_minor=refund.fee_back_minor,
        status=refund.status,
    )


def payout_snapshot(payout: SimulatedPayout) -> PayoutSnapshot:
    """Return a payout as others see it."""
    return PayoutSnapshot(
        provider_id=payout.provider_id,
        account=payout.account,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        status=payout.status,
    )


def page_of(payment: SimulatedPayment) -> HostedPage:
    """Return what the hosted page shows; a page whose time is over shows as cancelled."""
    over = payment.status is PaymentStatus.OPEN and payment.expires_at <= clock.now()
    return HostedPage(
        token=payment.page_token,
        account=payment.account,
        description=payment.description,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        locale=payment.locale,
        status=PaymentStatus.CANCELLED if over else payment.status,
        decline_code=payment.decline_code,
        expires_at=payment.expires_at,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
    )
