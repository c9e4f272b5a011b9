"""What waits for a buyer stands on the first page, nearest deadline first; nobody else sees it."""

from tests.factories.fulfilment import make_shipped
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_order


def test_a_buyer_lands_on_what_waits(stays, client, log_in):
    buyer = make_buyer()
    placed = make_order(buyer=buyer)
    shipped = make_shipped().order
    log_in(client, buyer)
    page = client.get("/").text
    assert f"Order {placed.number} waits for your payment" in page
    assert shipped.number not in page
    log_in(client, shipped.user)
    page = client.get("/").text
    assert f"Order {shipped.number} is on its way to you" in page
    assert placed.number not in page
    client.set_cookie("language", "zh-Hans")
    assert f"订单 {shipped.number} 正在路上" in client.get("/").text


def test_the_anonymous_and_those_without_orders_see_no_list(session, client, log_in):
    make_order()
    assert "Waiting for you" not in client.get("/").text
    log_in(client, make_buyer())
    assert "Waiting for you" not in client.get("/").text
