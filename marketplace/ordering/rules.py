"""The money of an order: amounts, tax, fee and delivery of its lines, each rounded once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.core.money import allocate, ratio

HOLD = timedelta(minutes=30)  # goods wait so long for a payment; text and check come from this value
MOST_PACKS = 999  # of one kind in one basket
WHOLE_BP = 10_000


@dataclass(frozen=True)
class Wanted:
    """One line to be priced: a unit price with tax in minor units, rates in basis points, and a key of its own."""

    key: str
    unit_price_minor: int
    quantity: int
    tax_bp: int


@dataclass(frozen=True)
class LineMoney:
    """What one line comes to, in minor units; the tax is part of the amount."""

    amount_minor: int
    tax_minor: int
    fee_minor: int
    delivery_minor: int


@dataclass(frozen=True)
class OrderMoney:
    """What an order comes to, in minor units, with its lines in the order in which they were given."""

    lines: tuple[LineMoney, ...]
    goods_minor: int
    delivery_minor: int

    @property
    def total_minor(self) -> int:
        """Goods and delivery."""
        return self.goods_minor + self.delivery_minor


def tax_inside(gross_minor: int, tax_bp: int) -> int:
    """Return the tax that a price with tax holds, in minor units, rounded half up once; gross less tax is the net."""
    return ratio(gross_minor * tax_bp, WHOLE_BP + tax_bp)


def platform_fee(amount_minor: int, fee_bp: int) -> int:
    """Return the platform's fee on goods in minor units, rounded half up once; delivery bears none."""
    return ratio(amount_minor * fee_bp, WHOLE_BP)


def price(lines: Sequence[Wanted], delivery_minor: int, fee_bp: int) -> OrderMoney:
    """Price the lines of one order and split its delivery fee over them by amount.

    The delivery fee carries no tax of its own in this scope. Raises ValueError when there are no lines.
    """
    if not lines:
        raise ValueError("an order has lines")
    amounts = [line.unit_price_minor * line.quantity for line in lines]
    deliveries = allocate(delivery_minor, amounts, [line.key for line in lines])
    return OrderMoney(
        tuple(
            LineMoney(amount, tax_inside(amount, line.tax_bp), platform_fee(amount, fee_bp), delivery)
            for line, amount, delivery in zip(lines, amounts, deliveries, strict=True)
        ),
        sum(amounts),
        delivery_minor,
    )
