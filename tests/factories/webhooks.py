"""Events as the simulated processor sends them."""

from datetime import datetime

from marketplace.core import clock
from marketplace.gateway import SIGNATURE_HEADER, SimulatedGateway
from marketplace.gateway.signature import sign
from tests.conftest import SETTINGS

SECRET = SETTINGS.webhook_secrets[0]
URL = "/webhooks/simulated"


def parcels(gateway: SimulatedGateway) -> list[tuple[bytes, dict[str, str]]]:
    """Return the bodies and headers of the events that are due."""
    return [(parcel.body, headers(parcel.body)) for parcel in gateway.due_events()]


def headers(body: bytes, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    """Sign a body at an instant."""
    return {SIGNATURE_HEADER: sign(secret, body, at or clock.now()), "Content-Type": "application/json"}
