"""The members' pages: register, accounts by two people, cards; strangers find nothing and no page shows an account."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace import cooperatives
from marketplace.cooperatives import AccountChange, HouseholdKey, Member, StaffRole
from marketplace.extensions import atomic, db
from marketplace.trail import TrailEntry
from tests.factories.cooperatives import ACCOUNT, make_cooperative, make_member, make_staff

NEW = "6222021234567890120"
TYPED = {
    "kind": "household",
    "name": "阿卜杜热合曼·买买提",
    "village_group": "二组",
    "joined_on": "2026-01-05",
    "phone": "138 0013 8000",
    "capital": "1234.50",
    "land": "3.125",
    "bank_name": "中国农业银行洛川支行",
    "bank_account": ACCOUNT,
}


@pytest.fixture
def room(client, log_in, stays):
    """A cooperative with one member, and its clerk at the desk."""
    cooperative = make_cooperative()
    member = make_member(cooperative)
    clerk = make_staff(cooperative)
    log_in(client, clerk)
    return cooperative, member


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_member_is_added_sure(client, room):
    cooperative, first = room
    cooperative_id, number = cooperative.id, first.number
    answer = client.post("/cooperative/members/new", data={**TYPED, "once": "t1"})
    again = client.post("/cooperative/members/new", data={**TYPED, "once": "t1"})
    assert answer.status_code == again.status_code == 303
    assert answer.location == again.location
    row = cooperatives.list_members(cooperative_id)[-1]
    assert (row.number, row.name, row.land_mmu, row.capital_minor) == (number + 1, TYPED["name"], 3125, 123450)
    assert (row.phone, row.bank_last4, row.bank_account) == ("+8613800138000", ACCOUNT[-4:], ACCOUNT)
    page = client.get(answer.location)
    assert ACCOUNT not in page.text
    assert f"ending {ACCOUNT[-4:]}" in page.text
    assert all(ACCOUNT not in str((e.before, e.after)) for e in db.session.scalars(select(TrailEntry)))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("land", "3.1255"),
        ("capital", "1.234"),
        ("name", " "),
        ("number", "x1"),
        ("phone", "1380013"),
        ("joined_on", "x"),
    ],
)
def test_what_cannot_be_read_is_kept_and_nothing_written(client, room, field, typed):
    before = count(Member)
    answer = client.post("/cooperative/members/new", data={**TYPED, field: typed})
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert 'value="2026-01-05"' in answer.text or field == "joined_on"
    assert count(Member) == before


def test_an_odd_account_is_asked_about_once_and_then_taken(client, room):
    odd = ACCOUNT[:-1] + str((int(ACCOUNT[-1]) + 1) % 10)
    before = count(Member)
    asked = client.post("/cooperative/members/new", data={**TYPED, "bank_account": odd})
    assert asked.status_code == 422
    assert 'name="sure"' in asked.text
    assert f'value="{odd}"' in asked.text
    assert count(Member) == before
    taken = client.post("/cooperative/members/new", data={**TYPED, "bank_account": odd, "sure": "y", "once": "t2"})
    assert taken.status_code == 303
    assert count(Member) == before + 1


def test_the_list_is_searched_and_costs_the_same_at_two_sizes(client, room, queries):
    cooperative, _member = room
    by = make_staff(cooperative)
    costs = []
    for total in (2, 18):
        while count(Member) < total:
            make_member(cooperative, f"李{count(Member)}", by=by)
        db.session.expire_all()
        with queries(20) as seen:
            assert client.get("/cooperative/members").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
    found = client.get("/cooperative/members?q=张建").text
    assert "张建国" in found
    assert "李2" not in found
    assert "张建国" not in client.get("/cooperative/members?gone=left").text


def test_data_change_and_the_member_leaves(client, room):
    _, member = room
    member_id = member.id
    page = client.get(f"/cooperative/members/{member_id}/edit").text
    assert 'value="5"' in page
    assert 'value="100.00"' in page
    facts = {key: TYPED[key] for key in ("kind", "name", "village_group", "joined_on", "land", "capital")}
    assert client.post(f"/cooperative/members/{member_id}/edit", data=facts).status_code == 303
    refused = client.post(f"/cooperative/members/{member_id}/leave", data={"on": "2020-01-01"})
    assert refused.status_code == 422
    assert client.post(f"/cooperative/members/{member_id}/leave", data={"on": "2026-02-01"}).status_code == 303
    row = db.session.get_one(Member, member_id)
    assert (row.name, row.land_mmu, row.left_on) == (TYPED["name"], 3125, date(2026, 2, 1))


def test_a_new_account_counts_when_a_second_person_confirmed_it(client, room, log_in):
    cooperative, member = room
    member_id, manager = member.id, make_staff(cooperative, StaffRole.MANAGER)
    cashier = make_staff(cooperative, StaffRole.CASHIER)
    log_in(client, manager)
    typed = {"bank_name": "邮储银行", "bank_account": NEW, "sure": "y", "once": "c1"}
    assert client.post(f"/cooperative/members/{member_id}/account", data=typed).status_code == 303
    change = db.session.scalars(select(AccountChange)).one()
    client.post(f"/cooperative/account-changes/{change.id}/confirm")
    assert "Another person has to do this" in client.get(f"/cooperative/members/{member_id}").text
    assert db.session.get_one(Member, member_id).bank_last4 == ACCOUNT[-4:]
    log_in(client, cashier)
    page = client.get(f"/cooperative/members/{member_id}").text
    assert "Confirm the account" in page
    assert NEW not in page
    assert client.post(f"/cooperative/account-changes/{change.id}/confirm").status_code == 303
    assert db.session.get_one(Member, member_id).bank_last4 == NEW[-4:]
    client.post(f"/cooperative/account-changes/{change.id}/refuse")
    assert "That was decided already" in client.get(f"/cooperative/members/{member_id}").text


def test_a_card_shows_its_pin_once_and_opens_the_statement(client, room, log_in):
    cooperative, member = room
    member_id = member.id
    log_in(client, make_staff(cooperative, StaffRole.MANAGER))
    answer = client.post(f"/cooperative/members/{member_id}/card")
    assert answer.headers["Cache-Control"] == "no-store"
    code, pin = re.findall(r'<p class="fig num">([0-9A-Z]+)</p>', answer.text)
    assert re.fullmatch(r"\d{6}", pin)
    assert "data:image/svg+xml" in answer.text
    assert pin not in client.get(f"/cooperative/members/{member_id}").text
    second = re.findall(
        r'<p class="fig num">([0-9A-Z]+)</p>', client.post(f"/cooperative/members/{member_id}/card").text
    )
    assert second[0] != code
    assert client.post("/household/login", data={"code": code, "pin": pin}).status_code == 422
    assert client.post("/household/login", data={"code": second[0], "pin": second[1]}).status_code == 303


READ = ("", "/edit", "/account")
WRITE = ("/edit", "/leave", "/account", "/card")


def test_the_manager_of_another_cooperative_finds_and_changes_nothing(client, room, log_in):
    """B53: reads and writes alike."""
    _, member = room
    member_id, by = member.id, make_staff(member.cooperative)
    with atomic():
        change_id = cooperatives.propose_account_change(
            member, token="p", by=by.id, payee="", bank_name="邮储银行", bank_account=NEW
        ).id
    log_in(client, make_staff(make_cooperative("武夷岩茶合作社"), StaffRole.MANAGER))
    entries = count(TrailEntry)
    for path in READ:
        assert client.get(f"/cooperative/members/{member_id}{path}").status_code == 404, path
    for path in WRITE:
        data = {**TYPED, "on": "2026-02-01", "sure": "y"}
        assert client.post(f"/cooperative/members/{member_id}{path}", data=data).status_code == 404, path
    for verb in ("confirm", "refuse"):
        assert client.post(f"/cooperative/account-changes/{change_id}/{verb}").status_code == 404
    assert "张建国" not in client.get("/cooperative/members").text
    assert (count(TrailEntry), count(HouseholdKey)) == (entries, 0)


def test_the_anonymous_log_in_first_and_supervisors_only_read(client, room, log_in):
    cooperative, member = room
    member_id = member.id
    log_in(client, make_staff(cooperative, StaffRole.SUPERVISOR))
    assert client.get(f"/cooperative/members/{member_id}").status_code == 200
    assert client.get("/cooperative/members/new").status_code == 404
    assert client.post(f"/cooperative/members/{member_id}/leave", data={"on": "2026-02-01"}).status_code == 404
    with client.session_transaction() as stored:
        stored.clear()
    answer = client.get(f"/cooperative/members/{member_id}")
    assert answer.status_code == 303
    assert "/login?next=" in answer.location


def test_the_books_say_what_each_is_for(client, room):
    page = client.get("/cooperative/more").text
    assert "/cooperative/members" in page
    assert "Who belongs to it" in page
