"""What may be a name: one field of 1 to 60 characters, for people and organisations of every tradition."""

import unicodedata

from marketplace.core.errors import FieldError

LONGEST = 60


def clean_name(text: str, field: str = "name") -> str:
    """Return a name without outer and doubled blanks; one character is enough, the middle dot belongs to it.

    Raises FieldError `name_missing`, `name_too_long` or `name_unreadable` (control characters).
    """
    name = " ".join(text.split())
    if not name:
        raise FieldError("name_missing", field)
    if len(name) > LONGEST:
        raise FieldError("name_too_long", field, longest=LONGEST)
    if any(unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} for character in name):
        raise FieldError("name_unreadable", field)
    return name
