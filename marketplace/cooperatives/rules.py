"""What may be a slug, a zone, a bank account; how a name is masked."""

import re
from zoneinfo import available_timezones

from stdnum import luhn

from marketplace.core.errors import FieldError

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{8,30}", re.ASCII)


def clean_slug(text: str, field: str = "slug") -> str:
    """Return the name of a cooperative in addresses; raises FieldError `not_a_slug`."""
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug):
        raise FieldError("not_a_slug", field)
    return slug


def clean_zone(text: str, field: str = "zone") -> str:
    """Return an IANA time zone; raises FieldError `not_a_zone`."""
    zone = text.strip()
    if zone not in available_timezones():
        raise FieldError("not_a_zone", field)
    return zone


def clean_account(text: str, field: str = "bank_account") -> str:
    """Return a bank account's digits; blanks and dashes between them are taken out.

    Raises FieldError `not_an_account`; an account in scientific notation, as spreadsheets make it, is refused too.
    """
    digits = re.sub(r"[\s\-]", "", text)
    if not _ACCOUNT.fullmatch(digits):
        raise FieldError("not_an_account", field)
    return digits


def is_odd_account(digits: str) -> bool:
    """Say whether a bank card's check digit (Luhn) is wrong: a reason to look again, never to refuse."""
    return not luhn.is_valid(digits)


def mask_name(name: str) -> str:
    """Return a name as a notice shows it: the first character and a star, `张*`; a Latin name keeps its first word."""
    first = name.split(" ", maxsplit=1)[0]
    if first.isascii() and first != name:
        return f"{first} *"
    return f"{name[0]}*"
