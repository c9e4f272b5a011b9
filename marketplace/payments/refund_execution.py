"""Doing refunds at the processor, and believing only what it says."""

import logging

from marketplace import ledger
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway import (
    GatewayRefused,
    MerchantRef,
    PaymentGateway,
    RefundRequest,
    RefundSnapshot,
    RefundStatus,
)
from marketplace.ledger import Account
from marketplace.ordering import Order
from marketplace.payments import postings
from marketplace.payments.errors import SnapshotOfAnother
from marketplace.payments.models import Refund
from marketplace.payments.notices import note, tell_buyer, tell_staff
from marketplace.payments.queries import is_refund_known, lock_refund
from marketplace.payments.refunds import begin_attempt, is_earned
from marketplace.payments.rules import KEY_LIVES, divide
from marketplace.payments.states import REFUND_RANK, RefundState

log = logging.getLogger(__name__)


STATES = {
    RefundStatus.PENDING: RefundState.PENDING,
    RefundStatus.SUCCEEDED: RefundState.SUCCEEDED,
    RefundStatus.FAILED: RefundState.FAILED,
}


def execute_refund(refund_id: int, gateway: PaymentGateway) -> None:
    """Ask the processor to do a refund, under its stored key, and put down what it says.

    Raises GatewayUnknown when there is no answer: the refund stays as it is and the same call asks again.
    """
    refund = db.session.get_one(Refund, refund_id)
    if refund.state is not RefundState.REQUESTED:
        return
    request, key, old = _request(refund), refund.key, clock.now() - refund.asked_at > KEY_LIVES
    db.session.rollback()  # no transaction stays open during the call
    if old:
        _look_up_old(refund_id, request, gateway)
        return
    try:
        snapshot = gateway.refund(request, key)
    except GatewayRefused as refusal:
        if refusal.code == "idempotency":
            raise
        log.exception("refund %s was refused by %s: %s", refund_id, gateway.name, refusal.code)
        with atomic():
            refund = lock_refund(refund_id)
            if refund.key == key and refund.state is RefundState.REQUESTED:
                _fail(refund)
        return
    with atomic():
        refund = lock_refund(refund_id)
        if refund.key == key:
            refund.provider_id = snapshot.provider_id
            apply_refund(refund, snapshot)


def apply_refund(refund: Refund, snapshot: RefundSnapshot) -> None:
    """Bring a refund up to what the processor says now; ranks only rise, and each step posts once.

    One that succeeded can fail later: then the debt to the buyer stands again, and the platform's fee that had come
    back is taken again. Raises SnapshotOfAnother.
    """
    refund = lock_refund(refund.id)
    if (refund.provider_id, refund.amount_minor, refund.currency) != (
        snapshot.provider_id,
        snapshot.amount_minor,
        snapshot.currency,
    ):
        raise SnapshotOfAnother(refund_id=refund.id)
    state = STATES[snapshot.status]
    if REFUND_RANK[state] <= REFUND_RANK[refund.state]:
        return
    if state is RefundState.FAILED:
        _fail(refund)
        return
    refund.state = state
    if state is RefundState.SUCCEEDED:
        _pay(refund)
    db.session.flush()


def _pay(refund: Refund) -> None:
    order = refund.payment.order
    book, on = ledger.book_of(order.cooperative_id), clock.today(order.cooperative.zone)
    refund.done_at = clock.now()
    ledger.post(book, postings.refund_paid(refund, order, on))
    if refund.fee_back_minor:
        ledger.post(book, postings.fee_given_back(refund, order, _where_the_fee_is(refund, order), on))
        earned = is_earned(refund, order)
        ledger.post(ledger.PLATFORM, postings.platform_fee_given_back(refund, order, earned=earned, on=on))
    note(refund, "refund.paid")
    tell_buyer("refund.paid", refund, order)


def _fail(refund: Refund) -> None:
    order = refund.payment.order
    book, on = ledger.book_of(order.cooperative_id), clock.today(order.cooperative.zone)
    if refund.state is RefundState.SUCCEEDED:
        ledger.post(book, postings.refund_failed(refund, order, on))
        for kept_in in (book, ledger.PLATFORM):
            fee = ledger.find(postings.fee_reference(refund), kept_in)
            if fee is not None:
                ledger.reverse(fee, on)
    refund.state, refund.done_at = RefundState.FAILED, None
    db.session.flush()
    note(refund, "refund.failed")
    tell_buyer("refund.delayed", refund, order)
    tell_staff(refund, order)


def _look_up_old(refund_id: int, request: RefundRequest, gateway: PaymentGateway) -> None:
    """Settle a refund whose key is too old to be used again: adopt what the processor did, or begin anew."""
    snapshot = gateway.fetch_payment(request.merchant, request.payment_provider_id)
    with atomic():
        refund = lock_refund(refund_id)
        if refund.state is not RefundState.REQUESTED:
            return
        for done in snapshot.refunds:
            same = (done.amount_minor, done.currency) == (refund.amount_minor, refund.currency)
            if same and done.status is not RefundStatus.FAILED and not is_refund_known(done.provider_id):
                refund.provider_id = done.provider_id
                apply_refund(refund, done)
                return
        begin_attempt(refund)


def _request(refund: Refund) -> RefundRequest:
    payment = refund.payment
    return RefundRequest(
        merchant=MerchantRef(payment.account),
        payment_provider_id=payment.provider_id or "",
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        fee_back_minor=refund.fee_back_minor,
        reason=refund.reason.value,
    )


def _where_the_fee_is(refund: Refund, order: Order) -> dict[postings.Place, int]:
    """Divide the fee given back: prepaid before acceptance; after it by what each pool still bears."""
    if not is_earned(refund, order):
        return {(Account.PLATFORM_FEE_PREPAID, None): refund.fee_back_minor}
    borne: dict[postings.Place, int] = {
        (Account.PLATFORM_FEE, row.pool): row.amount_minor
        for row in ledger.balances(
            ledger.book_of(order.cooperative_id), by=("pool",), account=Account.PLATFORM_FEE, source=order.source
        )
        if row.currency == refund.currency and row.amount_minor > 0
    }
    return divide(refund.fee_back_minor, borne, f"refund:{refund.id}")
