"""Pure rules of the shop window: prices for information, delivery, sale windows, words for the search."""

import re
import unicodedata
from datetime import date

from marketplace.core.money import ratio

# the drawings that a listing may wear, by the name of the file
DRAWINGS = ("apple", "apple-box", "bamboo", "chili", "chili-jar", "shoots-dried", "tea", "tea-tin", "tree")
MOST_WORDS = 16  # of a query; what comes behind narrows nothing that matters

_PARTS = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+|[^\\W_]+")
_HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


def per_kg(price_minor: int, grams: int) -> int:
    """Return the price of a kilogram in minor units, rounded half up; for information only."""
    return ratio(price_minor * 1000, grams)


def delivery_fee(grams: int, first_g: int, first_minor: int, step_g: int, step_minor: int) -> int:
    """Return the fee of a parcel in minor units: the first weight, then each step begun."""
    steps = max(0, -(-(grams - first_g) // step_g))
    return first_minor + steps * step_minor


def in_window(on: date, from_on: date | None, until_on: date | None) -> bool:
    """Say whether a day lies in a window; both ends are included, an end that is not given is open."""
    return (from_on is None or from_on <= on) and (until_on is None or on <= until_on)


def _parts(text: str) -> list[str]:
    """Cut text into runs of Chinese characters and words of letters and digits, without case, width and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    cut: list[str] = []
    for word in _PARTS.findall(unicodedata.normalize("NFKC", plain)):
        cut += _runs(word)
    return cut


def _runs(word: str) -> list[str]:
    """Part Chinese characters from letters that touch them, as in 富士80mm."""
    return [run for run in re.split(f"({_HAN.pattern}+)", word) if run]


def document_words(text: str) -> list[str]:
    """Return the words under which a text is found: single Chinese characters, pairs of them, other words whole."""
    words: dict[str, None] = {}
    for part in _parts(text):
        if _HAN.match(part):
            words.update(dict.fromkeys(part))
            words.update(dict.fromkeys(part[i : i + 2] for i in range(len(part) - 1)))
        else:
            words[part] = None
    return list(words)


def query_words(text: str) -> list[tuple[str, bool]]:
    """Return the words of a query, all of which must be found, and of each whether the beginning suffices."""
    words: dict[tuple[str, bool], None] = {}
    for part in _parts(text):
        if not _HAN.match(part):
            words[part, True] = None
        elif len(part) == 1:
            words[part, False] = None
        else:
            words.update(dict.fromkeys((part[i : i + 2], False) for i in range(len(part) - 1)))
    return list(words)[:MOST_WORDS]
