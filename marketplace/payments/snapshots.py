"""What the processor says about a payment, put into our books: once, whatever order the news comes in."""

import logging

from marketplace import ledger, notifications, ordering, queue, trail
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.gateway import PaymentSnapshot, PaymentStatus
from marketplace.ordering import CancelReason, Order, OrderState
from marketplace.payments import postings
from marketplace.payments.errors import SnapshotOfAnother
from marketplace.payments.models import Payment
from marketplace.payments.queries import find_live_payment, find_refund, lock_payment
from marketplace.payments.refund_execution import apply_refund
from marketplace.payments.refunds import request_refund
from marketplace.payments.states import RANK, PaymentState, RefundReason

log = logging.getLogger(__name__)

STATES = {
    PaymentStatus.OPEN: PaymentState.OPEN,
    PaymentStatus.PROCESSING: PaymentState.PROCESSING,
    PaymentStatus.SUCCEEDED: PaymentState.SUCCEEDED,
    PaymentStatus.FAILED: PaymentState.FAILED,
    PaymentStatus.CANCELLED: PaymentState.CANCELLED,
}


def apply_snapshot(payment: Payment, snapshot: PaymentSnapshot) -> Payment:
    """Bring a payment up to what the processor says now; the only writer of what a payment came to.

    Ranks only rise, so a late or repeated snapshot changes nothing. Money that came is booked; if it is what the order
    asks for, the order is paid. An order whose goods were freed when its hold ran out is not paid late, even if such
    goods are in store again: the whole payment goes back at once, and so does one for an order that was cancelled or
    that another payment had paid. As long as the goods are still held for the order, money that comes late counts.
    Raises SnapshotOfAnother.
    """
    payment = lock_payment(payment.id)
    if payment.provider_id is None and payment.attempt_id == snapshot.attempt_id:
        payment.provider_id = snapshot.provider_id  # the answer that named it was lost
    if payment.provider_id != snapshot.provider_id:
        raise SnapshotOfAnother(payment_id=payment.id)
    state = _judge(payment, snapshot)
    if RANK[state] > RANK[payment.state] and payment.state is not PaymentState.REVIEW:
        _move(payment, state, snapshot)
    elif RANK[payment.state] < RANK[PaymentState.FAILED]:
        payment.decline_code = snapshot.decline_code
    for refund in snapshot.refunds:
        known = find_refund(payment.id, refund.provider_id)
        if known is not None:
            apply_refund(known, refund)
    db.session.flush()
    return payment


def _judge(payment: Payment, snapshot: PaymentSnapshot) -> PaymentState:
    state = STATES[snapshot.status]
    order = payment.order
    asked = (payment.account, order.total_minor, order.currency, payment.platform_fee_minor)
    got = (snapshot.account, snapshot.amount_minor, snapshot.currency, snapshot.application_fee_minor)
    return PaymentState.REVIEW if state is PaymentState.SUCCEEDED and asked != got else state


def _move(payment: Payment, state: PaymentState, snapshot: PaymentSnapshot) -> None:
    before, payment.state = payment.state, state
    payment.decline_code = None if state is PaymentState.SUCCEEDED else snapshot.decline_code
    trail.record(
        f"payment.{state.value}",
        f"payment:{payment.id}",
        by=None,
        cooperative_id=payment.cooperative_id,
        before={"state": before.value},
        after={"amount_minor": snapshot.amount_minor, "currency": snapshot.currency},
    )
    if state not in (PaymentState.SUCCEEDED, PaymentState.REVIEW):
        return
    payment.succeeded_at, payment.processor_fee_minor = clock.now(), snapshot.processor_fee_minor
    if state is PaymentState.REVIEW:
        log.error("payment %s is not what its order asks for: goods are not released", payment.id)
        payment.platform_fee_minor = snapshot.application_fee_minor  # what was taken, so what a refund gives back
    if snapshot.account == payment.account:
        _book(payment, snapshot)
    if state is PaymentState.SUCCEEDED:
        _settle(payment, payment.order)


def _book(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Post the money and the fees that were taken from it, in the cooperative's book and in the platform's."""
    order = payment.order
    book, on = ledger.book_of(order.cooperative_id), clock.today(order.cooperative.zone)
    if payment.state is PaymentState.SUCCEEDED:
        ledger.post(book, postings.payment_received(payment, order, on))
    else:
        received = (snapshot.amount_minor, snapshot.currency)
        ledger.post(book, postings.payment_unmatched(payment, order, received, on))
    sold: dict[str, int] = {}
    for line in order.lines:
        sold[line.season.pool] = sold.get(line.season.pool, 0) + line.amount_minor
    taken = (snapshot.processor_fee_minor, snapshot.application_fee_minor, snapshot.currency)
    if snapshot.processor_fee_minor + snapshot.application_fee_minor:
        ledger.post(book, postings.fees_taken(payment, order, taken, sold, on))
    if snapshot.application_fee_minor:
        ledger.post(ledger.PLATFORM, postings.platform_fee_received(payment, order, taken[1:], on))


def _settle(payment: Payment, order: Order) -> None:
    """Let the money pay its order, or send it back."""
    if order.state is OrderState.PLACED and ordering.mark_paid(order):
        other = find_live_payment(order.id)
        if other is not None:
            queue.enqueue("payments.cancel_at_processor", {"payment": other.id})
        notifications.enqueue(
            "payment.received",
            order.user_id,
            order.user.locale,
            {"order": order.number, "amount_minor": payment.amount_minor, "currency": payment.currency},
            dedupe=f"payment:{payment.id}:received",
        )
        return
    if order.state is OrderState.PLACED:
        ordering.cancel(order, CancelReason.GOODS_GONE, by=None)
    request_refund(payment, payment.amount_minor, _why_back(order), by=None)


def _why_back(order: Order) -> RefundReason:
    if order.state is not OrderState.CANCELLED:
        return RefundReason.PAID_TWICE
    if order.cancel_reason in (CancelReason.HOLD_EXPIRED, CancelReason.GOODS_GONE):
        return RefundReason.GOODS_GONE
    return RefundReason.LATE
