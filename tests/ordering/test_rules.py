"""The money of orders (faults B15, B63, B64): each figure rounded once, and all of them add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.ordering.rules import Wanted, platform_fee, price, tax_inside

LINES = st.lists(
    st.builds(
        Wanted,
        key=st.uuids().map(str),
        unit_price_minor=st.integers(1, 10**9),
        quantity=st.integers(1, 999),
        tax_bp=st.sampled_from([0, 100, 300, 900, 1300]),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda line: line.key,
)
DELIVERIES = st.integers(0, 10**7)
FEES = st.integers(0, 3000)


def test_b15_tax_lies_inside_the_gross():
    assert tax_inside(38230, 900) == 3157
    assert 38230 - tax_inside(38230, 900) == 35073
    assert tax_inside(38230, 0) == 0


@pytest.mark.parametrize(
    ("unit", "quantity", "amount", "tax"),
    [(363, 24, 8712, 719), (1, 1, 1, 0), (109, 1, 109, 9), (19_98, 3, 59_94, 495)],
)
def test_a_line_is_its_unit_price_times_its_quantity(unit, quantity, amount, tax):
    money = price([Wanted("a", unit, quantity, 900)], 0, 200)
    assert (money.lines[0].amount_minor, money.lines[0].tax_minor) == (amount, tax)
    assert money.total_minor == money.goods_minor == amount


def test_the_platforms_fee_is_rounded_once_and_half_up():
    assert platform_fee(10_000, 200) == 200
    assert platform_fee(125, 200) == 3  # 2.5
    assert platform_fee(124, 200) == 2


def test_delivery_is_split_by_amount():
    money = price([Wanted("a", 100, 1, 0), Wanted("b", 200, 1, 0), Wanted("c", 300, 1, 0)], 1201, 0)
    assert [line.delivery_minor for line in money.lines] == [200, 400, 601]


def test_an_order_without_lines_has_no_price():
    with pytest.raises(ValueError, match="lines"):
        price([], 100, 0)


@given(LINES, DELIVERIES, FEES)
def test_the_lines_make_the_total_to_the_fen(lines, delivery, fee_bp):
    money = price(lines, delivery, fee_bp)
    assert sum(line.amount_minor for line in money.lines) == money.goods_minor
    assert sum(line.delivery_minor for line in money.lines) == delivery
    assert sum(line.amount_minor + line.delivery_minor for line in money.lines) == money.total_minor
    assert all(line.delivery_minor >= 0 for line in money.lines)


@given(st.integers(0, 10**12), st.integers(0, 9999))
def test_net_and_tax_make_the_gross_and_the_rate_holds(gross, tax_bp):
    tax = tax_inside(gross, tax_bp)
    net = gross - tax
    assert 0 <= tax <= gross
    assert abs(tax * 10_000 - net * tax_bp) <= 10_000 + tax_bp  # within one minor unit of the rate on the net


@given(LINES, DELIVERIES, FEES, st.randoms())
def test_splitting_depends_on_no_order(lines, delivery, fee_bp, random):
    there = dict(zip([line.key for line in lines], price(lines, delivery, fee_bp).lines, strict=True))
    shuffled = list(lines)
    random.shuffle(shuffled)
    again = dict(zip([line.key for line in shuffled], price(shuffled, delivery, fee_bp).lines, strict=True))
    assert there == again


@given(LINES, DELIVERIES, FEES)
def test_the_fee_is_frozen_per_line_and_bears_no_delivery(lines, delivery, fee_bp):
    with_delivery, without = price(lines, delivery, fee_bp), price(lines, 0, fee_bp)
    assert [line.fee_minor for line in with_delivery.lines] == [line.fee_minor for line in without.lines]
    assert [line.fee_minor for line in without.lines] == [
        platform_fee(line.amount_minor, fee_bp) for line in without.lines
    ]
