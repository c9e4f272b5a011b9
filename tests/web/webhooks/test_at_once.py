"""The same thing from several sides at one moment: events, workers, the page back, two tabs."""

import threading
from collections import Counter

from sqlalchemy import select

from marketplace import jobs, ledger, notifications, payments
from marketplace.extensions import db
from marketplace.gateway.models import SimulatedPayment
from marketplace.ordering import Order, OrderState
from marketplace.payments import EventState, Payment, PaymentState, ProcessorEvent
from tests.factories.payments import make_order, pay
from tests.factories.webhooks import URL, parcels


def at_once(*works):
    """Run these at the same moment, each in a thread; return what they gave."""
    barrier, given, errors = threading.Barrier(len(works)), [], []

    def run(work):
        barrier.wait()
        try:
            given.append(work())
        except Exception as error:  # a thread's error would be lost
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return given


def sweep(app):
    with app.app_context():
        return jobs.sweep()


def test_b21_three_parallel_posts_of_one_event_have_one_effect(real_app):
    gateway = real_app.extensions["gateway"]
    with real_app.app_context():
        order = make_order()
        pay(order, gateway)
        order_id, user_id, book = order.id, order.user_id, ledger.book_of(order.cooperative_id)
        ((body, signed),) = parcels(gateway)
    posts = [lambda: real_app.test_client().post(URL, data=body, headers=signed).status_code] * 3
    assert at_once(*posts) == [200, 200, 200]
    at_once(*[lambda: sweep(real_app)] * 3)
    with real_app.app_context():
        assert [event.state for event in db.session.scalars(select(ProcessorEvent))] == [EventState.DONE]
        assert [payment.state for payment in db.session.scalars(select(Payment))] == [PaymentState.SUCCEEDED]
        assert db.session.get_one(Order, order_id).state is OrderState.PAID
        assert ledger.balance(book, ledger.Account.BUYER_ADVANCES) == -10_000
        references = Counter(entry.transaction.reference for entry in ledger.entries(book))
        assert set(references) == {"payment:1", "payment:1:fee"}
        assert [m.template for m in notifications.list_for(user_id, limit=9)] == ["payment.received"]


def test_b21_two_workers_on_one_event_have_one_effect(real_app):
    gateway = real_app.extensions["gateway"]
    with real_app.app_context():
        order = make_order()
        pay(order, gateway)
        user_id, book = order.user_id, ledger.book_of(order.cooperative_id)
        ((body, signed),) = parcels(gateway)
    assert real_app.test_client().post(URL, data=body, headers=signed).status_code == 200

    def work():
        with real_app.app_context():
            return payments.process_event(1, gateway)

    assert at_once(work, work, work) == [EventState.DONE] * 3
    with real_app.app_context():
        assert ledger.balance(book, ledger.Account.BUYER_ADVANCES) == -10_000
        assert notifications.count_for(user_id) == 1


def test_b22_the_return_and_the_webhook_at_one_moment_post_once(real_app, log_in):
    gateway = real_app.extensions["gateway"]
    with real_app.app_context():
        order = make_order()
        pay(order, gateway)
        number, user_id, book = order.number, order.user_id, ledger.book_of(order.cooperative_id)
        client = real_app.test_client()
        log_in(client, order.user)
        ((body, signed),) = parcels(gateway)
    assert real_app.test_client().post(URL, data=body, headers=signed).status_code == 200
    seen = at_once(lambda: client.get(f"/my/orders/{number}/payment").text, lambda: sweep(real_app))
    assert any("Your payment has arrived" in page for page in seen if isinstance(page, str))
    with real_app.app_context():
        assert db.session.scalars(select(Order)).one().state is OrderState.PAID
        assert ledger.balance(book, ledger.Account.BUYER_ADVANCES) == -10_000
        assert notifications.count_for(user_id) == 1


def test_b27_two_tabs_at_once_are_one_payment(real_app, log_in):
    with real_app.app_context():
        order = make_order()
        number, buyer = order.number, order.user
        clients = [real_app.test_client() for _ in range(4)]
        for client in clients:
            log_in(client, buyer)
    posts = [lambda c=client: c.post(f"/my/orders/{number}/pay").location for client in clients]
    assert len(set(at_once(*posts))) == 1
    with real_app.app_context():
        assert len(db.session.scalars(select(Payment.id)).all()) == 1
        assert len(db.session.scalars(select(SimulatedPayment.id)).all()) == 1
