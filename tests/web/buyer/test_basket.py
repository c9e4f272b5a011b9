"""The basket: for everybody, and a cookie only when something is in it."""

import pytest

from marketplace import catalog, ordering
from marketplace.extensions import atomic, db
from marketplace.ordering import Basket
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_staff
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_basket


def put(client, pack, quantity=1, **more):
    return client.post("/my/basket/put", data={"pack": pack.id, "quantity": quantity, **more})


def wants():
    return {line.pack_id: line.quantity for line in db.session.query(ordering.BasketLine)}


def test_an_empty_basket_is_a_page_and_sets_no_cookie(client):
    answer = client.get("/my/basket")
    assert answer.status_code == 200
    assert "Nothing is in your basket yet" in answer.text
    assert client.get_cookie("basket") is None


def test_putting_something_in_keeps_it_for_an_anonymous_visitor(client):
    pack = make_listing(stock_g=50_000).packs[0]
    answer = put(client, pack, 2)
    assert (answer.status_code, answer.location) == (303, "/my/basket")
    cookie = client.get_cookie("basket")
    assert cookie.http_only
    assert len(cookie.value) > 20
    page = client.get("/my/basket").text
    assert "Fuji apples from Yuanshang" in page
    assert "¥136.00" in page  # goods
    assert "¥19.50" in page  # delivery of 10 kg
    assert "¥155.50" in page
    assert '<span class="count num">2</span>' in page
    put(client, pack)
    assert client.get_cookie("basket").value == cookie.value
    assert wants() == {pack.id: 3}


def test_a_buyer_has_one_basket_without_a_cookie(client, log_in):
    pack, buyer = make_listing(stock_g=50_000).packs[0], make_buyer()
    log_in(client, buyer)
    put(client, pack)
    assert client.get_cookie("basket") is None
    assert db.session.query(Basket).one().buyer_id == buyer.buyer_id


def test_the_cookie_of_another_opens_nothing(client, log_in):
    buyer = make_buyer()
    basket = make_basket(buyer, (make_listing(stock_g=50_000).packs[0], 1))
    client.set_cookie("basket", basket.key)
    assert "Nothing is in your basket yet" in client.get("/my/basket").text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"pack": "x", "quantity": "1"},
        {"pack": "999999", "quantity": "1"},
        {"pack": str(2**80), "quantity": "1"},
        {"quantity": "1"},
    ],
)
def test_bad_input_puts_nothing_in(client, data):
    answer = client.post("/my/basket/put", data=data)
    assert answer.status_code == 422
    assert db.session.query(Basket).count() == 0
    assert client.get_cookie("basket") is None


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "1.5", "many", ""])
def test_a_bad_quantity_is_refused_in_words(client, quantity):
    answer = put(client, make_listing(stock_g=50_000).packs[0], quantity)
    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 999." in answer.text or "Not a valid integer" not in answer.text
    assert wants() == {}


def test_what_is_no_longer_sold_is_refused_and_shown_apart(client):
    listing = make_listing(stock_g=50_000)
    small, large = listing.packs
    put(client, small)
    put(client, large)
    with atomic():
        catalog.archive_pack(small, by=make_staff(listing.cooperative).id)
    answer = put(client, small)
    assert answer.status_code == 422
    assert "This is no longer sold." in answer.text
    page = client.get("/my/basket").text
    assert "No longer sold" in page
    assert "¥128.00" in page
    assert "¥68.00" not in page


def test_quantities_are_changed_together_and_a_line_is_taken_out(client):
    small, large = make_listing(stock_g=90_000).packs
    put(client, small)
    put(client, large)
    data = {f"q{small.id}": "3", f"q{large.id}": "0"}
    assert client.post("/my/basket", data=data).status_code == 303
    assert wants() == {small.id: 3}
    put(client, large)
    assert client.post("/my/basket", data={"remove": small.id}).status_code == 303
    assert wants() == {large.id: 1}
    assert client.post("/my/basket", data={"remove": small.id}).status_code == 303


@pytest.mark.parametrize("typed", ["x", "-2", "1000", "", "1.5"])
def test_a_bad_quantity_is_kept_and_changes_nothing(client, typed):
    pack = make_listing(stock_g=90_000).packs[0]
    put(client, pack, 2)
    answer = client.post("/my/basket", data={f"q{pack.id}": typed})
    assert answer.status_code == 422
    assert "Enter a whole number from 0 to 999." in answer.text
    assert f'value="{typed}"' in answer.text
    assert wants() == {pack.id: 2}


def test_a_basket_that_is_gone_is_changed_by_nobody(client):
    assert client.post("/my/basket", data={"remove": 7}).status_code == 303
    assert client.post("/my/basket/agree").status_code == 303


def test_a_new_price_is_said_and_can_be_agreed(client):
    pack = make_listing(stock_g=50_000).packs[0]
    put(client, pack, price=68_00)
    with atomic():
        catalog.set_pack_price(pack, 70_00, by=make_staff(pack.listing.cooperative).id)
    page = client.get("/my/basket").text
    assert "went from 68.00\u00a0yuan to 70.00\u00a0yuan since you chose it." in page
    assert "Agree to the new price" in page
    assert client.post("/my/basket/agree").status_code == 303
    assert "went from" not in client.get("/my/basket").text


def test_a_lower_price_is_said_and_asks_nothing(client):
    pack = make_listing(stock_g=50_000).packs[0]
    put(client, pack, price=70_00)  # the page was open since yesterday
    page = client.get("/my/basket").text
    assert "went from 70.00\u00a0yuan to 68.00\u00a0yuan" in page
    assert "The lower price counts." in page
    assert "Agree to the new price" not in page


def test_a_short_store_is_said(client):
    pack = make_listing(stock_g=20_000).packs[0]
    put(client, pack, 5)
    assert "Only 4 left." in client.get("/my/basket").text


def test_the_page_speaks_chinese(client):
    put(client, make_listing(stock_g=50_000).packs[0])
    client.set_cookie("language", "zh-Hans")
    page = client.get("/my/basket").text
    assert "塬上富士苹果" in page
    assert "您的购物篮" in page
