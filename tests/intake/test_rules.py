"""Pure rules of the scale."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.intake import rules

GRAMS = st.integers(min_value=-10, max_value=10**9)


@given(GRAMS, GRAMS, GRAMS)
def test_net_is_what_is_left_or_refused(gross, tare, cut):
    if min(gross, tare, cut) < 0 or gross - tare - cut <= 0:
        with pytest.raises(FieldError):
            rules.net(gross, tare, cut)
    else:
        assert rules.net(gross, tare, cut) + tare + cut == gross


@pytest.mark.parametrize(
    ("accepted_g", "earlier_g", "times"),
    [
        (1_000_000, [], 10),  # 1,000 kg for one basket
        (999_999, [], None),
        (1_458_500, [120_000, 150_000, 190_000], 10),  # the point of 145.85 was missed
        (145_850, [120_000, 150_000, 190_000], None),
        (750_000, [150_000, 120_000, 190_000], 5),
        (749_999, [150_000, 120_000, 190_000], None),
        (200_000, [20_000, 30_000], None),  # two loads say nothing about a household
        (1_000_000, [900_000, 900_000, 900_000], 10),  # a large household, still above what is usual
    ],
)
def test_doubt(accepted_g, earlier_g, times):
    found = rules.find_doubt(accepted_g, 100_000, earlier_g)
    assert (found.times if found else None) == times


def test_doubt_says_what_was_brought_before():
    found = rules.find_doubt(1_458_500, 100_000, [120_000, 150_000, 190_000])
    assert (found.usual_g, found.least_g, found.most_g) == (150_000, 120_000, 190_000)


@pytest.mark.parametrize(
    ("slug", "ordinal", "code"),
    [("yuanshang-apple", 1, "YA-261125-A2"), ("qiang", 26, "QI-261125-Z2"), ("a-b-c-d-e", 27, "ABCD-261125-AA2")],
)
def test_lot_code(slug, ordinal, code):
    assert rules.lot_code(slug, date(2026, 11, 25), ordinal, 2) == code


def test_no_two_seasons_or_grades_share_a_code():
    codes = {rules.lot_code("a-b", date(2026, 11, 25), n, rank) for n in range(1, 800) for rank in range(1, 6)}
    assert len(codes) == 799 * 5
