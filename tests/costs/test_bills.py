"""A bill is entered by one person, approved by another, and posted once."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from marketplace import costs, ledger, trail
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.costs import ACCOUNT_OF, Bill, BillState, CostKind
from marketplace.extensions import atomic, db
from marketplace.ledger import Account
from tests.factories.cooperatives import make_staff
from tests.factories.costs import make_approved_bill, make_bill
from tests.factories.produce import make_season


def book(bill):
    return ledger.book_of(bill.cooperative_id)


@pytest.mark.parametrize("kind", list(CostKind))
def test_an_approved_bill_is_a_cost_of_its_pool_and_owed_to_the_supplier(session, kind):
    bill = make_approved_bill(amount_minor=123_45, kind=kind)
    assert ledger.balance(book(bill), ACCOUNT_OF[kind], pool=bill.season.pool) == 123_45
    assert ledger.balance(book(bill), Account.SUPPLIER_PAYABLE, party=bill.supplier.party) == -123_45


def test_an_entered_and_a_refused_bill_are_in_no_book(session):
    bill = make_bill()
    assert ledger.balances(book(bill)) == []
    manager = make_staff(bill.cooperative, StaffRole.MANAGER)
    with atomic():
        costs.refuse_bill(bill, "重复的单据", by=manager.id)
    assert bill.state is BillState.REFUSED
    assert ledger.balances(book(bill)) == []
    with pytest.raises(FieldError, match="not_now"), atomic():
        costs.approve_bill(bill, by=manager.id)


def test_nobody_approves_or_pays_their_own_bill(session):
    bill = make_bill()
    for act in (
        lambda: costs.approve_bill(bill, by=bill.entered_by_id),
        lambda: costs.refuse_bill(bill, "不对", by=bill.entered_by_id),
    ):
        with pytest.raises(FieldError, match="same_person"), atomic():
            act()
    approved = make_approved_bill(bill.season)
    with pytest.raises(FieldError, match="same_person"), atomic():
        costs.pay_bill(approved, clock.today("Asia/Shanghai"), by=approved.entered_by_id)


def test_the_database_refuses_one_person_too(session):
    bill = make_bill()
    with pytest.raises(IntegrityError), atomic():
        db.session.execute(update(Bill).where(Bill.id == bill.id).values(decided_by_id=bill.entered_by_id))


def test_a_bill_is_approved_once(session):
    bill = make_approved_bill()
    with pytest.raises(FieldError, match="not_now"), atomic():
        costs.approve_bill(bill, by=make_staff(bill.cooperative, StaffRole.MANAGER).id)


def test_a_paid_bill_leaves_the_bank_on_its_day(session):
    bill = make_approved_bill(amount_minor=50_00)
    cashier = make_staff(bill.cooperative, StaffRole.CASHIER)
    today = clock.today(bill.cooperative.zone)
    for day, code in [(today + timedelta(days=1), "date_in_future"), (today - timedelta(days=1), "date_before_bill")]:
        with pytest.raises(FieldError, match=code), atomic():
            costs.pay_bill(bill, day, by=cashier.id)
    with atomic():
        costs.pay_bill(bill, today, by=cashier.id)
    assert ledger.balance(book(bill), Account.BANK) == -50_00
    assert ledger.balance(book(bill), Account.SUPPLIER_PAYABLE) == 0
    assert [entry.verb for entry in trail.list_of(f"bill:{bill.id}")] == ["bill.entered", "bill.approved", "bill.paid"]


def test_a_voucher_of_a_supplier_is_entered_once(session):
    bill = make_bill(voucher_number="A 1")
    with pytest.raises(FieldError, match="voucher_used") as refusal:
        make_bill(bill.season, voucher_number=" A  1 ")
    assert refusal.value.field == "voucher_number"
    make_bill(bill.season, voucher_number="A 1", supplier_name="另一家")


def test_the_same_token_enters_a_bill_once(session):
    season = make_season()
    clerk = make_staff(season.product.cooperative)
    facts = {
        "supplier_name": "纸箱厂",
        "kind": CostKind.PACKING,
        "voucher_number": "V",
        "billed_on": clock.today("Asia/Shanghai"),
        "amount_minor": 1,
    }
    with atomic():
        first = costs.enter_bill(season, token="t", by=clerk.id, **facts)
        again = costs.enter_bill(season, token="t", by=clerk.id, **facts)
    assert first is again


@pytest.mark.parametrize(
    ("facts", "field", "code"),
    [
        ({"amount_minor": 0}, "amount", "not_positive"),
        ({"amount_minor": -1}, "amount", "not_positive"),
        ({"amount_minor": 10**12}, "amount", "amount_too_large"),
        ({"voucher_number": " "}, "voucher_number", "voucher_missing"),
        ({"voucher_number": "9" * 41}, "voucher_number", "voucher_too_long"),
        ({"supplier_name": ""}, "supplier_name", "name_missing"),
        ({"note": "x" * 201}, "note", "text_too_long"),
    ],
)
def test_what_a_bill_may_not_say(session, facts, field, code):
    with pytest.raises(FieldError) as refusal:
        make_bill(**facts)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_bill_of_tomorrow_is_refused(session):
    with pytest.raises(FieldError, match="date_in_future"):
        make_bill(billed_on=clock.today("Asia/Shanghai") + timedelta(days=1))
