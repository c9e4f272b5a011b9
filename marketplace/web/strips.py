"""The money strip in words."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.reporting import MoneyStrip

# part -> its name, and what it is for
PARTS: dict[str, tuple[Any, Any]] = {
    "house": (_l("The households"), _l("For the goods they brought in, by weight and grade")),
    "freight": (_l("Freight"), _l("The carrier's bills")),
    "pack": (_l("Box and packing"), _l("Cartons, foam, labels")),
    "work": (_l("Cooperative's work"), _l("Sorting, store, packing shifts")),
    "platform": (_l("Marketplace"), _l("A rate of the price, frozen when you order")),
    "processor": (_l("Payment processor"), _l("For the payment")),
    "tax": (_l("Tax"), _l("Within the price, on processed goods")),
    "reserve": (_l("Kept by the cooperative"), _l("By the plan that its members decided")),
}


@dataclass(frozen=True)
class ShownRow:
    """A row of the strip's table."""

    part: str
    minor: int
    permille: int
    x: int
    words: str
    why: str


@dataclass(frozen=True)
class ShownStrip:
    """A strip, ready for the component."""

    currency: str
    total: int
    house: int
    rows: list[ShownRow]
    is_settled: bool


def shown(strip: MoneyStrip | None) -> ShownStrip | None:
    """Put a strip's parts into words."""
    if strip is None:
        return None
    rows = [
        ShownRow(row.part, row.minor, row.permille, row.x, *(str(words) for words in PARTS[row.part]))
        for row in strip.rows
    ]
    return ShownStrip(strip.currency, strip.total, strip.house, rows, strip.is_settled)
