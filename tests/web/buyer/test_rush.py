"""Many presses at once, on a database of its own: one order per checkout, never more than there is (B27, B28)."""

import threading
from collections import Counter

import pytest
from sqlalchemy import func, select

from marketplace import access, catalog, ledger, ordering
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.ordering import HOLD, Order, OrderState
from marketplace.payments import Payment
from tests.factories.catalog import make_listing
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_basket

TYPED = {
    "recipient": "陈雨",
    "phone": "13991834721",
    "province": "湖北省",
    "city": "武汉市",
    "district": "洪山区",
    "street": "花山镇土桥村 6 组 12 号",
}


@pytest.fixture(autouse=True)
def rows_stay():
    """Here every thread has rows of its own."""


def rush(deeds):
    """Run the deeds at once; return what came of them."""
    barrier, answers = threading.Barrier(len(deeds)), []

    def run(deed):
        barrier.wait()
        answers.append(deed())

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def presses(app, buyers, token=None):
    """One press of each buyer, with a token of its own unless one is given."""

    def press(session_id, once):
        client = app.test_client()
        with client.session_transaction() as stored:
            stored["_user_id"], stored["_fresh"] = session_id, True
        return lambda: client.post("/my/checkout", data=TYPED | {"once": once}).status_code

    return [press(session_id, token or f"token {n}") for n, session_id in enumerate(buyers)]


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_b27_twenty_presses_of_one_page_make_one_order(real_app):
    with real_app.app_context():
        listing, buyer = make_listing(stock_g=100_000), make_buyer()
        make_basket(buyer, (listing.packs[0], 1))
        session_id = access.session_id_of_user(buyer)
    answers = rush(presses(real_app, [session_id] * 20, "one token"))
    assert Counter(answers) == {303: 20}
    with real_app.app_context():
        assert count(Order) == 1
        assert count(Payment) == 1
        assert catalog.available_g(db.session.scalars(select(catalog.Listing)).all()) == {listing_id(): 95_000}
        assert catalog.check_stock() == []


def test_b27_tabs_with_tokens_of_their_own_order_a_basket_once(real_app):
    with real_app.app_context():
        listing, buyer = make_listing(stock_g=100_000), make_buyer()
        make_basket(buyer, (listing.packs[0], 1))
        session_id = access.session_id_of_user(buyer)
    answers = rush(presses(real_app, [session_id] * 8))
    assert Counter(answers) == {303: 1, 422: 7}
    with real_app.app_context():
        assert count(Order) == 1


def test_b28_the_last_boxes_are_sold_once(real_app):
    with real_app.app_context():
        listing = make_listing(stock_g=25_000)  # five boxes
        buyers = [make_buyer() for _ in range(20)]
        for buyer in buyers:
            make_basket(buyer, (listing.packs[0], 1))
        session_ids = [access.session_id_of_user(buyer) for buyer in buyers]
    answers = rush(presses(real_app, session_ids))
    assert Counter(answers) == {303: 5, 422: 15}
    with real_app.app_context():
        assert count(Order) == 5
        assert count(ordering.BasketLine) == 15
        assert catalog.available_g(db.session.scalars(select(catalog.Listing)).all()) == {listing_id(): 0}
        assert catalog.check_stock() == []


def test_two_sweeps_and_a_payment_settle_one_hold_once(real_app):
    with real_app.app_context():
        listing, buyer = make_listing(stock_g=25_000), make_buyer()
        make_basket(buyer, (listing.packs[0], 5))
        session_id = access.session_id_of_user(buyer)
    assert rush(presses(real_app, [session_id])) == [303]

    def sweep():
        with real_app.app_context(), atomic():
            return ordering.expire_holds()

    def pay():
        with real_app.app_context(), atomic():
            return ordering.mark_paid(db.session.scalars(select(Order)).one())

    with clock.travel(clock.now() + HOLD):
        answers = rush([sweep, sweep, pay])
    with real_app.app_context():
        order = db.session.scalars(select(Order)).one()
        left = catalog.available_g(db.session.scalars(select(catalog.Listing)).all())[listing_id()]
        assert (order.state, left) in [(OrderState.CANCELLED, 25_000), (OrderState.PAID, 0)]
        assert sum(answer is True for answer in answers) == (order.state is OrderState.PAID)
        assert catalog.check_stock() == []
        assert ledger.verify().faults == ()


def listing_id():
    return db.session.scalars(select(catalog.Listing.id)).one()
