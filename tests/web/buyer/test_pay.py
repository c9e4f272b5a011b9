"""Paying an order: one payment however often it is pressed; the page back says what the processor says."""

import pytest
from sqlalchemy import select

from marketplace import jobs, ordering, payments
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway import GatewayRefused, GatewayUnknown
from marketplace.ordering import CancelReason, OrderState
from marketplace.payments import Payment, PaymentState, RefundReason
from tests.factories.identity import make_buyer
from tests.factories.payments import make_order, make_paid, pay, refund_all, start

WEBHOOK = "/webhooks/simulated"


@pytest.fixture
def gateway(shared_app):
    return shared_app.extensions["gateway"]


@pytest.fixture
def order(session, client, log_in):
    made = make_order()
    log_in(client, made.user)
    return made


def back(client, order, language="en"):
    client.set_cookie("language", language)
    answer = client.get(f"/my/orders/{order.number}/payment")
    assert answer.status_code == 200
    return answer.text


def test_the_button_leads_to_the_processors_page(client, order):
    answer = client.post(f"/my/orders/{order.number}/pay")
    assert answer.status_code == 303
    assert answer.location.startswith("/sim-pay/")
    assert payments.find_live_payment(order.id).success_url == f"http://localhost/my/orders/{order.number}/payment"


def test_b27_pressed_twice_it_is_one_payment(client, order):
    first, second = (client.post(f"/my/orders/{order.number}/pay").location for _ in range(2))
    assert first == second
    assert len(db.session.scalars(select(Payment.id)).all()) == 1


@pytest.mark.parametrize(("method", "path"), [("post", "pay"), ("get", "payment")])
def test_a_strangers_order_is_not_here(client, session, log_in, method, path):
    order = make_order()
    log_in(client, make_buyer())
    assert getattr(client, method)(f"/my/orders/{order.number}/{path}").status_code == 404
    assert payments.list_payments(order.id) == []


@pytest.mark.parametrize(("method", "path"), [("post", "pay"), ("get", "payment")])
def test_nobody_in_particular_is_sent_to_log_in(client, session, method, path):
    answer = getattr(client, method)(f"/my/orders/{make_order().number}/{path}")
    assert answer.status_code == 303
    assert "/login" in answer.location or "login" in answer.location


def test_no_answer_is_said_and_can_be_asked_for_again(client, order, gateway, monkeypatch):
    def silent(_self, _request, _key):
        raise GatewayUnknown

    with monkeypatch.context() as lost:
        lost.setattr(type(gateway), "start_checkout", silent)
        answer = client.post(f"/my/orders/{order.number}/pay", follow_redirects=True)
    assert "has not answered yet" in answer.text
    assert "Ask again" in answer.text
    assert payments.find_live_payment(order.id).state is PaymentState.UNKNOWN
    assert client.post(f"/my/orders/{order.number}/pay").location.startswith("/sim-pay/")


def test_the_address_proves_nothing(client, order, gateway):
    start(order, gateway)
    page = client.get(f"/my/orders/{order.number}/payment?paid=1&state=succeeded&session_id=cs_forged").text
    assert "One step is left: the payment" in page
    assert order.state is OrderState.PLACED


def test_back_from_paying_the_page_asks_the_processor_itself(client, order, gateway):
    pay(order, gateway)  # no event has come
    assert "Your payment has arrived" in back(client, order)
    assert order.state is OrderState.PAID
    assert "款项已到" in back(client, order, "zh-Hans")


def test_a_silent_processor_does_not_break_the_page(client, order, gateway, monkeypatch):
    pay(order, gateway)

    def silent(_self, _merchant, _provider_id):
        raise GatewayUnknown

    monkeypatch.setattr(type(gateway), "fetch_payment", silent)
    assert "One step is left" in back(client, order)


def test_declined_it_says_so_and_offers_another_try(client, order, gateway):
    gateway.decline(start(order, gateway), "insufficient_funds")
    page = back(client, order)
    assert "The bank declined this payment" in page
    assert "No money has moved" in page
    assert f"/my/orders/{order.number}/pay" in page


def test_before_anything_was_pressed_it_offers_to_pay(client, order):
    page = back(client, order)
    assert "One step is left" in page
    assert "Pay 100.00" in page


def test_when_the_time_is_over_it_says_so(client, order, gateway):
    start(order, gateway)
    with clock.travel(order.hold_until):
        for _ in range(2):
            assert "The goods are no longer held for you" in back(client, order)
            with atomic():
                ordering.expire_holds()
        answer = client.post(f"/my/orders/{order.number}/pay")
    assert answer.location == f"/my/orders/{order.number}/payment"


def test_paid_too_late_it_says_that_all_goes_back(client, order, gateway):
    pay(order, gateway)
    with clock.travel(order.hold_until):
        with atomic():
            ordering.expire_holds()
        page = back(client, order)
    assert "Your money goes back to you" in page
    assert "after the time for which the goods were held" in page
    assert "on its way back" in page
    refund_all(gateway)
    assert "has gone back" in back(client, order)
    assert payments.list_refunds(order.id)[0].reason is RefundReason.GOODS_GONE


def test_a_cancelled_order_says_so(client, order):
    with atomic():
        payments.cancel_order(order, CancelReason.BUYER, by=order.user_id)
    assert "This order was cancelled" in back(client, order)


def test_money_that_differs_is_looked_at(client, order, gateway):
    payment = make_paid(order, gateway)
    with atomic():
        payment.state, order.state = PaymentState.REVIEW, OrderState.PLACED
    assert "Please do not pay again" in back(client, order)


# --- the simulated processor's page


def test_the_simulated_page_is_marked_and_pays(client, order, shared_app, gateway):
    token = start(order, gateway)
    page = client.get(f"/sim-pay/{token}").text
    assert "演示 Demonstration" in page
    assert "no money moves" in page
    assert order.number in page
    answer = client.post(f"/sim-pay/{token}/pay")
    assert (answer.status_code, answer.location) == (303, "/back")
    client.post(f"/sim-pay/{token}/pay")  # again: nothing more
    assert "Paid, in the demonstration" in client.get(f"/sim-pay/{token}").text
    gateway.deliver(
        lambda body, signed: client.post("/webhooks/simulated", data=body, headers=dict(signed)).status_code
    )
    with shared_app.app_context():
        jobs.sweep(limit=3)
        payments.process_due_events(gateway)
    assert order.state is OrderState.PAID


def test_the_simulated_page_declines_and_stays_open(client, order, gateway):
    token = start(order, gateway)
    page = client.post(f"/sim-pay/{token}/decline", data={"code": "expired_card"})
    assert page.status_code == 200
    assert "The card has expired" in page.text
    assert client.post(f"/sim-pay/{token}/decline", data={"code": "nonsense"}).status_code == 422
    assert client.post(f"/sim-pay/{token}/pay").status_code == 303


def test_leaving_the_simulated_page_changes_nothing(client, order, gateway):
    token = start(order, gateway)
    assert client.post(f"/sim-pay/{token}/leave").location == "/back"
    assert gateway.page(token).status == "open"


def test_the_simulated_page_closes_with_the_hold(client, order, gateway):
    token = start(order, gateway)
    with clock.travel(order.hold_until):
        answer = client.post(f"/sim-pay/{token}/pay")
    assert answer.status_code == 422
    assert "This payment page is closed" in answer.text
    with pytest.raises(GatewayRefused):
        gateway.page("none")
    assert client.get("/sim-pay/none").status_code == 404
