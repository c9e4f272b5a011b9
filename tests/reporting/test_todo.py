"""What waits for whom, in a number of queries that does not grow."""

from datetime import timedelta

import pytest
import time_machine

from marketplace import audit, cooperatives, reporting
from marketplace.cooperatives import AccountChange, StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.ledger import Account
from marketplace.reporting import Thing
from tests.factories.cooperatives import ACCOUNT, make_cooperative, make_coordinator, make_member, make_staff
from tests.factories.costs import make_approved_bill, make_bill
from tests.factories.distribution import make_approved, make_checked, make_draft, make_pool, make_published
from tests.factories.fulfilment import make_packed
from tests.factories.ordering import make_paid_order
from tests.factories.payouts import make_batch, make_sent
from tests.factories.produce import make_season


def things(cooperative, role, by=None):
    who = by or make_staff(cooperative, role)
    return {todo.thing: todo for todo in reporting.list_todo(cooperative.id, role, by=who.id)}


@pytest.fixture
def pool(session):
    season, _members = make_pool()
    return season


@pytest.mark.parametrize("role", list(StaffRole))
def test_nothing_is_to_be_done_at_first(session, role):
    assert things(make_cooperative(), role) == {}


def test_paid_orders_are_packed_and_packed_ones_shipped(session):
    order = make_paid_order()
    todo = things(order.cooperative, StaffRole.CLERK)[Thing.PACK]
    assert (todo.count, todo.grams, todo.since) == (1, sum(line.grams for line in order.lines), order.paid_at)
    shipment = make_packed(order)
    found = things(order.cooperative, StaffRole.MANAGER)
    assert Thing.PACK not in found
    assert found[Thing.SHIP].since == shipment.packed_at
    assert things(order.cooperative, StaffRole.CASHIER) == {}


def test_a_bill_waits_for_another_manager_then_for_the_cashier(session):
    season = make_season()
    cooperative = season.product.cooperative
    manager = make_staff(cooperative, StaffRole.MANAGER)
    bill = make_bill(season, 12_00, by=manager)
    assert Thing.APPROVE_BILL not in things(cooperative, StaffRole.MANAGER, manager)
    todo = things(cooperative, StaffRole.MANAGER)[Thing.APPROVE_BILL]
    assert (todo.count, todo.amount_minor, todo.subject_id) == (1, 12_00, bill.id)
    make_bill(season, 3_00)
    assert things(cooperative, StaffRole.MANAGER)[Thing.APPROVE_BILL].subject_id is None
    paid = make_approved_bill(season, 7_00)
    assert things(cooperative, StaffRole.CASHIER)[Thing.PAY_BILL].subject_id == paid.id


def test_a_new_account_waits_for_somebody_else(session):
    member = make_member(make_cooperative())
    cashier = make_staff(member.cooperative, StaffRole.CASHIER)
    with atomic():
        db.session.add(
            AccountChange(
                member_id=member.id,
                payee=member.payee,
                bank_name="信用社",
                bank_account=ACCOUNT,
                bank_last4=ACCOUNT[-4:],
                state=cooperatives.ChangeState.PROPOSED,
                proposed_by_id=cashier.id,
                proposed_at=clock.now(),
                form_token="one",
            )
        )
    assert Thing.CONFIRM_ACCOUNT not in things(member.cooperative, StaffRole.CASHIER, cashier)
    assert things(member.cooperative, StaffRole.MANAGER)[Thing.CONFIRM_ACCOUNT].subject_id == member.id


def test_a_run_goes_from_desk_to_desk(pool):
    cooperative = pool.product.cooperative
    run = make_draft(pool)
    assert things(cooperative, StaffRole.CLERK)[Thing.PUBLISH_RUN].subject_id == run.id
    assert Thing.PUBLISH_RUN not in things(cooperative, StaffRole.CASHIER)


def test_a_notice_waits_for_approval_only_when_its_time_is_over(pool):
    run = make_published(pool)
    cooperative = pool.product.cooperative
    assert Thing.APPROVE_RUN not in things(cooperative, StaffRole.MANAGER)
    with time_machine.travel(run.notice_until + timedelta(seconds=1)):
        todo = things(cooperative, StaffRole.MANAGER)[Thing.APPROVE_RUN]
        assert (todo.amount_minor, todo.since) == (100_00, run.notice_until)
        assert Thing.APPROVE_RUN not in things(cooperative, StaffRole.MANAGER, run.prepared_by)


def test_a_run_that_was_sent_back_waits_until_a_new_one_is_drafted(pool):
    run = make_approved(pool)
    coordinator = make_coordinator(run.cooperative)
    with atomic():
        audit.send_back(run, "重量不对", by=coordinator.id)
    assert things(run.cooperative, StaffRole.CLERK)[Thing.REPLACE_RUN].subject_id == run.id
    make_draft(pool)
    assert Thing.REPLACE_RUN not in things(run.cooperative, StaffRole.CLERK)


def test_a_checked_run_is_paid_sent_and_settled(pool):
    run = make_checked(pool)
    cooperative = run.cooperative
    assert things(cooperative, StaffRole.CASHIER)[Thing.PAY_RUN].amount_minor == 100_00
    assert Thing.PAY_RUN not in things(cooperative, StaffRole.CASHIER, run.prepared_by)
    batch = make_batch(run)
    found = things(cooperative, StaffRole.CASHIER)
    assert found.keys() == {Thing.SEND_BATCH}
    assert found[Thing.SEND_BATCH].subject_id == batch.id


def test_what_was_sent_waits_for_the_banks_answer(pool):
    batch = make_sent(make_checked(pool))
    todo = things(batch.cooperative, StaffRole.CASHIER)[Thing.SETTLE]
    assert (todo.count, todo.amount_minor, todo.subject_id, todo.since) == (3, 100_00, batch.id, batch.sent_at)


def test_who_cannot_be_paid_is_for_those_who_keep_the_accounts(pool):
    run = make_checked(pool)
    members = cooperatives.list_members(run.cooperative_id)
    with atomic():
        for member in members:
            member.bank_account = None
    found = things(run.cooperative, StaffRole.CLERK)[Thing.MEND_ACCOUNT]
    assert (found.count, found.amount_minor) == (3, 100_00)
    assert things(run.cooperative, StaffRole.CASHIER) == {}


def test_the_supervisor_reads_all_of_the_own_cooperative_only(pool):
    make_draft(pool)
    make_bill(pool)
    make_approved_bill(pool)
    assert things(pool.product.cooperative, StaffRole.SUPERVISOR).keys() == {
        Thing.PUBLISH_RUN,
        Thing.APPROVE_BILL,
        Thing.PAY_BILL,
    }
    assert things(make_cooperative(), StaffRole.SUPERVISOR) == {}


def test_what_waits_longest_stands_first(pool):
    make_draft(pool)
    with time_machine.travel(clock.now() + timedelta(days=1)):
        make_bill(pool)
    supervisor = make_staff(pool.product.cooperative, StaffRole.SUPERVISOR)
    todos = reporting.list_todo(pool.product.cooperative_id, StaffRole.SUPERVISOR, by=supervisor.id)
    assert [todo.thing for todo in todos] == [Thing.PUBLISH_RUN, Thing.APPROVE_BILL]


def test_the_week_counts_from_monday_and_asks_the_ledger(pool):
    cooperative = pool.product.cooperative
    week = reporting.week_of(cooperative)
    assert (week.weighed_g, week.weighings, week.members, week.in_store_g) == (100_000, 3, 3, 100_000)
    make_checked(pool)
    with time_machine.travel(clock.now() + timedelta(days=7)):
        later = reporting.week_of(cooperative)
    assert (later.weighed_g, later.weighings) == (0, 0)
    assert later.book[Account.OWED_TO_MEMBERS] == 100_00
