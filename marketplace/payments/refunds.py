"""Money back to the buyer: promised by a row, a posting and a job."""

from marketplace import ledger, queue
from marketplace.core import clock, ids
from marketplace.core.errors import FieldError
from marketplace.extensions import db
from marketplace.ledger import Account
from marketplace.ordering import Order, OrderState
from marketplace.payments import postings
from marketplace.payments.errors import OrderStillOpen, RefundNotFailed
from marketplace.payments.models import Payment, Refund
from marketplace.payments.notices import note, tell_buyer
from marketplace.payments.queries import lock_payment, lock_refund, refunded_minor
from marketplace.payments.rules import divide, fee_back
from marketplace.payments.states import PaymentState, RefundReason, RefundState

NEVER_EARNED = frozenset({RefundReason.GOODS_GONE, RefundReason.PAID_TWICE, RefundReason.LATE})
IN_HAND = frozenset({OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED})
EARNED = (Account.SALES, Account.SALES_RETURNS, Account.DELIVERY_INCOME, Account.TAX_PAYABLE)


def request_refund(payment: Payment, amount_minor: int, reason: RefundReason, *, by: int | None) -> Refund:
    """Promise minor units back to the buyer, post the debt, and leave the call of the processor to a job.

    Several refunds never exceed what was captured, whatever became of them: one that failed is still owed. While the
    goods of a paid order are still to be delivered nothing is refunded without cancelling it, for the acceptance
    would book them as unpaid. Raises FieldError `nothing_to_refund`, `more_than_captured`; OrderStillOpen.
    """
    payment = lock_payment(payment.id)
    order = payment.order
    captured, currency = _captured(payment, order)
    refunded, given_back = refunded_minor(payment.id)
    if amount_minor <= 0:
        raise FieldError("nothing_to_refund", "amount")
    if refunded + amount_minor > captured:
        raise FieldError("more_than_captured", "amount", left_minor=captured - refunded, currency=currency)
    if order.state in IN_HAND and reason not in NEVER_EARNED and payment.state is PaymentState.SUCCEEDED:
        raise OrderStillOpen(number=order.number)
    refund = Refund(
        payment=payment,
        amount_minor=amount_minor,
        fee_back_minor=fee_back(
            amount_minor,
            captured_minor=captured,
            fee_minor=payment.platform_fee_minor,
            refunded_minor=refunded,
            given_back_minor=given_back,
        ),
        currency=currency,
        reason=reason,
        state=RefundState.REQUESTED,
        attempt=1,
        key=ids.new_token(),
        requested_by_id=by,
        requested_at=clock.now(),
        asked_at=clock.now(),
    )
    db.session.add(refund)
    db.session.flush()
    taken_back = _what_the_money_became(refund, order)
    ledger.post(
        ledger.book_of(order.cooperative_id),
        postings.refund_decided(refund, order, taken_back, clock.today(order.cooperative.zone)),
    )
    _enqueue(refund)
    note(refund, "refund.requested", by)
    tell_buyer("refund.requested", refund, order)
    return refund


def retry_refund(refund: Refund, *, by: int | None) -> Refund:
    """Ask the processor once more for a refund that failed, under a new key; raises RefundNotFailed."""
    refund = lock_refund(refund.id)
    if refund.state is not RefundState.FAILED:
        raise RefundNotFailed(refund_id=refund.id)
    begin_attempt(refund)
    note(refund, "refund.retried", by)
    return refund


def begin_attempt(refund: Refund) -> None:
    """Put a refund back to the start under a new key, and leave the call to a job."""
    refund.attempt += 1
    refund.key, refund.provider_id = ids.new_token(), None
    refund.state, refund.done_at, refund.asked_at = RefundState.REQUESTED, None, clock.now()
    db.session.flush()
    _enqueue(refund)


def _captured(payment: Payment, order: Order) -> tuple[int, str]:
    """Return what the ledger booked as received for a payment, and its currency; zero when nothing was."""
    posted = ledger.find(f"payment:{payment.id}", ledger.book_of(order.cooperative_id))
    if posted is None:
        return 0, payment.currency
    received = next(entry for entry in posted.entries if entry.account is Account.CLEARING)
    return received.amount_minor, received.currency


def is_earned(refund: Refund, order: Order) -> bool:
    """Say whether the refunded money had become sales: the goods were accepted and this payment had paid for them."""
    if refund.reason in NEVER_EARNED or refund.payment.state is not PaymentState.SUCCEEDED:
        return False
    return ledger.count_entries(ledger.book_of(order.cooperative_id), account=Account.SALES, source=order.source) > 0


def _what_the_money_became(refund: Refund, order: Order) -> dict[postings.Place, int]:
    """Divide a refund over the accounts where the buyer's money now is.

    After acceptance by what is left of the order's sales, delivery and tax, by pool: so the last of several refunds
    takes the rest of each, and a full refund leaves nothing.
    """
    if refund.payment.state is PaymentState.REVIEW:
        return {(Account.UNALLOCATED_RECEIPTS, None): refund.amount_minor}
    if not is_earned(refund, order):
        return {(Account.BUYER_ADVANCES, None): refund.amount_minor}
    left: dict[postings.Place, int] = {}
    for row in ledger.balances(
        ledger.book_of(order.cooperative_id), by=("account", "pool"), account=EARNED, source=order.source
    ):
        account = Account.SALES_RETURNS if row.account is Account.SALES else row.account
        if account is not None and row.currency == refund.currency:
            left[account, row.pool] = left.get((account, row.pool), 0) - row.amount_minor
    return divide(refund.amount_minor, {place: rest for place, rest in left.items() if rest > 0}, f"refund:{refund.id}")


def _enqueue(refund: Refund) -> None:
    queue.enqueue("payments.execute_refund", {"refund": refund.id}, key=f"refund:{refund.id}:{refund.attempt}")
