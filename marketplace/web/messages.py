"""What each refusal of the domain says to the reader."""

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.core.errors import DomainError

# code of a DomainError -> message; %(name)s are the error's details. Keep it sorted by room.
MESSAGES: dict[str, Any] = {
    "refused": _l("That cannot be done now. Load the page again and look."),
    "not_found": _l("Nothing is here. It was removed, or it belongs to someone else."),
}

# code -> a function that puts details into words before they go into the message, e.g. grams into kilograms
SHOW: dict[str, Any] = {}


def words_for(error: DomainError) -> str:
    """Return the message for a refusal in the reader's language; an unknown code has the general one."""
    message = str(MESSAGES.get(error.code, MESSAGES["refused"]))
    details = SHOW[error.code](error.details) if error.code in SHOW else error.details
    try:
        return message % details
    except (KeyError, ValueError, TypeError):
        return str(MESSAGES["refused"])
