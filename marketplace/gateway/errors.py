"""How a call of a processor can end other than well: a closed set, so that callers can tell them apart."""

from typing import Any

from marketplace.core.errors import DomainError


class GatewayUnknown(DomainError):
    """The processor did not answer (timeout, 5xx, lost connection): what it did is unknown, so nothing has failed.

    Ask again with the same key within 23 hours, later fetch the object.
    """

    code = "gateway_unknown"


class GatewayRefused(DomainError):
    """The processor refuses the request for what it says or for the state of the object; `code` names the reason."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        super().__init__(**details)


class GatewayMisconfigured(DomainError):
    """The gateway cannot work with these settings: an alarm for the operator, nothing for the buyer."""

    code = "gateway_misconfigured"


class BadSignature(DomainError):
    """An event that the processor did not sign, or signed for another body, time or mode; `reason` is for the log."""

    code = "bad_signature"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
