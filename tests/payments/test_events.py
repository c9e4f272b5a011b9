"""The inbox: each event once, in any order, and nothing is lost that cannot be worked off at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import ledger, payments, queue
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway import BadSignature, GatewayUnknown, MerchantRef, PayoutSnapshot, PayoutStatus
from marketplace.gateway.models import SimulatedEvent
from marketplace.ledger import Account
from marketplace.ordering import CancelReason, OrderState
from marketplace.payments import EventState, ProcessorEvent, ProcessorPayout
from marketplace.queue import Job
from tests.factories.cooperatives import make_cooperative
from tests.factories.payments import balances, hear, make_order, make_paid, pay, start, take_in


def inbox():
    return [(event.type, event.state) for event in db.session.scalars(select(ProcessorEvent).order_by("id"))]


def test_an_event_is_stored_once_with_one_job(session, gateway):
    order = make_order()
    pay(order, gateway)
    gateway.deliver(take_in(gateway), copies=3)
    assert inbox() == [("checkout.session.completed", EventState.RECEIVED)]
    assert len(db.session.scalars(select(Job).where(Job.kind == "payments.process_events")).all()) == 1
    assert order.state is OrderState.PLACED  # the work comes later
    assert payments.process_due_events(gateway) == 1
    assert order.state is OrderState.PAID
    assert payments.process_due_events(gateway) == 0
    assert inbox() == [("checkout.session.completed", EventState.DONE)]


def test_it_is_said_whether_an_event_was_new(session, gateway):
    pay(make_order(), gateway)
    new = []
    gateway.deliver(lambda body, signed: new.append(payments.receive_event(gateway, body, signed)) or 200, copies=3)
    assert new == [True, False, False]


def test_an_unsigned_event_leaves_nothing(session, gateway):
    with pytest.raises(BadSignature):
        payments.receive_event(gateway, b"{}", {})
    assert inbox() == []


def test_an_event_worked_off_twice_has_one_effect(session, gateway):
    order = make_order()
    pay(order, gateway)
    gateway.deliver(take_in(gateway))
    event_id = db.session.scalars(select(ProcessorEvent.id)).one()
    assert payments.process_event(event_id, gateway) is EventState.DONE
    assert payments.process_event(event_id, gateway) is EventState.DONE
    assert balances(ledger.book_of(order.cooperative_id))["buyer_advances"] == -10_000


def test_the_event_is_only_a_hint(session, gateway):
    """Events in the wrong order, one of them lost: the object itself says where it stands."""
    order = make_order()
    token = start(order, gateway)
    gateway.decline(token, "generic_decline")
    gateway.pay(token)
    gateway.deliver(take_in(gateway), reorder=True, drop={"checkout.session.completed"})
    payments.process_due_events(gateway)
    assert inbox() == [("payment_intent.payment_failed", EventState.DONE)]
    assert order.state is OrderState.PAID


def test_events_that_never_came_are_fetched_by_the_clock(session, gateway):
    since = clock.now()
    order = make_order()
    pay(order, gateway)
    gateway.deliver(take_in(gateway), drop={"checkout.session.completed"})
    assert payments.catch_up(gateway, since) == 1
    assert payments.catch_up(gateway, since) == 0
    payments.process_due_events(gateway)
    assert order.state is OrderState.PAID


def change_event(**values):
    with atomic():
        event = db.session.scalars(select(SimulatedEvent)).one()
        body = event.body.decode()
        for old, new in values.pop("replace", {}).items():
            assert old in body
            body = body.replace(old, new)
        event.body = body.encode()


def test_kinds_that_we_do_not_follow_are_ignored(session, gateway):
    pay(make_order(), gateway)
    change_event(replace={"checkout.session.completed": "radar.early_fraud_warning.created"})
    hear(gateway)
    assert inbox() == [("radar.early_fraud_warning.created", EventState.IGNORED)]


def test_events_of_another_account_are_ignored(session, gateway):
    order = make_order()
    pay(order, gateway)
    change_event(replace={order.cooperative.merchant_account: "acct_of_a_stranger"})
    hear(gateway)
    assert inbox() == [("checkout.session.completed", EventState.IGNORED)]
    assert order.state is OrderState.PLACED


def test_a_cooperative_cannot_be_told_about_the_payment_of_another(session, gateway):
    order, other = make_order(), make_cooperative()
    pay(order, gateway)
    change_event(replace={f'"{order.cooperative.merchant_account}"': f'"{other.merchant_account}"'})
    hear(gateway)
    assert inbox() == [("checkout.session.completed", EventState.IGNORED)]
    assert order.state is OrderState.PLACED
    assert balances(ledger.book_of(other.id)) == {}


def test_an_event_before_our_own_row_is_tried_again_and_at_last_laid_aside(session, gateway):
    pay(make_order(), gateway)
    gateway.deliver(take_in(gateway))
    payment = db.session.scalars(select(payments.Payment)).one()
    with atomic():
        name, payment.provider_id, payment.account = payment.provider_id, "cs_not_yet", "acct_not_yet"
    event = db.session.scalars(select(ProcessorEvent)).one()
    pauses, now = [], clock.now()
    for tries in range(1, 8):
        with clock.travel(now):
            assert payments.process_due_events(gateway) == 1
            assert payments.process_due_events(gateway) == 0  # it waits
            assert (event.state, event.tries) == (EventState.RECEIVED, tries)
        pauses.append(event.due_at - now)
        now = event.due_at
    assert pauses == sorted(set(pauses))
    with atomic():
        payment.provider_id, payment.account = name, payment.order.cooperative.merchant_account
    with clock.travel(now):
        payments.process_due_events(gateway)
    assert (event.state, event.tries) == (EventState.DONE, 8)


def test_what_cannot_be_worked_off_is_dead_after_eight_tries(session, gateway, monkeypatch):
    order = make_order()
    pay(order, gateway)
    gateway.deliver(take_in(gateway))

    def silent(_merchant, _provider_id):
        raise GatewayUnknown

    monkeypatch.setattr(gateway, "fetch_payment", silent)
    now = clock.now()
    for hours in range(8):
        with clock.travel(now + timedelta(hours=hours)):
            payments.process_due_events(gateway)
    event = db.session.scalars(select(ProcessorEvent)).one()
    assert (event.state, event.tries) == (EventState.DEAD, 8)
    assert "GatewayUnknown" in event.last_error
    with clock.travel(now + timedelta(days=1)):
        assert payments.process_due_events(gateway) == 0
    assert order.state is OrderState.PLACED


def test_what_the_processor_pays_out_is_booked_once(session, gateway):
    order = make_order()
    make_paid(order, gateway)
    gateway.pay_out(MerchantRef(order.cooperative.merchant_account))
    gateway.deliver(take_in(gateway), copies=2)
    payments.process_due_events(gateway)
    book = ledger.book_of(order.cooperative_id)
    assert ledger.balance(book, Account.BANK) == 9_500
    assert ledger.balance(book, Account.CLEARING) == 0
    payout = db.session.scalars(select(ProcessorPayout)).one()
    assert ledger.find(f"processor-payout:{payout.id}", book) is not None
    with atomic():
        snapshot = snapshot_of(payout)
        assert payments.record_processor_payout(snapshot).id == payout.id


def snapshot_of(payout):

    return PayoutSnapshot(
        provider_id=payout.provider_id,
        account=payout.account,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        status=PayoutStatus.PAID,
    )


def test_what_the_processor_takes_back_is_booked_the_other_way_round(session, gateway):
    order = make_order()
    make_paid(order, gateway)
    merchant = MerchantRef(order.cooperative.merchant_account)
    gateway.pay_out(merchant)
    with atomic():
        payments.cancel_order(order, CancelReason.BUYER, by=None)
    refund = payments.list_refunds(order.id)[0]
    payments.execute_refund(refund.id, gateway)
    taken = gateway.pay_out(merchant)
    assert taken.amount_minor == -9_800  # 100.00 less 2.00 of the platform's fee
    hear(gateway)
    book = ledger.book_of(order.cooperative_id)
    assert balances(book) == {"bank": -300, "processor_fees": 300}


def test_a_job_names_its_event(session, gateway):
    pay(make_order(), gateway)
    gateway.deliver(take_in(gateway))
    with atomic():
        job = queue.claim()
    assert (job.kind, job.payload) == (
        "payments.process_events",
        {"event": db.session.scalars(select(ProcessorEvent.id)).one()},
    )
