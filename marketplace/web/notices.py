"""Messages in words: a template and its parameters become a sentence in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.notifications import Message
from marketplace.payments import RefundReason
from marketplace.web.locale import money
from marketplace.web.words import word

TEMPLATES: dict[str, Any] = {
    "payment.received": _l("%(amount)s for order %(order)s has arrived at the cooperative. It packs your goods next."),
    "order.shipped": _l("Order %(order)s is on its way: %(carrier)s %(tracking_number)s."),
    "order.cancelled": _l("The cooperative cancelled order %(order)s. What you paid goes back the way it came."),
    "order.expired": _l("Order %(order)s was not paid in time. The goods went back into store."),
    "refund.requested": _l(
        "%(amount)s of order %(order)s goes back to you: %(reason)s. Nothing is left for you to do."
    ),
    "refund.paid": _l("%(amount)s of order %(order)s was sent back to you."),
    "refund.delayed": _l("%(amount)s of order %(order)s is on its way back; the processor needs a little longer."),
    "refund.failed": _l("The processor could not send %(amount)s of order %(order)s back. It is still owed."),
}


@dataclass(frozen=True)
class Notice:
    """A message, ready to be read."""

    at: datetime
    words: str


def notices_of(messages: Sequence[Message]) -> list[Notice]:
    """Put messages into words."""
    return [Notice(message.created_at, _words(message.template, message.parameters)) for message in messages]


def _words(template: str, parameters: Mapping[str, Any]) -> str:
    shown: dict[str, Any] = dict(parameters)
    if "amount_minor" in shown:
        shown["amount"] = money(shown["amount_minor"], shown.get("currency", "CNY"))
    if "reason" in shown:
        shown["reason"] = word(RefundReason(shown["reason"]))
    return str(TEMPLATES[template]) % shown
