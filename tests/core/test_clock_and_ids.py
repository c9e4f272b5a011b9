"""Time and random names."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from marketplace.core import clock, ids
from marketplace.core.errors import DomainError, FieldError, NotFound


def test_a_day_begins_in_the_zone():
    with time_machine.travel(datetime(2026, 9, 1, 16, 30, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 9, 1, 16, 30, tzinfo=UTC)
        assert clock.today("Asia/Shanghai") == date(2026, 9, 2)
        assert clock.today("UTC") == date(2026, 9, 1)


def test_travel_holds_the_clock_and_lets_go():
    there = datetime(2026, 3, 5, 8, tzinfo=UTC)
    with clock.travel(there):
        assert clock.now() == there
        with clock.travel(datetime(2026, 3, 6, 8, tzinfo=UTC)):
            assert clock.today("UTC") == date(2026, 3, 6)
        assert clock.now() == there
    assert clock.now() != there
    with pytest.raises(ValueError, match="naive"), clock.travel(datetime(2026, 3, 5, 8)):  # noqa: DTZ001
        pass


def test_names_are_long_enough_and_legible():
    tokens, codes = {ids.new_token() for _ in range(500)}, {ids.new_code() for _ in range(500)}
    assert len(tokens) == len(codes) == 500
    assert all(len(token) == 22 for token in tokens)
    assert all(len(code) == 10 and not set(code) & set("01OIL") for code in codes)
    assert len(ids.new_code(6)) == 6


def test_errors_carry_code_field_and_details():
    error = FieldError("too_heavy", "gross", grams=5)
    assert (error.code, error.field, error.details) == ("too_heavy", "gross", {"grams": 5})
    assert str(NotFound()) == "not_found"
    assert str(NotFound(order=1)) == "not_found {'order': 1}"
    assert isinstance(error, DomainError)
