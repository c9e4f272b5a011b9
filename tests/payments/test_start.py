"""Opening a payment: once, outside any transaction, and silence is no refusal."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import ordering, payments
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway import GatewayRefused, GatewayUnknown, SimulatedGateway
from marketplace.gateway.models import SimulatedPayment
from marketplace.ordering import CancelReason, OrderState
from marketplace.payments import HoldOver, NotPayable, Payment, PaymentRefused, PaymentState, PaymentUnknown
from tests.factories.payments import HOLD, Line, hear, make_order, make_paid, start


class Flaky(SimulatedGateway):
    """A processor whose answers get lost: after the work was done, or before it began."""

    lose_answer = lose_request = False
    dies = False

    def start_checkout(self, request, key):
        if self.lose_request:
            raise GatewayUnknown
        started = super().start_checkout(request, key)
        if self.dies:
            raise KeyboardInterrupt
        if self.lose_answer:
            raise GatewayUnknown
        return started


@pytest.fixture
def flaky():
    return Flaky(secrets=("webhook secret for tests",), production=False, minimums={})


def the_payment() -> Payment:
    return db.session.scalars(select(Payment)).one()


def opened() -> int:
    return len(db.session.scalars(select(SimulatedPayment.id)).all())


def test_a_payment_is_opened_with_what_the_order_asks_for(session, gateway):
    order = make_order((Line(9_000, fee_minor=180), Line(1_000, fee_minor=20, delivery_minor=500)))
    token = start(order, gateway)
    page = gateway.page(token)
    assert (page.amount_minor, page.currency, page.expires_at) == (10_500, "CNY", order.hold_until)
    payment = the_payment()
    assert (payment.state, payment.amount_minor, payment.platform_fee_minor) == (PaymentState.OPEN, 10_500, 200)
    assert payment.account == order.cooperative.merchant_account == page.account
    assert payment.provider_id is not None


def test_a_second_click_comes_to_the_same_page(session, gateway):
    order = make_order()
    assert start(order, gateway) == start(order, gateway)
    assert opened() == 1
    assert the_payment().state is PaymentState.OPEN


@pytest.mark.parametrize("lost", ["lose_request", "lose_answer"])
def test_no_answer_is_never_taken_for_failed(session, flaky, lost):
    order = make_order()
    setattr(flaky, lost, True)
    for _ in range(2):
        with pytest.raises(PaymentUnknown):
            start(order, flaky)
        assert the_payment().state is PaymentState.UNKNOWN
    assert order.state is OrderState.PLACED
    setattr(flaky, lost, False)
    start(order, flaky)
    assert (the_payment().state, opened()) == (PaymentState.OPEN, 1)


def test_a_crash_after_the_call_leaves_one_charge(session, flaky):
    order = make_order()
    flaky.dies = True
    with pytest.raises(KeyboardInterrupt):
        start(order, flaky)
    assert the_payment().state is PaymentState.CREATED
    flaky.dies = False
    token = start(order, flaky)
    flaky.pay(token)
    hear(flaky)
    assert (the_payment().state, opened()) == (PaymentState.SUCCEEDED, 1)


def test_an_event_finds_the_payment_whose_answer_was_lost(session, flaky):
    order = make_order()
    flaky.lose_answer = True
    with pytest.raises(PaymentUnknown):
        start(order, flaky)
    flaky.pay(db.session.scalars(select(SimulatedPayment.page_token)).one())
    hear(flaky)
    assert the_payment().state is PaymentState.SUCCEEDED
    assert order.state is OrderState.PAID


def test_a_lost_answer_is_asked_for_again_by_the_clock(session, flaky):
    order = make_order()
    flaky.lose_answer = True
    with pytest.raises(PaymentUnknown):
        start(order, flaky)
    flaky.lose_answer = False
    flaky.pay(db.session.scalars(select(SimulatedPayment.page_token)).one())
    assert payments.reconcile(flaky) == 0  # it is young yet
    with clock.travel(clock.now() + timedelta(minutes=16)):
        assert payments.reconcile(flaky) == 1
    assert (the_payment().state, opened()) == (PaymentState.SUCCEEDED, 1)
    assert payments.reconcile(flaky) == 0


def test_a_key_that_is_too_old_is_never_used_again(session, flaky):
    order = make_order()
    flaky.lose_request = True
    with pytest.raises(PaymentUnknown):
        start(order, flaky)
    flaky.lose_request = False
    with clock.travel(clock.now() + timedelta(hours=24)):
        payments.reconcile(flaky)
    assert (the_payment().state, opened()) == (PaymentState.UNKNOWN, 0)


def test_a_payment_that_never_stood_ends_when_its_time_is_over(session, flaky):
    order = make_order()
    flaky.lose_request = True
    with pytest.raises(PaymentUnknown):
        start(order, flaky)
    flaky.lose_request = False
    with clock.travel(clock.now() + timedelta(hours=1)):
        payments.reconcile(flaky)  # the processor opens no page that has expired
    assert (the_payment().state, opened()) == (PaymentState.FAILED, 0)


def test_a_refusal_ends_the_try_and_another_can_be_made(session, gateway):
    order = make_order()
    small = SimulatedGateway(secrets=("webhook secret for tests",), production=False, minimums={"CNY": 10**6})
    with pytest.raises(PaymentRefused):
        start(order, small)
    assert the_payment().state is PaymentState.FAILED
    start(order, gateway)
    assert sorted(p.state for p in payments.list_payments(order.id)) == [PaymentState.FAILED, PaymentState.OPEN]


def test_a_key_that_was_used_for_something_else_has_not_failed(session, gateway, monkeypatch):
    order = make_order()

    def refuse(_request, _key):
        raise GatewayRefused("idempotency")

    monkeypatch.setattr(gateway, "start_checkout", refuse)
    with pytest.raises(PaymentRefused):
        start(order, gateway)
    assert the_payment().state is PaymentState.UNKNOWN


def test_an_order_is_payable_only_while_it_waits(session, gateway):
    paid, cancelled, late = make_order(), make_order(), make_order()
    make_paid(paid, gateway)
    with atomic():
        ordering.cancel(cancelled, CancelReason.BUYER, by=None)
    for order in (paid, cancelled):
        with pytest.raises(NotPayable):
            start(order, gateway)
    with clock.travel(late.hold_until), pytest.raises(HoldOver):
        start(late, gateway)
    assert payments.list_payments(cancelled.id) == payments.list_payments(late.id) == []


def test_the_page_closes_with_the_hold(session, gateway):
    order = make_order()
    token = start(order, gateway)
    with clock.travel(clock.now() + HOLD + timedelta(seconds=1)):
        with pytest.raises(GatewayRefused):
            gateway.pay(token)
        hear(gateway)
        assert the_payment().state is PaymentState.CANCELLED
