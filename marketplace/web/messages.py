"""What each refusal of the domain says to the reader."""

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.core.errors import DomainError
from marketplace.web.locale import money

# code of a DomainError -> message; %(name)s are the error's details. Keep it sorted by room.
MESSAGES: dict[str, Any] = {
    "refused": _l("That cannot be done now. Load the page again and look."),
    "not_found": _l("Nothing is here. It was removed, or it belongs to someone else."),
    # payments
    "hold_over": _l("The goods are no longer held for this order. Put them into your basket again."),
    "not_payable": _l("This order does not wait for a payment."),
    "payment_unknown": _l("The payment processor has not answered. Nothing is lost; try again in a minute."),
    "payment_refused": _l("The payment processor does not take this order. We have been told."),
    "order_still_open": _l("The goods are still to be delivered. Cancel the order, or wait until they are accepted."),
    "nothing_to_refund": _l("Enter an amount above zero."),
    "more_than_captured": _l("At most %(left)s of this payment can go back."),
    "refund_not_failed": _l("This refund did not fail, so it is not tried again."),
}

# code -> a function that puts details into words before they go into the message, e.g. grams into kilograms
SHOW: dict[str, Any] = {
    "more_than_captured": lambda details: {"left": money(details["left_minor"], details["currency"])},
}


def words_for(error: DomainError) -> str:
    """Return the message for a refusal in the reader's language; an unknown code has the general one."""
    message = str(MESSAGES.get(error.code, MESSAGES["refused"]))
    details = SHOW[error.code](error.details) if error.code in SHOW else error.details
    try:
        return message % details
    except (KeyError, ValueError, TypeError):
        return str(MESSAGES["refused"])
