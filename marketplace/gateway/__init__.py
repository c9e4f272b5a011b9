"""The payment processor's door: one Protocol, and the processors behind it.

Owns: the simulated processor's tables. Guarantees: a call returns or raises one of a closed set of errors, and an
unanswered call is never taken for a failed one; an event counts only when its raw bytes are signed; the simulated
processor moves no money and refuses production. May import: queue, extensions, core.
"""

from collections.abc import Sequence

from marketplace.gateway.base import (
    Cap,
    CheckoutRequest,
    CheckoutStart,
    MerchantRef,
    PaymentGateway,
    PaymentSnapshot,
    PaymentStatus,
    PayoutSnapshot,
    PayoutStatus,
    ProviderEvent,
    RefundRequest,
    RefundSnapshot,
    RefundStatus,
)
from marketplace.gateway.errors import BadSignature, GatewayMisconfigured, GatewayRefused, GatewayUnknown
from marketplace.gateway.simulated import DECLINE_CODES, SimulatedGateway
from marketplace.gateway.simulated_events import SIGNATURE_HEADER
from marketplace.gateway.simulated_rows import HostedPage

__all__ = [
    "DECLINE_CODES",
    "SIGNATURE_HEADER",
    "BadSignature",
    "Cap",
    "CheckoutRequest",
    "CheckoutStart",
    "GatewayMisconfigured",
    "GatewayRefused",
    "GatewayUnknown",
    "HostedPage",
    "MerchantRef",
    "PaymentGateway",
    "PaymentSnapshot",
    "PaymentStatus",
    "PayoutSnapshot",
    "PayoutStatus",
    "ProviderEvent",
    "RefundRequest",
    "RefundSnapshot",
    "RefundStatus",
    "SimulatedGateway",
    "make_gateway",
]


def make_gateway(name: str, *, secrets: Sequence[str], production: bool) -> PaymentGateway:
    """Build the processor that the settings name; raises GatewayMisconfigured.

    `secrets` sign the events, newest first: during a change of secret the older ones still count.
    """
    if name == SimulatedGateway.name:
        return SimulatedGateway(secrets=secrets, production=production)
    raise GatewayMisconfigured(gateway=name)
