"""A buyer's orders: only one's own (fault B54), a constant number of queries (B59), cancelling and accepting."""

from datetime import timedelta

import pytest

from marketplace import fulfilment, ordering
from marketplace.core import clock, ids
from marketplace.extensions import atomic, db
from marketplace.fulfilment import AcceptedBy
from marketplace.ordering import CancelReason, Order, OrderState
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_coordinator, make_staff
from tests.factories.fulfilment import make_packed, make_shipped
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_order, make_paid_order


@pytest.fixture
def buyer(client, log_in):
    who = make_buyer()
    log_in(client, who)
    return who


def copy_orders(order, number):
    """Add orders like one that was placed, without their lines' goods."""
    columns = [c.key for c in Order.__table__.columns if c.key not in ("id", "number", "checkout_token")]
    values = {name: getattr(order, name) for name in columns}
    with atomic():
        for _ in range(number):
            db.session.add(Order(number=ids.new_code(), checkout_token=ids.new_token(), **values))


def test_an_anonymous_visitor_logs_in_first(client):
    order = make_order()
    for path in ("/my/orders", f"/my/orders/{order.number}"):
        assert client.get(path).status_code == 303
    for deed in ("cancel", "accept"):
        assert client.post(f"/my/orders/{order.number}/{deed}").status_code == 303
    assert order.state is OrderState.PLACED


def test_without_orders_the_page_says_when_they_come(client, buyer):
    assert "No orders yet. They appear here as soon as you have placed one." in client.get("/my/orders").text


def test_b54_walking_the_numbers_of_others_finds_nothing(client, log_in):
    order, other = make_paid_order(), make_buyer()
    clerk, neighbour = make_staff(order.cooperative), make_staff(make_listing().cooperative)
    coordinator = make_coordinator(order.cooperative)
    make_shipped(order)
    number = order.number
    log_in(client, other)
    assert number not in client.get("/my/orders").text
    for path in (
        f"/my/orders/{number}",
        f"/my/orders/{order.id}",
        "/my/orders/NOSUCHNUMB",
        f"/cooperative/orders/{number}",
    ):
        assert client.get(path).status_code == 404
    for deed in ("cancel", "accept", "pay"):
        assert client.post(f"/my/orders/{number}/{deed}").status_code == 404
    for stranger in (clerk, coordinator):
        log_in(client, stranger)
        assert client.get(f"/my/orders/{number}").status_code == 404
    log_in(client, neighbour)
    assert client.get(f"/cooperative/orders/{number}").status_code == 404
    assert client.post(f"/cooperative/orders/{number}/cancel").status_code == 404
    log_in(client, clerk)
    assert client.get(f"/cooperative/orders/{number}").status_code == 200
    assert order.state is OrderState.SHIPPED


def test_the_address_of_a_page_holds_the_number_and_not_the_id(client, buyer):
    order = make_order(buyer=buyer)
    page = client.get("/my/orders").text
    assert f'href="/my/orders/{order.number}"' in page
    assert f"/my/orders/{order.id}" not in page


def test_b59_the_list_takes_the_same_number_of_queries_with_50_and_with_500_orders(client, buyer, queries):
    order = make_order(buyer=buyer)
    copy_orders(order, 49)
    with queries(at_most=7) as few:
        assert "50 orders" in client.get("/my/orders").text
    copy_orders(ordering.order_for_number(order.number), 450)
    with queries(at_most=7) as many:
        assert "500 orders" in client.get("/my/orders").text
    assert len(few) == len(many)
    assert client.get("/my/orders?page=25").status_code == 200
    assert client.get("/my/orders?page=26").status_code == 404


def test_an_order_shows_its_snapshot_and_what_is_to_be_done(client, buyer):
    order = make_order(buyer=buyer, quantity=2, note="请打电话")
    page = client.get(f"/my/orders/{order.number}").text
    for words in (
        "Waits for your payment",
        "Fuji apples from Yuanshang",
        "First grade · Box of 5 kg × 2",
        "¥136.00",
        "¥19.50",
        "Pay 155.50\u00a0yuan",
        "花山镇土桥村 6 组 12 号",
        "请打电话",
        "Cancel the order",
    ):
        assert words in page
    assert "It has arrived" not in page


def test_after_the_hold_there_is_nothing_to_pay(client, buyer):
    order = make_order(buyer=buyer)
    with clock.travel(order.hold_until):
        page = client.get(f"/my/orders/{order.number}").text
    assert "The time to pay is over" in page
    assert "/pay" not in page


def test_cancelling_gives_the_goods_back_once(client, buyer):
    order = make_order(buyer=buyer)
    path = f"/my/orders/{order.number}"
    for _ in range(2):
        answer = client.post(f"{path}/cancel")
        assert (answer.status_code, answer.location) == (303, path)
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.BUYER)
    page = client.get(path).text
    assert "cancelled by the buyer" in page
    assert "Cancel the order" not in page


@pytest.mark.parametrize("make", [make_packed, make_shipped])
def test_what_is_packed_or_has_left_is_not_cancelled(client, buyer, make):
    order = make_paid_order(buyer=buyer)
    make(order)
    state = order.state
    path = f"/my/orders/{order.number}"
    assert "Cancel the order" not in client.get(path).text
    answer = client.post(f"{path}/cancel")
    assert answer.status_code == 422
    assert f"Order {order.number} is at another point now" in answer.text
    assert order.state is state


def test_the_buyers_word_accepts_what_has_left(client, buyer):
    order = make_paid_order(buyer=buyer)
    shipment = make_shipped(order)
    path = f"/my/orders/{order.number}"
    page = client.get(path).text
    for words in ("On its way to you", "顺丰速运", "SF1400000001", "they count as accepted"):
        assert words in page
    for _ in range(2):
        answer = client.post(f"{path}/accept")
        assert (answer.status_code, answer.location) == (303, path)
    assert (order.state, shipment.accepted_by) == (OrderState.ACCEPTED, AcceptedBy.WORD)
    page = client.get(path).text
    assert "Arrived and accepted" in page
    assert "accepted by the buyer&#39;s word" in page


def test_the_page_says_the_deadline_by_which_the_job_goes(client, buyer):
    order = make_paid_order(buyer=buyer)
    shipment = make_shipped(order)
    local = shipment.accept_by + timedelta(hours=8)  # in Shanghai
    assert f"{local:%H:%M}, they count as accepted" in client.get(f"/my/orders/{order.number}").text
    with clock.travel(shipment.accept_by), atomic():
        assert fulfilment.accept_silent() == 1


@pytest.mark.parametrize("make", [make_order, make_paid_order])
def test_what_has_not_left_is_not_accepted(client, buyer, make):
    order = make(buyer=buyer)
    state = order.state
    answer = client.post(f"/my/orders/{order.number}/accept")
    assert answer.status_code == 422
    assert "is at another point now" in answer.text
    assert order.state is state


def test_the_pages_speak_chinese(client, buyer):
    order = make_order(buyer=buyer)
    client.set_cookie("language", "zh-Hans")
    assert "待付款" in client.get("/my/orders").text
    page = client.get(f"/my/orders/{order.number}").text
    for words in ("等您付款", "塬上富士苹果", "一级", "取消订单"):
        assert words in page
