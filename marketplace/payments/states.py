"""The lives of a payment, a refund and an event of the processor."""

from enum import StrEnum


class PaymentState(StrEnum):
    """A try to pay; ranks only rise, see `RANK`."""

    CREATED = "created"  # our row stands, the processor was not asked yet
    UNKNOWN = "unknown"  # the processor was asked and did not answer; never taken for failed
    OPEN = "open"  # the buyer may pay on the processor's page
    PROCESSING = "processing"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REVIEW = "review"  # amount or currency differs from the order; goods are not released
    SUCCEEDED = "succeeded"


LIVE = frozenset({PaymentState.CREATED, PaymentState.UNKNOWN, PaymentState.OPEN, PaymentState.PROCESSING})

RANK: dict[PaymentState, int] = {
    PaymentState.CREATED: 0,
    PaymentState.UNKNOWN: 1,
    PaymentState.OPEN: 2,
    PaymentState.PROCESSING: 3,
    PaymentState.FAILED: 4,
    PaymentState.CANCELLED: 4,
    PaymentState.REVIEW: 5,
    PaymentState.SUCCEEDED: 6,
}


class RefundState(StrEnum):
    """A refund is promised when it is requested and done only when the processor says so."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_RANK: dict[RefundState, int] = {
    RefundState.REQUESTED: 0,
    RefundState.PENDING: 1,
    RefundState.SUCCEEDED: 2,
    RefundState.FAILED: 3,  # also after it had succeeded; another attempt begins again at the bottom
}


class RefundReason(StrEnum):
    """Why money goes back."""

    CANCELLED = "cancelled"
    GOODS_GONE = "goods_gone"  # paid after the hold had run out
    PAID_TWICE = "paid_twice"
    LATE = "late"  # paid after the order was cancelled
    GOODWILL = "goodwill"


class EventState(StrEnum):
    """What became of an event in the inbox."""

    RECEIVED = "received"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"
