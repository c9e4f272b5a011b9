"""The Protocol that every payment processor fits, and the frozen facts that pass through it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Cap(StrEnum):
    """What a processor can do besides a payment on its own page."""

    REDIRECT = "redirect"
    QR = "qr"
    SAVED_CARD = "saved_card"
    OFF_SESSION = "off_session"
    MANUAL_CAPTURE = "manual_capture"
    DISPUTES = "disputes"


class PaymentStatus(StrEnum):
    """What the processor says of a payment.

    A declined card leaves a payment `open`, with its decline code: the buyer may try another card on the same page.
    `failed` is final and so is `cancelled`, which also says that the page expired.
    """

    OPEN = "open"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RefundStatus(StrEnum):
    """What the processor says of a refund; one that succeeded can fail later, when the buyer's card was closed."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class PayoutStatus(StrEnum):
    """What the processor says of a transfer to the merchant's bank."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class MerchantRef:
    """The cooperative's own account at the processor; objects exist only under it."""

    account: str


@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """A payment to be opened on the processor's page; no personal data but what the description says."""

    merchant: MerchantRef
    attempt_id: str
    amount_minor: int
    currency: str
    application_fee_minor: int
    description: str
    locale: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckoutStart:
    """Where to send the buyer, and the name of the payment at the processor."""

    provider_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """Money to go back to the buyer, and what of the platform's fee goes back to the merchant with it."""

    merchant: MerchantRef
    payment_provider_id: str
    amount_minor: int
    currency: str
    fee_back_minor: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundSnapshot:
    """A refund as the processor sees it now."""

    provider_id: str
    payment_provider_id: str
    amount_minor: int
    currency: str
    fee_back_minor: int
    status: RefundStatus


@dataclass(frozen=True, kw_only=True)
class PaymentSnapshot:
    """A payment as the processor sees it now; the processor's fee is known when it succeeded."""

    provider_id: str
    account: str
    attempt_id: str
    amount_minor: int
    currency: str
    status: PaymentStatus
    processor_fee_minor: int
    application_fee_minor: int
    decline_code: str | None
    refunds: tuple[RefundSnapshot, ...]


@dataclass(frozen=True, kw_only=True)
class PayoutSnapshot:
    """A transfer to the merchant's bank account; below zero when the processor took money back."""

    provider_id: str
    account: str
    amount_minor: int
    currency: str
    status: PayoutStatus


@dataclass(frozen=True, kw_only=True)
class ProviderEvent:
    """A verified event: a hint to fetch the object; `payload` is the text as it came."""

    provider: str
    account: str
    event_id: str
    type: str
    object_id: str
    created_at: datetime
    livemode: bool
    payload: str


class PaymentGateway(Protocol):
    """A payment processor's door.

    Every call is made outside a transaction, and returns or raises GatewayUnknown, GatewayRefused or
    GatewayMisconfigured. A key makes a call idempotent: the same key gives the same object, the same key with other
    parameters is refused with `idempotency`. An object of another merchant is refused with `not_found`.
    Amounts are minor units of their currency and go through unscaled.
    """

    @property
    def name(self) -> str:
        """The name that rows and settings know it by."""
        ...

    @property
    def caps(self) -> frozenset[Cap]:
        """What it can do."""
        ...

    def start_checkout(self, request: CheckoutRequest, key: str) -> CheckoutStart:
        """Open a payment on the processor's page."""
        ...

    def fetch_payment(self, merchant: MerchantRef, provider_id: str) -> PaymentSnapshot:
        """Return a payment with its refunds as they are now."""
        ...

    def cancel_payment(self, merchant: MerchantRef, provider_id: str, key: str) -> PaymentSnapshot:
        """Close a payment's page so that it can no longer be paid; refused with `already_paid`."""
        ...

    def refund(self, request: RefundRequest, key: str) -> RefundSnapshot:
        """Send money back to the buyer; refused with `not_paid`, `more_than_captured`, `more_than_fee`."""
        ...

    def fetch_refund(self, merchant: MerchantRef, provider_id: str) -> RefundSnapshot:
        """Return a refund as it is now."""
        ...

    def fetch_payout(self, merchant: MerchantRef, provider_id: str) -> PayoutSnapshot:
        """Return a transfer to the merchant's bank as it is now."""
        ...

    def verify_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the signature over the raw body; no effects; raises BadSignature."""
        ...

    def events_since(self, merchant: MerchantRef, since: datetime) -> Iterator[ProviderEvent]:
        """Yield a merchant's events from an instant on, oldest first, whether they were delivered or not."""
        ...
