"""Units of weight and land: whole grams, thousandths of a mu."""

import re
from decimal import Decimal

from marketplace.core.errors import FieldError

GRAMS_PER = {"g": 1, "liang": 50, "jin": 500, "kg": 1000, "dan": 50_000}
MMU_PER_MU = 1000  # 1 mu = 2000/3 square metres
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


def parse_grams(text: str, unit: str) -> int:
    """Read a typed weight in a unit of GRAMS_PER into grams, never negative.

    Raises FieldError `unknown_unit`, `not_a_weight` or `finer_than_a_gram`.
    """
    if unit not in GRAMS_PER:
        raise FieldError("unknown_unit", unit=unit)
    return _scaled(text, GRAMS_PER[unit], "not_a_weight", "finer_than_a_gram")


def parse_mmu(text: str) -> int:
    """Read a typed area in mu into thousandths of a mu, never negative.

    Raises FieldError `not_an_area` or `finer_than_a_thousandth`.
    """
    return _scaled(text, MMU_PER_MU, "not_an_area", "finer_than_a_thousandth")


def _scaled(text: str, factor: int, malformed: str, too_fine: str) -> int:
    typed = text.strip().replace("．", ".")
    if not _NUMBER.fullmatch(typed):
        raise FieldError(malformed)
    value = Decimal(typed) * factor
    if value != value.to_integral_value():
        raise FieldError(too_fine)
    return int(value)
