"""The life of an order: only the moves that it has, and goods that go back exactly once (faults B20 and B21's kin)."""

from datetime import timedelta
from itertools import product

import pytest

from marketplace import catalog, notifications, ordering, trail
from marketplace.catalog import CommitmentState
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.ordering import HOLD, MOVES, CancelReason, OrderState, WrongMove
from tests.factories.catalog import make_listing
from tests.factories.ordering import make_order, make_paid_order

pytestmark = pytest.mark.usefixtures("session")

MARKS = {
    OrderState.PACKED: ordering.mark_packed,
    OrderState.SHIPPED: ordering.mark_shipped,
    OrderState.ACCEPTED: ordering.mark_accepted,
}


def left(order):
    listing = order.lines[0].listing
    return catalog.available_g([listing])[listing.id]


@pytest.mark.parametrize(("state", "to"), list(product(OrderState, MARKS)))
def test_only_the_moves_of_the_table_are_made(state, to):
    order = make_paid_order()
    with atomic():
        order.state = state
        if state is OrderState.CANCELLED:
            order.cancel_reason = CancelReason.BUYER
    if to in MOVES[state]:
        with atomic():
            MARKS[to](order)
        assert order.state is to
    else:
        with atomic(), pytest.raises(WrongMove) as refused:
            MARKS[to](order)
        assert refused.value.details == {"number": order.number, "state": state, "to": to}
        assert order.state is state


def test_a_paid_order_keeps_its_goods_for_good():
    order = make_order()
    with atomic():
        assert ordering.mark_paid(order)
        paid_at = order.paid_at
        assert ordering.mark_paid(order)  # a second notice of the same payment
    assert (order.state, order.paid_at) == (OrderState.PAID, paid_at)
    with clock.travel(clock.now() + 2 * HOLD), atomic():
        assert ordering.expire_holds() == 0
    assert order.state is OrderState.PAID
    assert [entry.verb for entry in trail.list_of(f"order:{order.id}")] == ["order.placed", "order.paid"]


def test_a_payment_within_the_hold_counts_though_it_is_late_by_the_clock():
    order = make_order()
    with clock.travel(order.hold_until + timedelta(minutes=5)), atomic():  # the sweep did not come by yet
        assert ordering.mark_paid(order)
    assert order.state is OrderState.PAID


def test_cancelling_gives_goods_back_exactly_once():
    order = make_order(quantity=2)
    assert left(order) == 90_000
    with atomic():
        assert ordering.cancel(order, CancelReason.BUYER, by=order.user_id)
        assert not ordering.cancel(order, CancelReason.COOPERATIVE, by=None)
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.BUYER)
    assert left(order) == 100_000
    assert catalog.check_stock() == []


def test_a_payment_for_a_cancelled_order_finds_no_goods():
    order = make_order()
    with atomic():
        ordering.cancel(order, CancelReason.BUYER, by=order.user_id)
        assert not ordering.mark_paid(order)
    assert order.state is OrderState.CANCELLED


@pytest.mark.parametrize("state", [OrderState.PACKED, OrderState.SHIPPED, OrderState.ACCEPTED])
def test_what_is_packed_or_has_left_is_not_cancelled_here(state):
    order = make_paid_order()
    with atomic():
        order.state = state
    with atomic(), pytest.raises(WrongMove):
        ordering.cancel(order, CancelReason.BUYER, by=order.user_id)
    assert left(order) == 95_000


def test_only_a_packed_order_is_unpacked():
    order = make_paid_order()
    with atomic(), pytest.raises(WrongMove):
        ordering.mark_unpacked(order)
    with atomic():
        ordering.mark_packed(order)
        ordering.mark_unpacked(order)
    assert order.state is OrderState.PAID


def test_holds_expire_when_their_time_is_over_and_not_before():
    listing = make_listing(stock_g=50_000)
    order = make_order(listing.packs[0])
    with clock.travel(order.hold_until - timedelta(seconds=1)), atomic():
        assert ordering.expire_holds() == 0
    with clock.travel(order.hold_until), atomic():
        assert ordering.expire_holds() == 1
        assert ordering.expire_holds() == 0
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.HOLD_EXPIRED)
    assert left(order) == 50_000
    assert catalog.check_stock() == []
    assert [message.template for message in notifications.list_for(order.user_id, limit=9)] == ["order.expired"]
    assert trail.list_of(f"order:{order.id}")[-1].actor == "system"


def test_one_bad_order_stops_none_of_the_others(monkeypatch, caplog):
    orders = [make_order() for _ in range(3)]
    free = catalog.free

    def refuse(holder):
        if holder == orders[1].source:
            raise ValueError("broken")
        return free(holder)

    with monkeypatch.context() as broken, clock.travel(clock.now() + HOLD), atomic():
        broken.setattr(catalog, "free", refuse)
        assert ordering.expire_holds() == 2
    assert [order.state for order in orders] == [OrderState.CANCELLED, OrderState.PLACED, OrderState.CANCELLED]
    assert f"order {orders[1].id}" in caplog.text
    with clock.travel(clock.now() + HOLD), atomic():
        assert ordering.expire_holds() == 1


def test_shipped_goods_have_left_the_store():
    order = make_paid_order()
    with atomic():
        ordering.mark_packed(order)
        ordering.mark_shipped(order)
    commitment = db.session.query(catalog.Commitment).filter_by(holder=order.source).one()
    assert commitment.state is CommitmentState.SHIPPED
    assert left(order) == 95_000
    assert catalog.check_stock() == []
