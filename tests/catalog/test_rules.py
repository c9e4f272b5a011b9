"""Pure rules of the shop window."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog import rules
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("price_minor", "grams", "per_kg"), [(68_00, 5_000, 13_60), (100, 3_000, 33), (100, 1_500, 67), (1, 2_000, 1)]
)
def test_per_kg_is_rounded_half_up(price_minor, grams, per_kg):
    assert rules.per_kg(price_minor, grams) == per_kg


@pytest.mark.parametrize(
    ("grams", "fee"), [(1, 12_00), (5_000, 12_00), (5_001, 13_50), (6_000, 13_50), (6_001, 15_00), (10_000, 19_50)]
)
def test_delivery_is_the_first_weight_and_each_step_begun(grams, fee):
    assert rules.delivery_fee(grams, 5_000, 12_00, 1_000, 1_50) == fee


@pytest.mark.parametrize(
    ("on", "inside"), [(date(2026, 9, 30), False), (date(2026, 10, 1), True), (date(2026, 10, 31), True)]
)
def test_both_ends_of_a_window_are_included(on, inside):
    assert rules.in_window(on, date(2026, 10, 1), date(2026, 10, 31)) is inside
    assert rules.in_window(on, None, None)


def test_words_of_a_document():
    assert rules.document_words("富士苹果 Fuji APPLES 80mm果") == [
        *("富", "士", "苹", "果", "富士", "士苹", "苹果", "fuji", "apples", "80mm")
    ]
    assert rules.document_words("ＦＵＪＩ Zhèng'ān") == ["fuji", "zheng", "an"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("*\"'()-:^ \x00", []),
        ("茶", [("茶", False)]),
        ("苹果", [("苹果", False)]),
        ("富士苹果", [("富士", False), ("士苹", False), ("苹果", False)]),
        ("App 富", [("app", True), ("富", False)]),
        ("AND or NEAR", [("and", True), ("or", True), ("near", True)]),
    ],
)
def test_words_of_a_query(text, words):
    assert rules.query_words(text) == words


@given(st.text(max_size=500))
def test_no_query_has_more_than_some_plain_words(text):
    words = rules.query_words(text)
    assert len(words) <= rules.MOST_WORDS
    assert not any(set(word) & set("\"'\\*: \x00") for word, _begins in words)


@given(st.text(alphabet="富士苹果洛川县abcXYZ 80", min_size=1, max_size=12))
def test_every_document_is_found_by_its_own_text(text):
    words = set(rules.document_words(text))
    for word, begins in rules.query_words(text):
        assert any(found.startswith(word) for found in words) if begins else word in words


def test_every_drawing_lies_in_the_house():
    assert {name for name in rules.DRAWINGS if not (ROOT / "static" / "svg" / f"{name}.svg").is_file()} == set()
