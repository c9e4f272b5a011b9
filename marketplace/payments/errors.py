"""What the payments refuse."""

from marketplace.core.errors import DomainError


class HoldOver(DomainError):
    """The goods are no longer held for the order, so it cannot be paid any more."""

    code = "hold_over"


class NotPayable(DomainError):
    """The order does not wait for a payment: it is paid already, or cancelled."""

    code = "not_payable"


class PaymentUnknown(DomainError):
    """The processor was asked and did not answer: nobody knows yet, so nothing is taken for failed."""

    code = "payment_unknown"


class PaymentRefused(DomainError):
    """The processor does not open a payment: a fault of the settings or of the shop, not of the buyer's card."""

    code = "payment_refused"


class OrderStillOpen(DomainError):
    """The goods are still to be delivered; money goes back when the order is cancelled or its goods are accepted."""

    code = "order_still_open"


class RefundNotFailed(DomainError):
    """Only a refund that failed is tried again."""

    code = "refund_not_failed"


class SnapshotOfAnother(DomainError):
    """The processor's object is not this payment or refund."""

    code = "snapshot_of_another"
