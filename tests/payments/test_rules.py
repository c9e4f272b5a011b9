"""How refunds and fees are divided."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.payments.rules import divide, fee_back

amounts = st.integers(1, 10**9)


@given(st.dictionaries(st.text(min_size=1, max_size=3), amounts, min_size=1, max_size=6), st.data())
def test_a_division_is_exact_and_takes_from_no_part_more_than_it_has(weights, data):
    total = data.draw(st.integers(0, sum(weights.values())))
    shares = divide(total, weights, "refund:1")
    assert sum(shares.values()) == total
    assert all(0 <= shares[part] <= weights[part] for part in weights)


@given(st.dictionaries(st.text(min_size=1, max_size=3), amounts, min_size=1, max_size=6))
def test_all_of_it_takes_each_part_whole(weights):
    assert divide(sum(weights.values()), weights, "refund:1") == weights


def test_a_part_of_the_money_gives_its_part_of_the_fee_back():
    assert fee_back(20_00, captured_minor=100_00, fee_minor=2_00) == 40
    assert fee_back(100_00, captured_minor=100_00, fee_minor=10_00) == 10_00


@given(st.lists(amounts, min_size=1, max_size=8), st.data())
def test_refunds_that_add_up_to_the_payment_give_the_whole_fee_back(parts, data):
    captured = sum(parts)
    fee = data.draw(st.integers(0, captured))
    refunded = back = 0
    for part in parts:
        step = fee_back(part, captured_minor=captured, fee_minor=fee, refunded_minor=refunded, given_back_minor=back)
        assert 0 <= step <= fee - back
        refunded, back = refunded + part, back + step
    assert back == fee
