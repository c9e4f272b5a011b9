"""Bills: entered, approved by another, paid by the cashier."""

import pytest
from sqlalchemy import func, select

from marketplace import ledger
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.costs import Bill, BillState
from marketplace.extensions import db
from marketplace.ledger import Account
from marketplace.produce import Season
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.costs import make_approved_bill, make_bill
from tests.factories.intake import make_weighing
from tests.factories.produce import make_season

NBSP = "\u00a0"


@pytest.fixture
def season(stays):
    return make_season()


@pytest.fixture
def staff(season):
    return {role: make_staff(season.product.cooperative, role) for role in StaffRole}


def typed(pool, **other):
    return {
        "supplier_name": "顺丰速运",
        "kind": "freight",
        "voucher_number": "SF-2026-11",
        "billed_on": clock.today("Asia/Shanghai").isoformat(),
        "amount": "1,234.50",
        "season": str(pool.id),
        "note": "",
        "once": "once",
    } | other


def count_bills():
    return db.session.scalar(select(func.count(Bill.id)))


def test_a_clerk_enters_a_bill_and_a_second_press_finds_the_first(client, log_in, season, staff):
    log_in(client, staff[StaffRole.CLERK])
    assert "Which pool bears it?" in client.get("/cooperative/bills/new").text
    answers = [client.post("/cooperative/bills/new", data=typed(season)) for _press in range(2)]
    bill = db.session.scalars(select(Bill)).one()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.location for answer in answers} == {f"/cooperative/bills/{bill.id}"}
    assert (bill.amount_minor, bill.state, bill.season_id) == (123_450, BillState.ENTERED, season.id)
    page = client.get(answers[0].location).text
    assert "¥1,234.50" in page
    assert "Nothing is posted until" in page
    assert "Approve and post" not in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": "12.345"}, "At most 2 figures behind the point."),
        ({"amount": "much"}, "Enter an amount in figures"),
        ({"amount": "0"}, "Enter more than zero."),
        ({"billed_on": "2999-01-01"}, "This day lies ahead of us."),
        ({"billed_on": "yesterday"}, "Enter a day as 2026-10-08."),
        ({"kind": "gifts"}, "Choose what the bill is for."),
        ({"season": "999999"}, "Choose the pool that bears it."),
        ({"voucher_number": " "}, "Enter the number that stands on the voucher."),
        ({"voucher_number": "1" * 41}, "At most 40 characters."),
        ({"supplier_name": "name" * 20}, "At most 60 characters"),
    ],
)
def test_what_cannot_be_read_comes_back_as_typed(client, log_in, season, staff, wrong, words):
    log_in(client, staff[StaffRole.MANAGER])
    answer = client.post("/cooperative/bills/new", data=typed(season, note="on the way to Xi'an", **wrong))
    assert answer.status_code == 422
    assert words in answer.text
    assert "on the way to Xi&#39;an" in answer.text
    assert count_bills() == 0


def test_a_stranger_pool_is_not_offered_and_not_taken(client, log_in, season, staff):
    other = make_season()
    log_in(client, staff[StaffRole.CLERK])
    assert f'value="{other.id}"' not in client.get("/cooperative/bills/new").text
    assert client.post("/cooperative/bills/new", data=typed(other)).status_code == 422
    assert count_bills() == 0


def test_another_manager_approves_and_it_is_posted_then_the_cashier_pays(client, log_in, season, staff):
    bill = make_bill(season, 50_00, by=staff[StaffRole.CLERK])
    book = ledger.book_of(bill.cooperative_id)
    log_in(client, staff[StaffRole.MANAGER])
    assert "Approve and post" in client.get(f"/cooperative/bills/{bill.id}").text
    assert client.post(f"/cooperative/bills/{bill.id}/approve").status_code == 303
    assert ledger.balance(book, Account.COST_FREIGHT, pool=season.pool) == 50_00
    again = client.post(f"/cooperative/bills/{bill.id}/approve")
    assert again.status_code == 422
    assert "Somebody has dealt with this bill already" in again.text
    log_in(client, staff[StaffRole.CASHIER])
    bad = client.post(f"/cooperative/bills/{bill.id}/pay", data={"on": "2999-01-01"})
    assert bad.status_code == 422
    assert "This day lies ahead of us." in bad.text
    assert 'value="2999-01-01"' in bad.text
    today = clock.today("Asia/Shanghai").isoformat()
    assert client.post(f"/cooperative/bills/{bill.id}/pay", data={"on": today}).status_code == 303
    assert ledger.balance(book, Account.BANK) == -50_00
    assert "Noted as paid." in client.get(f"/cooperative/bills/{bill.id}").text


def test_nobody_approves_a_bill_of_their_own(client, log_in, season, staff):
    bill = make_bill(season, by=staff[StaffRole.MANAGER])
    log_in(client, staff[StaffRole.MANAGER])
    page = client.get(f"/cooperative/bills/{bill.id}").text
    assert "You entered it, so someone else approves it." in page
    assert "Approve and post" not in page
    refused = client.post(f"/cooperative/bills/{bill.id}/approve")
    assert refused.status_code == 422
    assert "Another person has to do this" in refused.text
    assert db.session.get(Bill, bill.id, populate_existing=True).state is BillState.ENTERED


def test_a_refusal_needs_a_reason_and_posts_nothing(client, log_in, season, staff):
    bill = make_bill(season)
    log_in(client, staff[StaffRole.MANAGER])
    assert client.post(f"/cooperative/bills/{bill.id}/refuse", data={"reason": " "}).status_code == 422
    assert db.session.get(Bill, bill.id, populate_existing=True).state is BillState.ENTERED
    assert client.post(f"/cooperative/bills/{bill.id}/refuse", data={"reason": "没有过磅单"}).status_code == 303
    assert "没有过磅单" in client.get(f"/cooperative/bills/{bill.id}").text
    assert ledger.balances(ledger.book_of(bill.cooperative_id)) == []


@pytest.mark.parametrize(
    ("role", "path", "way"),
    [
        (StaffRole.MANAGER, "", "GET"),
        (StaffRole.MANAGER, "/approve", "POST"),
        (StaffRole.MANAGER, "/refuse", "POST"),
        (StaffRole.CASHIER, "/pay", "POST"),
    ],
)
def test_a_stranger_finds_nothing(client, log_in, season, role, path, way):
    bill = make_approved_bill(season) if path == "/pay" else make_bill(season)
    before = bill.state
    log_in(client, make_staff(make_cooperative(), role))
    answer = client.open(
        f"/cooperative/bills/{bill.id}{path}", method=way, data={"reason": "why", "on": bill.billed_on.isoformat()}
    )
    assert answer.status_code == 404
    assert db.session.get(Bill, bill.id, populate_existing=True).state is before


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (StaffRole.CLERK, "/approve"),
        (StaffRole.CASHIER, "/approve"),
        (StaffRole.CLERK, "/pay"),
        (StaffRole.MANAGER, "/pay"),
        (StaffRole.SUPERVISOR, "/refuse"),
    ],
)
def test_the_wrong_duty_finds_nothing(client, log_in, season, staff, role, path):
    bill = make_bill(season)
    log_in(client, staff[role])
    assert client.post(f"/cooperative/bills/{bill.id}{path}").status_code == 404


def test_nobody_is_sent_to_log_in(client, session):
    assert "/login" in client.get("/cooperative/bills").location


def test_the_list_filters_and_asks_as_much_for_two_as_for_twenty(client, log_in, season, staff, queries):
    season_id = season.id
    log_in(client, staff[StaffRole.SUPERVISOR])
    assert "No bills here yet" in client.get("/cooperative/bills").text
    for _number in range(2):
        make_bill(season, 10_00)
    db.session.expunge_all()
    with queries(12) as few:
        assert "2 bills" in client.get("/cooperative/bills").text
    season = db.session.get_one(Season, season_id)
    for number in range(19):
        make_approved_bill(season, 10_00 + number, supplier_name=f"供应商 {number}")
    db.session.expunge_all()
    with queries(len(few)):
        page = client.get("/cooperative/bills").text
    assert "21 bills" in page
    assert "?page=2" in page
    assert "19 bills" in client.get(f"/cooperative/bills?state=approved&pool={season_id}").text
    assert "21 bills" in client.get("/cooperative/bills?state=nonsense&pool=nonsense").text


def test_the_cost_of_a_kilogram_stands_beside_for_information(client, log_in, stays):
    season = make_season()
    make_weighing(season=season, net_g=100_000)
    bill = make_bill(season, 50_00)
    log_in(client, make_staff(season.product.cooperative, StaffRole.CLERK))
    page = client.get(f"/cooperative/bills/{bill.id}").text
    assert "¥0.5000 per kg" in page
    assert f"100{NBSP}kg" in page
