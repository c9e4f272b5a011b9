"""Inspection periods and the plan of what is picked from where."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.fulfilment.rules import TRAVEL, Pick, Want, accept_by, clean_carrier, clean_tracking, plan

SHIPPED = datetime(2026, 10, 8, 6, 0, tzinfo=UTC)
KEYS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@pytest.mark.parametrize(
    ("may_return", "is_person", "days"), [(False, True, 3), (True, True, 7), (False, False, 3), (True, False, 3)]
)
def test_silence_counts_from_the_arrival(may_return, is_person, days):
    until = accept_by(SHIPPED, may_return=may_return, is_person=is_person)
    assert until == SHIPPED + TRAVEL + timedelta(days=days)


def test_a_consumer_who_may_return_is_never_taken_at_silence_before_seven_days():
    assert accept_by(SHIPPED, may_return=True, is_person=True) - SHIPPED >= timedelta(days=7)


def test_a_parcel_has_a_carrier_and_a_number():
    assert clean_carrier("  顺丰  速运 ") == "顺丰 速运"
    assert clean_tracking(" SF 14 ") == "SF 14"
    for clean, text, code in (
        (clean_carrier, " ", "carrier_missing"),
        (clean_tracking, "", "tracking_number_missing"),
        (clean_carrier, "运" * 61, "too_long"),
        (clean_tracking, "1" * 41, "too_long"),
    ):
        with pytest.raises(FieldError) as refused:
            clean(text)
        assert refused.value.code == code


def test_the_oldest_lot_is_emptied_first():
    key = (1, 1)
    wants = [Want(1, key, 700), Want(2, key, 600), Want(3, (1, 2), 50)]
    assert plan(wants, {key: [(10, 500), (11, 1000)]}) == [
        Pick(1, 10, 500),
        Pick(1, 11, 200),
        Pick(2, 11, 600),
        Pick(3, None, 50),
    ]


@given(
    st.lists(
        st.builds(Want, st.integers(1, 10**6), KEYS, st.integers(1, 10**6)), max_size=20, unique_by=lambda w: w[0]
    ),
    st.dictionaries(KEYS, st.lists(st.integers(0, 10**6), max_size=5)),
)
def test_every_want_is_planned_whole_and_no_lot_gives_more_than_it_has(wants, stock):
    number = iter(range(1, 10**4))
    left = {key: [(next(number), grams) for grams in lots] for key, lots in stock.items()}
    picks = plan(wants, left)
    for want in wants:
        assert sum(pick.grams for pick in picks if pick.line_id == want.line_id) == want.grams
    for lots in left.values():
        for lot_id, grams in lots:
            assert sum(pick.grams for pick in picks if pick.lot_id == lot_id) <= grams
