"""Weights and areas as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.core.units import GRAMS_PER, parse_grams, parse_mmu


@pytest.mark.parametrize(
    ("text", "unit", "grams"),
    [("1", "jin", 500), ("12.5", "kg", 12_500), ("1", "liang", 50), ("0.5", "dan", 25_000), ("0.001", "kg", 1)],
)
def test_weights(text, unit, grams):
    assert parse_grams(text, unit) == grams


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("0.0005", "kg", "finer_than_a_gram"),
        ("0.5", "g", "finer_than_a_gram"),
        ("inf", "kg", "not_a_weight"),
        ("nan", "kg", "not_a_weight"),
        ("-1", "kg", "not_a_weight"),
        ("1e9", "kg", "not_a_weight"),
        ("", "kg", "not_a_weight"),
        (".5", "kg", "not_a_weight"),
        ("1,5", "kg", "not_a_weight"),
        ("1234567890", "kg", "not_a_weight"),
        ("1", "pound", "unknown_unit"),
    ],
)
def test_weights_that_are_refused(text, unit, code):
    with pytest.raises(FieldError) as refused:
        parse_grams(text, unit)
    assert refused.value.code == code


@given(st.integers(0, 10**8))
def test_jin_and_kg_give_the_same_grams(half_kilos):
    assert parse_grams(str(half_kilos), "jin") == parse_grams(f"{half_kilos * 5 // 10}.{half_kilos * 5 % 10}", "kg")


def test_areas():
    assert parse_mmu("2.345") == 2345
    for text, code in (("2.3456", "finer_than_a_thousandth"), ("-1", "not_an_area")):
        with pytest.raises(FieldError) as refused:
            parse_mmu(text)
        assert refused.value.code == code


def test_units_are_those_of_the_trade():
    assert GRAMS_PER == {"g": 1, "liang": 50, "jin": 500, "kg": 1000, "dan": 50_000}
