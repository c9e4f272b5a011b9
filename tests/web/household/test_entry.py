"""A household comes in with its printed code and PIN."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace.extensions import atomic
from tests.factories.cooperatives import make_cooperative, make_household_key, make_member

PIN = "246810"


@pytest.fixture
def code(stays):
    return make_household_key(make_member(make_cooperative()), PIN).code


@pytest.mark.parametrize("way", ["/household/login", "/household/card/{code}"])
def test_code_and_pin_open_the_statement(client, code, way):
    address = way.format(code=code)
    page = client.get(address)
    assert 'inputmode="numeric"' in page.text
    answer = client.post(address, data={"code": code.lower(), "pin": PIN})
    assert (answer.status_code, answer.location) == (303, "/household/")
    assert client.get("/household/").status_code == 200
    assert client.get("/cooperative/members").status_code == 404
    assert client.post("/household/leave").status_code == 303
    assert client.get("/household/").status_code == 303


def test_an_unknown_code_and_a_wrong_pin_get_the_same_answer(client, code):
    wrong = client.post("/household/login", data={"code": code, "pin": "000000"})
    unknown = client.post("/household/login", data={"code": "NOBODY2345", "pin": "000000"})
    assert wrong.status_code == unknown.status_code == 422
    message = "The code or the PIN is wrong"
    assert wrong.text.count(message) == unknown.text.count(message) > 0


def test_a_pin_is_not_guessed(client, code):
    with time_machine.travel(datetime(2026, 11, 25, 4, tzinfo=UTC), tick=False) as now:
        for guess in range(8):
            data = {"code": code, "pin": f"{guess:06d}"}
            assert client.post("/household/login", data=data).status_code == 422
        right = {"code": code, "pin": PIN}
        assert client.post("/household/login", data=right).status_code == 429
        now.shift(timedelta(minutes=15, seconds=1))
        assert client.post("/household/login", data=right).status_code == 303


def test_one_card_has_one_count_however_its_code_is_typed(client, session):
    key = make_household_key(make_member(make_cooperative()))
    code = "SSSSSSSSSS"
    with atomic():
        key.code = code
    for _ in range(8):
        client.post("/household/login", data={"code": code, "pin": "000000"})
    for typed in (code.lower(), "ſ" * 10, f" {code} "):
        assert client.post("/household/login", data={"code": typed, "pin": "246810"}).status_code == 429
