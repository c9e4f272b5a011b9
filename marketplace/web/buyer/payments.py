"""Paying an order: off to the processor's page, and back."""

import logging
from collections.abc import Sequence
from enum import StrEnum

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_login import current_user

from marketplace import access, payments
from marketplace.config import Settings
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.extensions import db
from marketplace.ordering import CancelReason, Order, OrderState
from marketplace.payments import Payment, PaymentState, Refund, ReturnUrls
from marketplace.web.buyer import bp
from marketplace.web.forms import Form
from marketplace.web.policy import allow

log = logging.getLogger(__name__)

NOT_ASKED = frozenset({PaymentState.CREATED, PaymentState.UNKNOWN})


class Standing(StrEnum):
    """Where an order stands for the one who pays it; the page says each in words."""

    PAID = "paid"
    SENT_BACK = "sent_back"
    REVIEW = "review"
    WAITING = "waiting"  # the processor works on it, or does not answer
    DECLINED = "declined"
    UNPAID = "unpaid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@bp.post("/orders/<number>/pay")
@allow("buyer")
def pay_order(number: str) -> ResponseReturnValue:
    """Send the buyer to the processor's page; a second press comes to the same page."""
    order = access.get(current_user, Order, number=number)
    settings: Settings = current_app.extensions["settings"]
    here = settings.public_url + url_for("buyer.pay_return", number=order.number)
    try:
        url = payments.start_payment(
            order.id,
            gateway=current_app.extensions["gateway"],
            urls=ReturnUrls(success=here, cancel=here),
            locale=str(get_locale()),
            by=current_user.by,
        )
    except DomainError as refusal:  # the page says where the order stands
        log.info("order %s: %s", number, refusal)
        return redirect(url_for("buyer.pay_return", number=number), 303)
    return redirect(url, 303)


@bp.get("/orders/<number>/payment")
@allow("buyer")
def pay_return(number: str) -> ResponseReturnValue:
    """Say what the processor says about the payment; the address proves nothing."""
    order = access.get(current_user, Order, number=number)
    live = payments.find_live_payment(order.id)
    if live is not None:
        try:
            payments.refresh(live.id, current_app.extensions["gateway"])
        except DomainError as refusal:  # no answer: what we know is shown
            log.warning("payment %s could not be asked about: %s", live.id, refusal)
        db.session.rollback()
        order = access.get(current_user, Order, number=number)
    payment, refunds = payments.find_last_payment(order.id), payments.list_refunds(order.id)
    return render_template(
        "payments/return.html",
        order=order,
        payment=payment,
        refunds=refunds,
        standing=standing_of(order, payment, refunds),
        answered=payment is None or payment.state not in NOT_ASKED,
        form=Form(),
    )


def standing_of(order: Order, payment: Payment | None, refunds: Sequence[Refund]) -> Standing:
    """Say where an order stands for the one who pays it, from our rows alone."""
    if order.state not in (OrderState.PLACED, OrderState.CANCELLED):
        return Standing.PAID
    if refunds:
        return Standing.SENT_BACK
    if payment is not None and payment.state is PaymentState.REVIEW:
        return Standing.REVIEW
    if order.state is OrderState.CANCELLED:
        return Standing.EXPIRED if order.cancel_reason is CancelReason.HOLD_EXPIRED else Standing.CANCELLED
    return _before_payment(order, payment)


def _before_payment(order: Order, payment: Payment | None) -> Standing:
    if payment is not None and payment.state in (*NOT_ASKED, PaymentState.PROCESSING):
        return Standing.WAITING
    if order.hold_until <= clock.now():
        return Standing.EXPIRED
    return Standing.DECLINED if payment is not None and payment.decline_code else Standing.UNPAID
