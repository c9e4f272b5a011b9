"""The first page of a cooperative's staff."""

import pytest

from marketplace.cooperatives import StaffRole
from marketplace.extensions import db
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.costs import make_bill
from tests.factories.distribution import make_checked, make_draft, make_pool
from tests.factories.fulfilment import make_packed
from tests.factories.ordering import make_paid_order


def test_nobody_is_sent_to_log_in(client, session):
    assert "/login" in client.get("/cooperative/").location


@pytest.mark.parametrize("role", list(StaffRole))
def test_without_work_the_page_says_what_will_come(client, log_in, session, role):
    log_in(client, make_staff(make_cooperative(), role))
    page = client.get("/cooperative/").text
    assert "Nothing is to be done now" in page
    assert "appear here as soon as one waits for you" in page


def test_a_manager_sees_number_thing_since_when_and_one_act(client, log_in, stays):
    season, _members = make_pool()
    bill = make_bill(season, 12_00)
    log_in(client, make_staff(season.product.cooperative, StaffRole.MANAGER))
    page = client.get("/cooperative/").text
    assert "One thing to do" in page
    assert "Bill to approve" in page
    assert "waits since" in page
    assert f'<a class="btn btn-primary" href="/cooperative/bills/{bill.id}">Look and approve</a>' in page
    assert "3 weighings" in page


def test_a_supervisor_only_looks(client, log_in, stays):
    season, _members = make_pool()
    make_bill(season)
    run = make_draft(season)
    log_in(client, make_staff(season.product.cooperative, StaffRole.SUPERVISOR))
    page = client.get("/cooperative/").text
    assert f'href="/cooperative/runs/{run.id}">Look</a>' in page
    assert "Look and approve" not in page
    assert "Weigh in</a>" not in page.partition("</header>")[2]


def test_what_is_owed_is_the_ledgers(client, log_in, stays):
    season, _members = make_pool()
    make_checked(season)
    log_in(client, make_staff(season.product.cooperative, StaffRole.CASHIER))
    page = client.get("/cooperative/").text
    assert "Checked run to pay" in page
    assert '<span class="fig">¥100.00</span>' in page
    assert 'href="/cooperative/payouts">Make the batch</a>' in page


def test_of_another_cooperative_nothing_is_seen(client, log_in, stays):
    season, _members = make_pool()
    make_bill(season)
    log_in(client, make_staff(make_cooperative(), StaffRole.MANAGER))
    page = client.get("/cooperative/").text
    assert "Nothing is to be done now" in page
    assert "Last at the scale" not in page


def test_it_asks_as_much_for_one_order_as_for_ten(client, log_in, stays, queries):
    order = make_paid_order()
    pack = order.lines[0].pack
    log_in(client, make_staff(order.cooperative, StaffRole.SUPERVISOR))
    db.session.expunge_all()
    with queries(26) as few:
        client.get("/cooperative/")
    for number in range(9):
        other = make_paid_order(db.session.merge(pack, load=False))
        if number % 2:
            make_packed(other)
    db.session.expunge_all()
    with queries(len(few)):
        page = client.get("/cooperative/").text
    assert "Orders to pack" in page
    assert "Orders to ship" in page
