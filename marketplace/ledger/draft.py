"""A transaction before it is posted: debit and credit said in words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from marketplace.core.money import exponent
from marketplace.ledger.accounts import Account
from marketplace.ledger.errors import NegativeAmount, Unbalanced


@dataclass(frozen=True)
class Leg:
    """One leg, debit positive, in minor units, with its dimensions."""

    account: Account
    amount_minor: int
    currency: str
    pool: str | None = None
    party: str | None = None
    source: str | None = None


def debit(
    account: Account,
    amount_minor: int,
    currency: str,
    *,
    pool: str | None = None,
    party: str | None = None,
    source: str | None = None,
) -> Leg:
    """Return a debit of an amount in minor units, which is never negative; raises NegativeAmount."""
    return Leg(account, _whole(amount_minor), currency, pool, party, source)


def credit(
    account: Account,
    amount_minor: int,
    currency: str,
    *,
    pool: str | None = None,
    party: str | None = None,
    source: str | None = None,
) -> Leg:
    """Return a credit of an amount in minor units, which is never negative; raises NegativeAmount."""
    return Leg(account, -_whole(amount_minor), currency, pool, party, source)


@dataclass(frozen=True, init=False)
class Draft:
    """What is to be posted under one reference; legs of nothing are left out.

    `memo` is a code of what happened, such as `payment`; by default the word before the reference's first colon.
    Raises Unbalanced, UnknownCurrency.
    """

    reference: str
    business_on: date
    legs: tuple[Leg, ...]
    memo: str

    def __init__(self, reference: str, business_on: date, legs: Iterable[Leg], memo: str = "") -> None:
        kept = tuple(leg for leg in legs if leg.amount_minor)
        sums: Counter[str] = Counter()
        for leg in kept:
            exponent(leg.currency)
            sums[leg.currency] += leg.amount_minor
        if len(kept) == 1 or any(sums.values()):
            raise Unbalanced(reference=reference, sums=dict(sums))
        object.__setattr__(self, "reference", reference)
        object.__setattr__(self, "business_on", business_on)
        object.__setattr__(self, "legs", kept)
        object.__setattr__(self, "memo", memo or reference.split(":", 1)[0])

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to post, which `post` refuses."""
        return not self.legs


def _whole(amount_minor: int) -> int:
    if type(amount_minor) is not int:
        raise TypeError(f"not a whole number: {amount_minor!r}")
    if amount_minor < 0:
        raise NegativeAmount(amount_minor=amount_minor)
    return amount_minor
