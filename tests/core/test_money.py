"""Splitting, rounding and reading money (faults B01, B02, B63, B64)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.core.money import (
    MixedCurrency,
    NegativeTotal,
    NothingToShareBy,
    UnknownCurrency,
    allocate,
    exponent,
    parse_minor,
    ratio,
    sum_minor,
)

TOTALS = st.integers(0, 10**12)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=60).filter(any)


def keys(count):
    return [f"member:{n}" for n in range(count)]


def test_b01_fractional_weights_as_whole_numbers_share_all():
    weights = [1_181_858_314_366_100] * 7 + [1_170_126_087_450_276] + [1_000_000_000_000_000] * 4
    assert allocate(700_273, weights, keys(12)) == [61_565] * 7 + [60_954] + [52_091] * 4


@pytest.mark.parametrize(
    ("total", "receivers", "expected"), [(1, 2, [0, 1]), (2, 3, [0, 1, 1]), (0, 5, [0, 0, 0, 0, 0])]
)
def test_b02_less_than_one_each(total, receivers, expected):
    assert sorted(allocate(total, [7] * receivers, keys(receivers))) == expected


def test_b02_no_weight_is_refused_unless_there_is_nothing():
    with pytest.raises(NothingToShareBy) as refused:
        allocate(500, [0, 0, 0], keys(3))
    assert refused.value.code == "nothing_to_share_by"
    with pytest.raises(NothingToShareBy):
        allocate(500, [], [])
    assert allocate(0, [0, 0, 0], keys(3)) == [0, 0, 0]


@pytest.mark.parametrize("weight", [1.0, True, Fraction(1, 2), "1", None])
def test_only_whole_weights(weight):
    with pytest.raises(TypeError):
        allocate(100, [1, weight], keys(2))
    with pytest.raises(TypeError):
        allocate(100.0, [1, 1], keys(2))


def test_negative_and_ambiguous_are_refused():
    with pytest.raises(NegativeTotal):
        allocate(-10_000, [1, 1, 1], keys(3))
    with pytest.raises(ValueError, match="negative weight"):
        allocate(100, [2, -1], keys(2))
    with pytest.raises(ValueError, match="one key"):
        allocate(100, [1, 1], ["a", "a"])
    with pytest.raises(ValueError, match="one key"):
        allocate(100, [1, 1], ["a"])


@given(TOTALS, WEIGHTS)
def test_shares_add_up_and_stay_within_one_of_the_exact_share(total, weights):
    shares = allocate(total, weights, keys(len(weights)))
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(total * weight, sum(weights))
        assert exact - 1 < share < exact + 1
        assert share == 0 or weight > 0


@given(TOTALS, WEIGHTS, st.randoms(use_true_random=False))
def test_order_does_not_matter(total, weights, random):
    names = keys(len(weights))
    order = list(range(len(weights)))
    random.shuffle(order)
    straight = dict(zip(names, allocate(total, weights, names), strict=True))
    shuffled = allocate(total, [weights[i] for i in order], [names[i] for i in order])
    assert straight == dict(zip([names[i] for i in order], shuffled, strict=True))


@given(TOTALS, WEIGHTS)
def test_equal_weights_differ_by_one_at_most(total, weights):
    by_weight = {}
    for share, weight in zip(allocate(total, weights, keys(len(weights))), weights, strict=True):
        by_weight.setdefault(weight, []).append(share)
    assert all(max(shares) - min(shares) <= 1 for shares in by_weight.values())


@given(TOTALS, WEIGHTS)
def test_one_fen_more_takes_at_most_one_from_anybody(total, weights):
    names = keys(len(weights))
    before, after = allocate(total, weights, names), allocate(total + 1, weights, names)
    assert all(new - old in (-1, 0, 1) for old, new in zip(before, after, strict=True))


@given(TOTALS, WEIGHTS)
def test_jin_or_grams_share_alike(total, weights):
    names = keys(len(weights))
    assert allocate(total, weights, names) == allocate(total, [500 * weight for weight in weights], names)


def test_ties_depend_on_the_key():
    winners = {tuple(allocate(1, [1, 1, 1], [f"member:{n}/run:{run}" for n in range(3)])).index(1) for run in range(40)}
    assert winners == {0, 1, 2}


@given(st.integers(-(10**12), 10**12), st.integers(-(10**6), 10**6).filter(bool))
def test_ratio_rounds_half_away_from_zero(numerator, denominator):
    rounded, exact = ratio(numerator, denominator), Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)
    assert ratio(-numerator, denominator) == -rounded


def test_ratio_examples():
    assert [ratio(n, 2) for n in (1, 3, -1, -3, 0)] == [1, 2, -1, -2, 0]
    assert ratio(149, 100) == 1
    with pytest.raises(ZeroDivisionError):
        ratio(1, 0)
    with pytest.raises(TypeError):
        ratio(1.5, 2)


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("80", "JPY", 80),
        ("1,000", "KRW", 1000),
        ("80.00", "CNY", 8000),
        ("1.234", "KWD", 1234),
        (" ￥1，234.5 ", "CNY", 123_450),
        ("0.01", "CNY", 1),
        ("3.000", "CNY", 300),
        ("80.00", "JPY", 80),
    ],
)
def test_b64_amounts_by_the_currency_table(text, currency, expected):
    assert parse_minor(text, currency) == expected


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1.005", "CNY", "too_many_decimals"),
        ("0.5", "JPY", "too_many_decimals"),
        ("", "CNY", "not_an_amount"),
        ("-1", "CNY", "not_an_amount"),
        ("1e3", "CNY", "not_an_amount"),
        ("inf", "CNY", "not_an_amount"),
        ("nan", "CNY", "not_an_amount"),
        ("1,2", "CNY", "not_an_amount"),
        ("1.2.3", "CNY", "not_an_amount"),
        ("１２", "CNY", "not_an_amount"),
        ("9" * 40, "CNY", "not_an_amount"),
    ],
)
def test_amounts_that_are_refused(text, currency, code):
    with pytest.raises(FieldError) as refused:
        parse_minor(text, currency)
    assert refused.value.code == code


@given(st.integers(0, 10**15 - 1), st.sampled_from(["CNY", "JPY", "KWD", "USD"]))
def test_an_amount_reads_back(minor, currency):
    decimals = exponent(currency)
    whole, part = divmod(minor, 10**decimals)
    text = f"{whole}.{part:0{decimals}d}" if decimals else str(whole)
    if len(str(whole)) <= 13:
        assert parse_minor(text, currency) == minor


def test_currencies():
    assert [exponent(c) for c in ("CNY", "JPY", "KRW", "KWD", "CLF")] == [2, 0, 0, 3, 4]
    for unknown in ("XXX", "cny", ""):
        with pytest.raises(UnknownCurrency):
            exponent(unknown)


def test_b64_mixed_currency_is_not_added():
    assert sum_minor([(80, "JPY"), (20, "JPY")]) == (100, "JPY")
    with pytest.raises(MixedCurrency):
        sum_minor([(80, "JPY"), (8000, "CNY")])
    with pytest.raises(TypeError):
        sum_minor([(0.5, "CNY")])
    with pytest.raises(ValueError, match="no currency"):
        sum_minor([])


def test_b63_a_thousand_shares_leave_nothing():
    owed = [0, 0, 0]
    for run in range(1000):
        shares = allocate(10_000, [1, 1, 1], [f"member:{n}/run:{run}" for n in range(3)])
        owed = [a + b for a, b in zip(owed, shares, strict=True)]
    assert sum(owed) == 10_000 * 1000
    assert all(type(amount) is int for amount in owed)
