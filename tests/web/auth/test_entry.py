"""Logging in, registering, logging out: what is wrong is never said, and too many tries wait."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from marketplace import cooperatives
from marketplace.cooperatives import Staff, StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.identity import Buyer, BuyerKind, LoginFailure, PlatformRole, User
from tests.factories.cooperatives import make_cooperative, make_coordinator, make_staff
from tests.factories.identity import PASSWORD, make_buyer, make_user

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)


def try_in(client, email, password=PASSWORD, target=""):
    address = f"/login?next={target}" if target else "/login"
    return client.post(address, data={"email": email, "password": password})


def test_everybody_lands_where_the_day_begins(client, stays):
    cooperative = make_cooperative()
    landings = {
        make_buyer().email: "/",
        make_staff(cooperative, StaffRole.CASHIER).email: "/cooperative/",
        make_coordinator(cooperative).email: "/coordinator/",
        make_user(PlatformRole.ADMINISTRATOR).email: "/admin/",
    }
    for email, landing in landings.items():
        answer = try_in(client, email.upper())
        assert (answer.status_code, answer.location) == (303, landing)
        client.post("/logout")
        assert "/login" in client.get("/account").location


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(client, stays):
    email = make_buyer().email
    wrong, unknown = try_in(client, email, "wrong password"), try_in(client, "nobody@example.com", "wrong password")
    assert wrong.status_code == unknown.status_code == 422
    assert f'value="{email}"' in wrong.text
    message = "The address or the password is wrong."
    assert wrong.text.count(message) == unknown.text.count(message) > 0
    assert "wrong password" not in wrong.text
    assert db.session.scalar(select(func.count(LoginFailure.id))) == 4


def test_too_many_tries_wait_a_quarter_of_an_hour(client, stays):
    email = make_buyer().email
    with time_machine.travel(NOON, tick=False) as now:
        for _try in range(8):
            assert try_in(client, email, "wrong password").status_code == 422
        shut = try_in(client, email)
        assert shut.status_code == 429
        assert "Too many tries" in shut.text
        now.shift(timedelta(minutes=15, seconds=1))
        assert try_in(client, email, target="/my/orders").status_code == 303


def test_one_address_of_the_internet_cannot_try_everybody(client, stays):
    email = make_buyer().email
    with time_machine.travel(NOON, tick=False):
        for number in range(40):
            assert try_in(client, f"nobody{number}@example.com", "wrong password").status_code == 422
        assert try_in(client, email).status_code == 429


@pytest.mark.parametrize(
    "target", ["//evil.example", "\\\\evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example"]
)
def test_next_leads_nowhere_else(client, stays, target):
    answer = try_in(client, make_buyer().email, target=target)
    assert (answer.status_code, answer.location) == (303, "/")


def test_next_leads_back(client, stays):
    assert try_in(client, make_buyer().email, target="/my/orders").location == "/my/orders"


def test_a_session_dies_when_the_duty_ends(client, stays):
    cooperative = make_cooperative()
    user, manager = make_staff(cooperative), make_staff(cooperative, StaffRole.MANAGER)
    assert try_in(client, user.email).status_code == 303
    assert client.get("/cooperative/more").status_code == 200
    duty = db.session.scalars(select(Staff).where(Staff.user_id == user.id)).one()
    with atomic():
        cooperatives.end_duty(duty, clock.today(cooperative.zone), by=manager.id)
    assert client.get("/cooperative/more").status_code == 303
    assert try_in(client, user.email).status_code == 422


TYPED = {
    "kind": "institution",
    "name": "欧阳娜娜",
    "buyer_name": "第三食堂",
    "email": "canteen@example.com",
    "phone": "13800138000",
    "password": PASSWORD,
    "credit_code": "",
}


def test_an_institution_registers_and_is_in(client, stays):
    answer = client.post("/register?next=/my/orders", data=TYPED)
    assert (answer.status_code, answer.location) == (303, "/my/orders")
    buyer = db.session.scalars(select(Buyer)).one()
    user = db.session.scalars(select(User)).one()
    assert (buyer.name, buyer.kind, user.name) == ("第三食堂", BuyerKind.INSTITUTION, "欧阳娜娜")
    page = client.get("/account").text
    assert "canteen@example.com" in page
    assert 'action="/logout"' in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("password", "short"),
        ("email", "nobody"),
        ("phone", "1380013"),
        ("credit_code", "123"),
        ("buyer_name", ""),
        ("kind", "x"),
    ],
)
def test_what_cannot_be_taken_is_kept_and_nothing_written(client, stays, field, typed):
    answer = client.post("/register", data={**TYPED, field: typed})
    assert answer.status_code == 422
    assert 'value="欧阳娜娜"' in answer.text
    assert PASSWORD not in answer.text
    assert db.session.scalar(select(func.count(User.id))) == 0


def test_a_taken_address_is_said(client, stays):
    email = make_buyer().email
    assert client.post("/register", data={**TYPED, "email": email.upper()}).status_code == 422
    assert db.session.scalar(select(func.count(User.id))) == 1


def test_the_account_asks_for_a_login(client):
    assert "/login?next=" in client.get("/account").location
