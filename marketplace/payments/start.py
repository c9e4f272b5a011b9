"""Opening a payment at the processor: the row first, then the call, then what came of it."""

import logging
from dataclasses import dataclass

from sqlalchemy import select

from marketplace import trail
from marketplace.core import clock, ids
from marketplace.core.errors import NotFound
from marketplace.extensions import atomic, db
from marketplace.gateway import CheckoutRequest, GatewayRefused, GatewayUnknown, MerchantRef, PaymentGateway
from marketplace.ordering import Order, OrderState
from marketplace.payments.errors import HoldOver, NotPayable, PaymentRefused, PaymentUnknown
from marketplace.payments.models import Payment
from marketplace.payments.queries import find_live_payment, lock_payment
from marketplace.payments.states import RANK, PaymentState

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReturnUrls:
    """Where the processor sends the buyer: after paying, and after turning back."""

    success: str
    cancel: str


def start_payment(
    order_id: int, *, gateway: PaymentGateway, urls: ReturnUrls, locale: str, by: int | None = None
) -> str:
    """Return the address of the processor's page for an order; while a payment is live it is always the same one.

    The page is open as long as the goods are held. Raises NotPayable, HoldOver; PaymentUnknown when the processor did
    not answer (the same call asks again, under the same key) and PaymentRefused when it does not take the order.
    """
    with atomic():
        payment = _find_or_add(order_id, gateway.name, urls, locale, by)
        payment_id, url = payment.id, payment.checkout_url
    return url or ask(payment_id, gateway)


def ask(payment_id: int, gateway: PaymentGateway) -> str:
    """Ask the processor to open a payment, under its stored key; return the page's address.

    Raises PaymentUnknown, PaymentRefused.
    """
    payment = db.session.get_one(Payment, payment_id)
    request, key = _request(payment), payment.key
    db.session.rollback()  # no transaction stays open during the call
    try:
        started = gateway.start_checkout(request, key)
    except GatewayUnknown:
        with atomic():
            _advance(payment_id, PaymentState.UNKNOWN)
        raise PaymentUnknown(payment_id=payment_id) from None
    except GatewayRefused as refusal:
        log.exception("payment %s was refused by %s: %s", payment_id, gateway.name, refusal.code)
        # another request under this key was carried out: it may be paid, so it has not failed
        state = PaymentState.UNKNOWN if refusal.code == "idempotency" else PaymentState.FAILED
        with atomic():
            _advance(payment_id, state)
        raise PaymentRefused(payment_id=payment_id) from refusal
    with atomic():
        payment = _advance(payment_id, PaymentState.OPEN)
        payment.provider_id, payment.checkout_url = started.provider_id, started.url
        return started.url


def _find_or_add(order_id: int, gateway: str, urls: ReturnUrls, locale: str, by: int | None) -> Payment:
    order = db.session.scalars(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound(kind="Order")
    if order.state is not OrderState.PLACED:
        raise NotPayable(number=order.number)
    if order.hold_until <= clock.now():
        raise HoldOver(number=order.number)
    live = find_live_payment(order.id)
    if live is not None:
        return live
    payment = Payment(
        order=order,
        cooperative_id=order.cooperative_id,
        gateway=gateway,
        account=order.cooperative.merchant_account,
        key=ids.new_token(),
        success_url=urls.success,
        cancel_url=urls.cancel,
        description=f"{order.cooperative.name} · {order.number}",
        locale=locale,
        amount_minor=order.total_minor,
        currency=order.currency,
        platform_fee_minor=sum(line.fee_minor for line in order.lines),
        state=PaymentState.CREATED,
        created_at=clock.now(),
        expires_at=order.hold_until,
    )
    db.session.add(payment)
    db.session.flush()
    trail.record(
        "payment.started",
        f"payment:{payment.id}",
        by=by,
        cooperative_id=order.cooperative_id,
        after={"order": order.id, "amount_minor": payment.amount_minor, "currency": payment.currency},
    )
    return payment


def _request(payment: Payment) -> CheckoutRequest:
    return CheckoutRequest(
        merchant=MerchantRef(payment.account),
        attempt_id=payment.attempt_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        application_fee_minor=payment.platform_fee_minor,
        description=payment.description,
        locale=payment.locale,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        expires_at=payment.expires_at,
    )


def _advance(payment_id: int, state: PaymentState) -> Payment:
    payment = lock_payment(payment_id)
    if RANK[state] > RANK[payment.state]:
        payment.state = state
    return payment
