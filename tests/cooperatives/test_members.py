"""Members, their bank accounts and printed codes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from marketplace import access, cooperatives, trail
from marketplace.cooperatives import MemberKind, StaffRole, mask_name
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db
from tests.factories.cooperatives import (
    ACCOUNT,
    make_cooperative,
    make_coordinator,
    make_household_key,
    make_member,
    make_staff,
)

OTHER_ACCOUNT = "6222 0212 3456 7890 128"


def test_numbers_are_given_one_after_the_other_in_each_cooperative(session):
    one, two = make_cooperative(), make_cooperative()
    assert [make_member(one).number, make_member(one).number, make_member(two).number] == [1, 2, 1]
    assert make_member(one, number=9).number == 9
    assert make_member(one).number == 10
    with pytest.raises(FieldError, match="number_taken"):
        make_member(one, number=9)


def test_the_same_token_adds_a_member_once(session):
    cooperative = make_cooperative()
    clerk = make_staff(cooperative)
    facts = {"kind": MemberKind.HOUSEHOLD, "name": "张家", "village_group": "一组", "joined_on": date(2020, 1, 1)}
    with atomic():
        first = cooperatives.add_member(cooperative, token="t", by=clerk.id, **facts)
        again = cooperatives.add_member(cooperative, token="t", by=clerk.id, **facts)
    assert first is again


def test_the_database_holds_no_account_number_and_the_trail_no_name(session):
    member = make_member(make_cooperative(), "欧阳娜娜")
    stored = session.execute(text("select bank_account, bank_last4 from member")).one()
    assert ACCOUNT.encode() not in bytes(stored[0])
    assert stored[1] == ACCOUNT[-4:]
    assert member.bank_account == ACCOUNT
    for entry in trail.list_of(f"member:{member.id}"):
        assert "欧阳" not in str(entry.after)
        assert ACCOUNT not in str(entry.after)


@pytest.mark.parametrize("typed", ["6.217E+18", "six", "12", "6217001234567890122x", "６２１７"])
def test_what_is_no_account_is_refused(session, typed):
    with pytest.raises(FieldError, match="not_an_account"):
        make_member(make_cooperative(), bank_account=typed)


def test_an_odd_check_digit_warns_only():
    assert not cooperatives.is_odd_account(ACCOUNT)
    assert cooperatives.is_odd_account(ACCOUNT[:-1] + str((int(ACCOUNT[-1]) + 1) % 10))


def test_collective_money_never_goes_to_a_person(session):
    cooperative = make_cooperative()
    with pytest.raises(FieldError, match="collective_payee"):
        make_member(cooperative, "塬上村集体", kind=MemberKind.COLLECTIVE, payee="张建国")
    assert make_member(cooperative, "塬上村集体", kind=MemberKind.COLLECTIVE).payee == "塬上村集体"


def test_a_bank_account_changes_by_two_people(session):
    cooperative = make_cooperative()
    member = make_member(cooperative)
    clerk, manager = make_staff(cooperative), make_staff(cooperative, StaffRole.MANAGER)
    with atomic():
        change = cooperatives.propose_account_change(
            member, token="c", by=clerk.id, payee="", bank_name="洛川农商行", bank_account=OTHER_ACCOUNT
        )
    assert member.bank_account == ACCOUNT
    with pytest.raises(FieldError, match="same_person"), atomic():
        cooperatives.decide_account_change(change, confirm=True, by=clerk.id)
    with pytest.raises(FieldError, match="change_open"), atomic():
        cooperatives.propose_account_change(
            member, token="d", by=manager.id, payee="", bank_name="洛川农商行", bank_account=OTHER_ACCOUNT
        )
    with atomic():
        cooperatives.decide_account_change(change, confirm=True, by=manager.id)
    assert (member.bank_account, member.bank_last4) == (OTHER_ACCOUNT.replace(" ", ""), "0128")
    with pytest.raises(FieldError, match="decided_already"), atomic():
        cooperatives.decide_account_change(change, confirm=False, by=manager.id)


def test_a_refused_account_changes_nothing(session):
    cooperative = make_cooperative()
    member = make_member(cooperative)
    with atomic():
        change = cooperatives.propose_account_change(
            member,
            token="c",
            by=make_staff(cooperative).id,
            payee="",
            bank_name="洛川农商行",
            bank_account=OTHER_ACCOUNT,
        )
    clerk, cashier = make_staff(cooperative), make_staff(cooperative, StaffRole.CASHIER)
    for somebody in (
        clerk,
        make_staff(cooperative, StaffRole.SUPERVISOR),
        make_staff(make_cooperative(), StaffRole.MANAGER),
    ):
        with pytest.raises(FieldError, match="not_yours_to_decide"), atomic():
            cooperatives.decide_account_change(change, confirm=True, by=somebody.id)
    with atomic():
        cooperatives.decide_account_change(change, confirm=False, by=cashier.id)
    assert member.bank_account == ACCOUNT


def test_a_household_with_a_payee_of_its_own_does_not_become_a_collective(session):
    member = make_member(make_cooperative(), "塬上村集体", payee="张建国")
    facts = {"name": member.name, "village_group": "村委会", "joined_on": member.joined_on}
    with pytest.raises(FieldError, match="collective_payee"), atomic():
        cooperatives.edit_member(member, by=make_staff(member.cooperative).id, kind=MemberKind.COLLECTIVE, **facts)
    session.expire_all()
    assert member.kind is MemberKind.HOUSEHOLD


def test_leaving_is_dated_once(session):
    member = make_member(make_cooperative())
    clerk = make_staff(member.cooperative)
    today = clock.today(member.cooperative.zone)
    for on, code in [
        (member.joined_on - timedelta(days=1), "left_before_joined"),
        (today + timedelta(days=2), "date_in_future"),
    ]:
        with pytest.raises(FieldError, match=code), atomic():
            cooperatives.leave(member, on, by=clerk.id)
    with atomic():
        cooperatives.leave(member, today, by=clerk.id)
    with pytest.raises(FieldError, match="left_already"), atomic():
        cooperatives.leave(member, today, by=clerk.id)


def test_a_new_code_ends_the_old_one_and_its_session(session):
    member = make_member(make_cooperative())
    old = make_household_key(member)
    number = access.session_id_of_household(old)
    assert access.load_actor(number).member_id == member.id
    new = make_household_key(member)
    assert access.load_actor(number) is None
    assert cooperatives.find_household_key(old.code) is None
    assert cooperatives.find_household_key(new.code.lower()).id == new.id


@pytest.mark.parametrize(
    ("name", "masked"), [("张建国", "张*"), ("王", "王*"), ("阿卜杜热合曼·买买提", "阿*"), ("Zhang Jianguo", "Zhang *")]
)
def test_names_are_masked(name, masked):
    assert mask_name(name) == masked


def test_a_search_finds_numbers_and_parts_of_names_and_no_wildcards(session):
    cooperative = make_cooperative()
    make_member(cooperative, "张建国")
    make_member(cooperative, "欧阳娜娜")

    def found(wanted):
        return [m.number for m in db.session.scalars(cooperatives.select_members(cooperative.id, text=wanted))]

    assert found("2") == [2]
    assert found("建国") == [1]
    assert found("%") == []
    assert found("_") == []
    assert found("") == [1, 2]


def test_a_duty_ends_rights_at_once(session):
    cooperative = make_cooperative()
    manager = make_staff(cooperative, StaffRole.MANAGER)
    clerk = make_staff(cooperative)
    number = access.session_id_of_user(clerk)
    assert access.load_actor(number).role == "clerk"
    duty = cooperatives.list_staff(cooperative.id, StaffRole.CLERK)[0]
    with pytest.raises(FieldError, match="own_duty"), atomic():
        cooperatives.end_duty(duty, duty.since_on, by=clerk.id)
    with atomic():
        cooperatives.end_duty(duty, duty.since_on, by=manager.id)
    assert access.load_actor(number) is None


def test_one_duty_at_a_time_and_only_for_staff(session):
    cooperative = make_cooperative()
    clerk = make_staff(cooperative)
    with pytest.raises(FieldError, match="has_duty"), atomic():
        cooperatives.appoint(clerk, cooperative, StaffRole.CASHIER)
    with pytest.raises(FieldError, match="not_staff"), atomic():
        cooperatives.appoint(make_coordinator(), cooperative, StaffRole.CASHIER)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("slug", "Luo chuan", "not_a_slug"), ("zone", "Asia/Nowhere", "not_a_zone"), ("name", "", "name_missing")],
)
def test_what_a_cooperative_may_not_be(session, field, value, code):
    with pytest.raises(FieldError, match=code) as refusal:
        make_cooperative(**({"name": value} if field == "name" else {field: value}))
    assert refusal.value.field == field


def test_a_slug_is_used_once(session):
    make_cooperative(slug="luochuan")
    with pytest.raises(FieldError, match="slug_taken"):
        make_cooperative(slug="Luochuan")
