"""Money: whole minor units of a currency, split and rounded in one place each."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from marketplace.core.errors import DomainError, FieldError

# ISO 4217, table A.1: the currencies whose minor unit is not a hundredth
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF"), 0
    ),
    **dict.fromkeys(("XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_HUNDREDTHS = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP"
    " CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES"
    " KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK"
    " NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB"
    " TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG".split()
)
_AMOUNT = re.compile(r"(\d{1,13})(?:\.(\d+))?", re.ASCII)


class UnknownCurrency(DomainError):
    """A currency that the ISO 4217 table does not have."""

    code = "unknown_currency"


class MixedCurrency(DomainError):
    """Amounts of different currencies are not added up."""

    code = "mixed_currency"


class NothingToShareBy(DomainError):
    """There is money to share and every weight is zero."""

    code = "nothing_to_share_by"


class NegativeTotal(DomainError):
    """A negative total is not allocated: a reversal mirrors the stored lines."""

    code = "negative_total"


def exponent(currency: str) -> int:
    """Return the number of decimals of a currency (ISO 4217); raises UnknownCurrency."""
    if currency in _EXPONENTS:
        return _EXPONENTS[currency]
    if currency in _HUNDREDTHS:
        return 2
    raise UnknownCurrency(currency=currency)


def parse_minor(text: str, currency: str) -> int:
    """Read a typed amount such as 1,234.50 into minor units, never negative.

    Raises FieldError `not_an_amount` or `too_many_decimals`.
    """
    typed = text.strip().replace("，", ",").replace("．", ".").lstrip("¥￥").strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", typed, re.ASCII):
        typed = typed.replace(",", "")
    found = _AMOUNT.fullmatch(typed)
    if found is None:
        raise FieldError("not_an_amount")
    decimals = exponent(currency)
    if len((found.group(2) or "").rstrip("0")) > decimals:
        raise FieldError("too_many_decimals", decimals=decimals)
    return int(Decimal(typed).scaleb(decimals))


def ratio(numerator: int, denominator: int) -> int:
    """Divide whole numbers and round half up, away from zero on both sides; raises ZeroDivisionError."""
    _only_whole(numerator, denominator)
    if denominator == 0:
        raise ZeroDivisionError("ratio")
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    top, bottom = abs(numerator), abs(denominator)
    return sign * ((2 * top + bottom) // (2 * bottom))


def allocate(total: int, weights: Sequence[int], keys: Sequence[str]) -> list[int]:
    """Split a total of minor units by whole weights, largest remainder; the shares stand in the order of the weights.

    The sum is exact and no share depends on the order: equal remainders are ranked by a hash of their key, so a key
    names its receiver and the run, such as `member:7/run:3`, and stands once. A total of nothing gives zeros.
    Raises NegativeTotal, and NothingToShareBy when no weight is above zero.
    """
    _only_whole(total, *weights)
    if len(weights) != len(keys) or len(set(keys)) != len(keys):
        raise ValueError("one key for each weight, each key once")
    if any(weight < 0 for weight in weights):
        raise ValueError("negative weight")
    if total < 0:
        raise NegativeTotal(total=total)
    if total == 0:
        return [0] * len(weights)
    whole = sum(weights)
    if whole == 0:
        raise NothingToShareBy(total=total)
    shares = [total * weight // whole for weight in weights]
    left = total - sum(shares)
    by_claim = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), _rank(keys[i]), keys[i]))
    for index in by_claim[:left]:
        shares[index] += 1
    return shares


def sum_minor(amounts: Iterable[tuple[int, str]]) -> tuple[int, str]:
    """Add up (minor units, currency) pairs of one currency; raises MixedCurrency, ValueError when there are none."""
    pairs = list(amounts)
    currencies = {currency for _amount, currency in pairs}
    if not currencies:
        raise ValueError("nothing to add up has no currency")
    if len(currencies) > 1:
        raise MixedCurrency(currencies=sorted(currencies))
    _only_whole(*(amount for amount, _currency in pairs))
    return sum(amount for amount, _currency in pairs), currencies.pop()


def _rank(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _only_whole(*values: int) -> None:
    for value in values:
        if type(value) is not int:
            raise TypeError(f"not a whole number: {value!r}")
