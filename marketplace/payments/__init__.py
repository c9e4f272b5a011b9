"""Money in: payments, refunds, the processor's events.

Owns: payments, refunds, the inbox of events, the processor's payouts.
Guarantees: one live payment per order; `apply_snapshot` alone writes what a payment came to, and posts once; no call of
a gateway inside a transaction; silence is never taken for a refusal.
May import: ordering and what lies before it, gateway, the books, extensions, core.
"""

from marketplace.payments.cancellation import cancel_order
from marketplace.payments.errors import (
    HoldOver,
    NotPayable,
    OrderStillOpen,
    PaymentRefused,
    PaymentUnknown,
    RefundNotFailed,
    SnapshotOfAnother,
)
from marketplace.payments.events import catch_up, process_due_events, process_event, receive_event
from marketplace.payments.models import Payment, ProcessorEvent, ProcessorPayout, Refund
from marketplace.payments.processor_payouts import record_processor_payout
from marketplace.payments.queries import find_last_payment, find_live_payment, list_payments, list_refunds
from marketplace.payments.reconciliation import cancel_at_processor, reconcile, refresh
from marketplace.payments.refund_execution import execute_refund
from marketplace.payments.refunds import request_refund, retry_refund
from marketplace.payments.snapshots import apply_snapshot
from marketplace.payments.start import ReturnUrls, start_payment
from marketplace.payments.states import LIVE, EventState, PaymentState, RefundReason, RefundState

__all__ = [
    "LIVE",
    "EventState",
    "HoldOver",
    "NotPayable",
    "OrderStillOpen",
    "Payment",
    "PaymentRefused",
    "PaymentState",
    "PaymentUnknown",
    "ProcessorEvent",
    "ProcessorPayout",
    "Refund",
    "RefundNotFailed",
    "RefundReason",
    "RefundState",
    "ReturnUrls",
    "SnapshotOfAnother",
    "apply_snapshot",
    "cancel_at_processor",
    "cancel_order",
    "catch_up",
    "execute_refund",
    "find_last_payment",
    "find_live_payment",
    "list_payments",
    "list_refunds",
    "process_due_events",
    "process_event",
    "receive_event",
    "reconcile",
    "record_processor_payout",
    "refresh",
    "request_refund",
    "retry_refund",
    "start_payment",
]
