"""How refunds and fees are divided, whole minor units in and out, and how long a key may be used again."""

from collections.abc import Hashable, Mapping
from datetime import timedelta
from typing import TypeVar

from marketplace.core.money import allocate, ratio

KEY_LIVES = timedelta(hours=23)  # a processor may forget a key after 24 hours; then the same call is a new one
Part = TypeVar("Part", bound=Hashable)


def divide(total_minor: int, weights: Mapping[Part, int], key: str) -> dict[Part, int]:
    """Split minor units over parts by their weights, exactly; no part gets more than its weight if the total does not.

    `key` names the fact that is divided, such as `refund:7`, so that ties do not always fall to the same part.
    """
    parts = sorted(weights, key=str)
    shares = allocate(total_minor, [weights[part] for part in parts], [f"{part}/{key}" for part in parts])
    return dict(zip(parts, shares, strict=True))


def fee_back(
    amount_minor: int, *, captured_minor: int, fee_minor: int, refunded_minor: int = 0, given_back_minor: int = 0
) -> int:
    """Return what of the platform's fee goes back with a refund.

    The fee follows the money: of all that was refunded so far, rounded half up once, less what was given back before.
    So refunds that add up to what was captured give the whole fee back, to the minor unit.
    """
    return ratio(fee_minor * (refunded_minor + amount_minor), captured_minor) - given_back_minor
