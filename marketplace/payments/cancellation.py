"""Cancelling an order together with its money."""

from marketplace import ordering, queue
from marketplace.ordering import CancelReason, Order
from marketplace.payments.models import Refund
from marketplace.payments.queries import list_payments, lock_payment, refunded_minor
from marketplace.payments.refunds import request_refund
from marketplace.payments.states import LIVE, PaymentState, RefundReason


def cancel_order(order: Order, reason: CancelReason, *, by: int | None) -> list[Refund]:
    """Cancel an order, promise back all that was paid for it, and have an open payment closed at the processor.

    Returns the refunds. Raises what `ordering.cancel` refuses.
    """
    ordering.cancel(order, reason, by=by)
    refunds = []
    for payment in list_payments(order.id):
        current = lock_payment(payment.id)
        left = current.amount_minor - refunded_minor(current.id)[0]
        if current.state is PaymentState.SUCCEEDED and left > 0:
            refunds.append(request_refund(current, left, RefundReason.CANCELLED, by=by))
        elif current.state in LIVE:
            queue.enqueue("payments.cancel_at_processor", {"payment": current.id})
    return refunds
