"""A cooperative's orders: clerk and manager pack and ship, the others look on; the pick list."""

import pytest

from marketplace import catalog, fulfilment
from marketplace.cooperatives import StaffRole
from marketplace.core import clock, ids
from marketplace.extensions import atomic, db
from marketplace.fulfilment import Shipment
from marketplace.intake import Lot
from marketplace.ordering import CancelReason, Order, OrderState
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_staff
from tests.factories.fulfilment import make_packed, make_shipped
from tests.factories.identity import make_buyer
from tests.factories.intake import make_weighing
from tests.factories.ordering import make_order, make_paid_order

PARCEL = {"carrier": "顺丰速运", "tracking_number": "SF1400000001"}
DEEDS = ("pack", "ship", "cancel")


@pytest.fixture(autouse=True)
def rows_stay(session, monkeypatch):
    """Let the end of a request expire the test's rows instead of detaching them."""
    monkeypatch.setattr(session, "remove", session.rollback)


@pytest.fixture
def listing(client, log_in):
    """A listing of a cooperative whose clerk is logged in."""
    made = make_listing(stock_g=100_000)
    log_in(client, make_staff(made.cooperative, StaffRole.CLERK))
    return made


def path_of(order, deed=""):
    return f"/cooperative/orders/{order.number}" + (f"/{deed}" if deed else "")


def test_anonymous_visitors_log_in_and_buyers_find_nothing(client, log_in):
    order = make_paid_order()
    paths = ("/cooperative/orders", "/cooperative/orders/picks", path_of(order))
    for path in paths:
        assert client.get(path).status_code == 303
    for deed in DEEDS:
        assert client.post(path_of(order, deed), data=PARCEL).status_code == 303
    log_in(client, make_buyer())
    for path in paths:
        assert client.get(path).status_code == 404
    for deed in DEEDS:
        assert client.post(path_of(order, deed), data=PARCEL).status_code == 404
    assert order.state is OrderState.PAID


def test_another_cooperative_finds_nothing(client, listing):
    order = make_paid_order()
    assert order.number not in client.get("/cooperative/orders").text
    assert client.get(path_of(order)).status_code == 404
    for deed in DEEDS:
        assert client.post(path_of(order, deed), data=PARCEL).status_code == 404
    assert "Nothing is to be picked" in client.get("/cooperative/orders/picks").text


@pytest.mark.parametrize("role", [StaffRole.CASHIER, StaffRole.SUPERVISOR])
def test_cashier_and_supervisor_look_on(client, log_in, role):
    order = make_paid_order()
    log_in(client, make_staff(order.cooperative, role))
    assert order.number in client.get("/cooperative/orders").text
    page = client.get(path_of(order)).text
    for words in ("It is packed", "Cancel the order"):
        assert words not in page
    for deed in DEEDS:
        assert client.post(path_of(order, deed), data=PARCEL).status_code == 404
    assert order.state is OrderState.PAID


def test_orders_are_filtered_by_state(client, listing):
    paid, placed = make_paid_order(listing.packs[0]), make_order(listing.packs[0])
    page = client.get("/cooperative/orders").text
    assert "1 order waits to be packed" in page
    assert paid.number in page
    assert placed.number in page
    page = client.get("/cooperative/orders?state=paid").text
    assert paid.number in page
    assert placed.number not in page
    assert "No orders here." in client.get("/cooperative/orders?state=shipped").text
    assert client.get("/cooperative/orders?state=lost").status_code == 404


def test_b59_the_list_takes_the_same_number_of_queries_with_50_and_with_500_orders(client, listing, queries):
    order = make_order(listing.packs[0])
    columns = [c.key for c in Order.__table__.columns if c.key not in ("id", "number", "checkout_token")]
    seen = []
    for more in (49, 450):
        values = {name: getattr(order, name) for name in columns}
        with atomic():
            for _ in range(more):
                db.session.add(Order(number=ids.new_code(), checkout_token=ids.new_token(), **values))
        with queries(at_most=8) as statements:
            assert client.get("/cooperative/orders").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


def test_an_order_is_packed_shipped_and_traced(client, listing):
    order = make_paid_order(listing.packs[0])
    assert "It is packed" in client.get(path_of(order)).text
    assert client.post(path_of(order, "pack")).status_code == 303
    (shipment,) = db.session.query(Shipment)
    page = client.get(path_of(order)).text
    assert shipment.box_code in page
    assert db.session.query(Lot).one().code in page
    assert "It has left" in page
    assert client.post(path_of(order, "ship"), data=PARCEL).status_code == 303
    assert order.state is OrderState.SHIPPED
    page = client.get(path_of(order)).text
    for words in ("SF1400000001", "Silence counts as acceptance from"):
        assert words in page
    for words in ("It is packed", "It has left", "Cancel the order"):
        assert words not in page


def test_a_second_press_changes_nothing(client, listing):
    order = make_paid_order(listing.packs[0])
    for deed in ("pack", "ship"):
        for _ in range(2):
            assert client.post(path_of(order, deed), data=PARCEL).status_code == 303
    assert db.session.query(Shipment).count() == 1
    assert db.session.query(Lot).one().allocated_g == 5_000


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"carrier": ""}, "carrier", "Enter who carries the parcel."),
        ({"tracking_number": "  "}, "tracking_number", "Enter the parcel&#39;s tracking number."),
        ({"tracking_number": "1" * 41}, "tracking_number", "At most 40 characters."),
        ({"carrier": "运" * 61}, "carrier", "At most 60 characters."),
    ],
)
def test_a_parcel_without_carrier_or_number_stays(client, listing, typed, field, words):
    order = make_paid_order(listing.packs[0])
    make_packed(order)
    data = PARCEL | typed
    answer = client.post(path_of(order, "ship"), data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'id="{field}-e"' in answer.text
    other = next(name for name in PARCEL if name not in typed)
    assert f'value="{data[other]}"' in answer.text
    assert order.state is OrderState.PACKED


@pytest.mark.parametrize(("make", "deed"), [(make_order, "pack"), (make_order, "ship"), (make_paid_order, "ship")])
def test_a_wrong_move_is_said_on_the_page(client, listing, make, deed):
    order = make(listing.packs[0])
    state = order.state
    answer = client.post(path_of(order, deed), data=PARCEL)
    assert answer.status_code == 422
    assert f"Order {order.number} is at another point now" in answer.text
    assert order.state is state


def test_a_packed_order_is_cancelled_with_its_lots(client, listing):
    order = make_paid_order(listing.packs[0])
    make_packed(order)
    for _ in range(2):
        assert client.post(path_of(order, "cancel")).status_code == 303
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.COOPERATIVE)
    assert db.session.query(Lot).one().allocated_g == 0
    assert catalog.available_g([listing]) == {listing.id: 100_000}
    assert "cancelled by the cooperative" in client.get(path_of(order)).text


def test_what_has_left_is_not_cancelled(client, listing):
    order = make_paid_order(listing.packs[0])
    make_shipped(order)
    answer = client.post(path_of(order, "cancel"))
    assert answer.status_code == 422
    assert order.state is OrderState.SHIPPED


def test_lots_that_fall_short_are_said(client, listing):
    order = make_paid_order(listing.packs[0])
    with atomic():
        lot = db.session.query(Lot).one()
        lot.allocated_g = 97_000
    answer = client.post(path_of(order, "pack"))
    assert answer.status_code == 422
    assert "3\u00a0kg" in answer.text
    assert (order.state, db.session.query(Shipment).count()) == (OrderState.PAID, 0)
    page = client.get("/cooperative/orders/picks").text
    assert "Short of lots" in page


def test_the_pick_list_goes_lot_by_lot(client, listing):
    order = make_paid_order(listing.packs[0], 3)
    make_weighing(season=listing.season, grade=listing.grade, net_g=5_000)
    page = client.get("/cooperative/orders/picks").text
    for words in (order.number, "Box of 5 kg × 3", "15\u00a0kg", db.session.query(Lot).first().code, 'class="sheet"'):
        assert words in page


def test_the_pick_list_takes_the_same_number_of_queries_whatever_its_length(client, listing, queries):
    seen = []
    for more in (1, 6):
        for _ in range(more):
            make_paid_order(listing.packs[0])
        with queries(at_most=8) as statements:
            assert client.get("/cooperative/orders/picks").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


def test_an_accepted_order_says_how(client, listing):
    shipment = make_shipped(make_paid_order(listing.packs[0]))
    with clock.travel(shipment.accept_by), atomic():
        fulfilment.accept_silent()
    assert "accepted by silence" in client.get(path_of(shipment.order)).text


def test_the_pages_speak_chinese(client, listing):
    order = make_paid_order(listing.packs[0])
    client.set_cookie("language", "zh-Hans")
    assert "1 张订单等着装箱" in client.get("/cooperative/orders").text
    assert "已装好" in client.get(path_of(order)).text
    assert "拣货单" in client.get("/cooperative/orders/picks").text
