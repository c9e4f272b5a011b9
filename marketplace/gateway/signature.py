"""The signature of an event: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 of `<t>.<raw body>`, as Stripe does it."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from marketplace.gateway.errors import BadSignature

TOLERANCE_S = 300  # both ways: neither a replay of yesterday's event nor one that is dated ahead

_SECONDS = re.compile(r"[0-9]{1,12}")


def sign(secret: str, body: bytes, at: datetime) -> str:
    """Return the header's value for a body sent at an instant."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def check(header: str, body: bytes, *, secrets: Sequence[str], now: datetime) -> None:
    """Accept a signature by any of the secrets over exactly these bytes; raises BadSignature."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]) or not given:
        raise BadSignature("malformed header")
    seconds = int(times[0])
    expected = [_mac(secret, seconds, body).encode() for secret in secrets]
    # a list, so that every pair is compared whichever fits
    if not any([hmac.compare_digest(one, other) for one in expected for other in given]):  # noqa: C419
        raise BadSignature("no secret fits")
    if abs(now.timestamp() - seconds) > TOLERANCE_S:
        raise BadSignature("too old" if seconds < now.timestamp() else "dated ahead")


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
