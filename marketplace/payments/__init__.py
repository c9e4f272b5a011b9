"""Money in: payments, refunds, the processor's events.

Owns: payments, refunds, the inbox of events, the processor's payouts.
Guarantees: one live payment per order; `apply_snapshot` alone writes a payment's state, and posts once; no call to a gateway inside a transaction.
May import: ordering and what lies before it, gateway, the books, extensions, core.
"""

from marketplace.payments.models import Payment, ProcessorEvent, ProcessorPayout, Refund
from marketplace.payments.states import EventState, PaymentState, RefundReason, RefundState

__all__ = [
    "EventState",
    "Payment",
    "PaymentState",
    "ProcessorEvent",
    "ProcessorPayout",
    "Refund",
    "RefundReason",
    "RefundState",
]
