"""Pure rules of the scale: what is accepted, what looks wrong, how a lot is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median_low
from string import ascii_uppercase

from marketplace.core.errors import FieldError
from marketplace.core.money import ratio

ABOVE_PRODUCT = 10  # times the product's usual load
ABOVE_HOUSEHOLD = 5  # times the household's median: a slipped point makes ten of a load that may be half the median
ENOUGH_LOADS = 3  # fewer say nothing about a household


@dataclass(frozen=True)
class Doubt:
    """Why a load looks wrong: about how many times what is usual, and what the household brought before, in grams."""

    times: int
    usual_g: int
    least_g: int | None = None
    most_g: int | None = None


def net(gross_g: int, tare_g: int, cut_g: int) -> int:
    """Return what is left of a load, in grams; raises FieldError `below_zero`, `nothing_on_scale`, `nothing_left`."""
    for field, grams in (("gross_g", gross_g), ("tare_g", tare_g), ("cut_g", cut_g)):
        if grams < 0:
            raise FieldError("below_zero", field)
    if gross_g == 0:
        raise FieldError("nothing_on_scale", "gross_g")
    left = gross_g - tare_g - cut_g
    if left <= 0:
        raise FieldError("nothing_left", "gross_g", gross_g=gross_g, off_g=tare_g + cut_g)
    return left


def find_doubt(accepted_g: int, usual_load_g: int, earlier_g: Sequence[int]) -> Doubt | None:
    """Say why a load looks wrong, or None: far above the household's own loads, or above the product's usual one."""
    least, most = (min(earlier_g), max(earlier_g)) if earlier_g else (None, None)
    if len(earlier_g) >= ENOUGH_LOADS:
        usual = median_low(earlier_g)
        if accepted_g >= ABOVE_HOUSEHOLD * usual:
            return Doubt(ratio(accepted_g, usual), usual, least, most)
    if accepted_g >= ABOVE_PRODUCT * usual_load_g:
        return Doubt(ratio(accepted_g, usual_load_g), usual_load_g, least, most)
    return None


def lot_code(slug: str, on: date, ordinal: int, rank: int) -> str:
    """Return a lot's readable code, such as YA-261125-B1.

    Initials of the cooperative, day, season of the cooperative as letters (1 is A, 27 is AA), rank of the grade: one
    cooperative never has two lots of one code.
    """
    words = [word for word in slug.upper().split("-") if word]
    initials = "".join(word[0] for word in words)[:4] if len(words) > 1 else slug.upper()[:2]
    letters = ""
    while ordinal > 0:
        ordinal, rest = divmod(ordinal - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return f"{initials}-{on:%y%m%d}-{letters}{rank}"
