"""Checkout: an address, agreed prices, one order per cooperative, and nothing typed is lost (faults B27, B37, B46)."""

import re

import pytest

from marketplace import catalog, ordering
from marketplace.extensions import atomic, db
from marketplace.ordering import CancelReason, Order
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_staff
from tests.factories.identity import PASSWORD, make_buyer
from tests.factories.ordering import make_basket, make_order

TYPED = {
    "recipient": "陈雨",
    "phone": "139 9183 4721",
    "province": "湖北省",
    "city": "武汉市",
    "district": "洪山区",
    "street": "花山镇土桥村 6 组 12 号",
}


@pytest.fixture
def buyer(client, log_in):
    who = make_buyer()
    log_in(client, who)
    return who


def hidden(page, name):
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]
    return re.search(r'value="([^"]*)"', tag)[1]


def form_of(client, **typed):
    """What a browser sends of the page as it stands."""
    page = client.get("/my/checkout").text
    return {name: hidden(page, name) for name in ("once", "seen", "total")} | TYPED | typed


def orders():
    return db.session.query(Order).order_by(Order.id).all()


def raise_price(pack, price):
    with atomic():
        catalog.set_pack_price(pack, price, by=make_staff(pack.listing.cooperative).id)


def test_an_anonymous_visitor_logs_in_first_and_comes_back(client):
    answer = client.get("/my/checkout")
    assert answer.status_code == 303
    assert "next=/my/checkout" in answer.location.replace("%2F", "/")


def test_a_stranger_to_buying_finds_nothing(client, log_in):
    log_in(client, make_staff(make_listing().cooperative))
    assert client.get("/my/checkout").status_code == 404
    assert client.get("/my/placed/x").status_code == 404


def test_an_empty_basket_goes_back_to_the_basket(client, buyer):
    answer = client.get("/my/checkout")
    assert (answer.status_code, answer.location) == (303, "/my/basket")


def test_the_page_says_what_it_comes_to_and_who_is_paid(client, buyer):
    make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 2))
    page = client.get("/my/checkout").text
    for words in ("Where shall it go?", "¥136.00", "¥19.50", "¥155.50", "Pay 155.50\u00a0yuan", "for 30 minutes"):
        assert words in page
    assert "straight to Yuanshang Apple Cooperative; nothing is pooled." in page
    assert '<option value="湖北省">' in page


def test_b46_a_village_address_is_taken_and_the_buyer_goes_to_pay(client, buyer):
    make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 1))
    answer = client.post("/my/checkout", data=form_of(client))
    (order,) = orders()
    assert answer.status_code == 303
    assert (order.province, order.city, order.district, order.street) == (
        "湖北省",
        "武汉市",
        "洪山区",
        "花山镇土桥村 6 组 12 号",
    )
    assert (order.phone, order.postcode) == ("+8613991834721", None)
    assert "/my/checkout" not in answer.location
    assert db.session.query(ordering.BasketLine).count() == 0


def test_two_cooperatives_are_two_orders_on_one_confirmation(client, buyer):
    make_basket(buyer, *((make_listing(stock_g=50_000).packs[0], 1) for _ in range(2)))
    assert "Place 2 orders" in client.get("/my/checkout").text
    answer = client.post("/my/checkout", data=form_of(client))
    assert len(orders()) == 2
    page = client.get(answer.location).text
    assert "2 orders wait for your payment" in page
    for order in orders():
        assert f'action="/my/orders/{order.number}/pay"' in page


def test_b27_a_second_press_lands_on_the_same_confirmation(client, buyer):
    listing = make_listing(stock_g=50_000)
    make_basket(buyer, (listing.packs[0], 1), (make_listing(stock_g=50_000).packs[0], 1))
    data = form_of(client)
    first = client.post("/my/checkout", data=data)
    again = client.post("/my/checkout", data=data)  # reload, or back and press again
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert len(orders()) == 2
    assert catalog.available_g([listing]) == {listing.id: 45_000}


def test_another_tab_finds_the_basket_ordered(client, buyer):
    make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 1))
    one, two = form_of(client), form_of(client)
    assert one["once"] != two["once"]
    client.post("/my/checkout", data=one)
    answer = client.post("/my/checkout", data=two)
    assert answer.status_code == 422
    assert "Your basket holds nothing that can be ordered now." in answer.text
    assert len(orders()) == 1


def test_the_confirmation_belongs_to_its_buyer(client, buyer, log_in):
    order = make_order(buyer=buyer)
    assert client.get(f"/my/placed/{order.checkout_token}").status_code == 200
    log_in(client, make_buyer())
    assert client.get(f"/my/placed/{order.checkout_token}").status_code == 404


def test_the_confirmation_says_where_an_order_stands_that_is_not_to_be_paid(client, buyer):
    order = make_order(buyer=buyer)
    with atomic():
        ordering.cancel(order, CancelReason.BUYER, by=buyer.id)
    page = client.get(f"/my/placed/{order.checkout_token}").text
    assert "Nothing more is to be paid here" in page
    assert "/pay" not in page


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("recipient", "", "Enter who receives the parcel."),
        ("recipient", "名" * 61, "60 characters"),
        ("phone", "", "Enter a telephone number; the courier calls it."),
        ("phone", "139 9183 472", "10 digits so far; a mobile number has 11."),
        ("province", "", "Enter the province."),
        ("city", "", "Enter the city."),
        ("street", "", "Enter the street or village and the number."),
        ("street", "路" * 201, "At most 200 characters."),
        ("note", "话" * 201, "At most 200 characters."),
        ("postcode", "12", "A postcode has 6 digits"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_typed_is_lost(client, buyer, field, text, words):
    make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 1))
    data = form_of(client, **{field: text})
    answer = client.post("/my/checkout", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'id="{field}-e"' in answer.text
    for name, typed in (TYPED | {field: text}).items():
        assert f'value="{typed}"' in answer.text or not typed, name
    assert hidden(answer.text, "once") == data["once"]
    assert orders() == []


def test_b37_a_price_that_rose_must_be_agreed_on_the_page(client, buyer):
    pack = make_listing(stock_g=50_000).packs[0]
    make_basket(buyer, (pack, 1))
    raise_price(pack, 70_00)
    page = client.get("/my/checkout").text
    assert "went from 68.00\u00a0yuan to 70.00\u00a0yuan since you chose it." in page
    assert "I agree to the new price" in page
    refused = client.post("/my/checkout", data=form_of(client))
    assert refused.status_code == 422
    assert "A price has risen." in refused.text
    assert "陈雨" in refused.text
    assert orders() == []
    assert client.post("/my/checkout", data=form_of(client, agree="y")).status_code == 303
    assert orders()[0].goods_minor == 70_00


def test_b37_a_price_that_rises_while_the_page_is_open_is_seen_before_it_is_paid(client, buyer):
    pack = make_listing(stock_g=50_000).packs[0]
    make_basket(buyer, (pack, 1))
    data = form_of(client, agree="y")  # agreed to what the page showed, which was the old price
    raise_price(pack, 75_00)
    refused = client.post("/my/checkout", data=data)
    assert refused.status_code == 422
    assert "to 75.00\u00a0yuan" in refused.text
    assert "checked" not in re.search(r'<input[^>]*name="agree"[^>]*>', refused.text)[0]
    assert orders() == []
    again = data | {name: hidden(refused.text, name) for name in ("once", "seen", "total")}
    assert client.post("/my/checkout", data=again).status_code == 303
    assert orders()[0].goods_minor == 75_00


def test_b37_a_lower_price_is_passed_on_without_a_question(client, buyer):
    pack = make_listing(stock_g=50_000).packs[0]
    make_basket(buyer, (pack, 1))
    data = form_of(client)
    raise_price(pack, 60_00)
    assert "The lower price counts." in client.get("/my/checkout").text
    assert client.post("/my/checkout", data=data).status_code == 303
    assert orders()[0].goods_minor == 60_00


def test_what_was_put_in_from_another_tab_is_seen_before_it_is_ordered(client, buyer):
    pack = make_listing(stock_g=50_000).packs[0]
    make_basket(buyer, (pack, 1))
    data = form_of(client)
    client.post("/my/basket/put", data={"pack": pack.id, "quantity": 3})
    refused = client.post("/my/checkout", data=data)
    assert refused.status_code == 422
    assert "Your basket now comes to more than this page showed." in refused.text
    assert orders() == []
    assert client.post("/my/checkout", data=data | {"total": hidden(refused.text, "total")}).status_code == 303


def test_what_is_left_is_said_in_packs_and_nothing_is_written(client, buyer):
    listing = make_listing(stock_g=23_000)
    make_basket(buyer, (listing.packs[0], 5), (make_listing(stock_g=50_000).packs[0], 1))
    refused = client.post("/my/checkout", data=form_of(client))
    assert refused.status_code == 422
    assert "Fuji apples from Yuanshang, Box of 5 kg: 4 left." in refused.text
    assert "陈雨" in refused.text
    assert orders() == []
    assert catalog.check_stock() == []


def test_packs_of_one_store_are_said_in_weight(client, buyer):
    listing = make_listing(stock_g=14_000)
    make_basket(buyer, *((pack, 1) for pack in listing.packs))
    refused = client.post("/my/checkout", data=form_of(client))
    assert "Fuji apples from Yuanshang: 14\u00a0kg left." in refused.text


@pytest.mark.parametrize("seen", ["", "x", "1:2:3", ",,,", "9" * 40 + ":1", "1:-5"])
def test_a_broken_list_of_prices_counts_as_not_seen(client, buyer, seen):
    pack = make_listing(stock_g=50_000).packs[0]
    make_basket(buyer, (pack, 1))
    raise_price(pack, 70_00)
    data = form_of(client, seen=seen, total="x", agree="y")
    assert client.post("/my/checkout", data=data).status_code == 422
    assert orders() == []


def test_the_last_address_stands_there_already(client, buyer):
    make_order(buyer=buyer)
    make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 1))
    page = client.get("/my/checkout").text
    assert 'value="花山镇土桥村 6 组 12 号"' in page
    assert 'value="+8613991834721"' in page


def test_the_page_speaks_chinese(client, buyer):
    make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 1))
    client.set_cookie("language", "zh-Hans")
    page = client.get("/my/checkout").text
    for words in ("寄到哪里？", "收货人", "付款 80.00\u00a0元", "30 分钟"):
        assert words in page


def test_what_was_chosen_before_logging_in_is_there_after_it(client):
    pack, buyer = make_listing(stock_g=50_000).packs[0], make_buyer()
    client.post("/my/basket/put", data={"pack": pack.id, "quantity": 2})
    there = client.get("/my/checkout").location
    answer = client.post(there, data={"email": buyer.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/my/checkout")
    assert "¥155.50" in client.get("/my/checkout").text
    assert client.post("/my/checkout", data=form_of(client)).status_code == 303
    assert orders()[0].buyer_id == buyer.buyer_id
