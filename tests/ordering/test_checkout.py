"""Placing orders: once per checkout, at agreed prices, never more than there is (faults B27, B28, B37, B40)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace import catalog, ordering, trail
from marketplace.catalog import NotEnough
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db
from marketplace.ordering import (
    HOLD,
    BasketChanged,
    BasketLine,
    NothingToOrder,
    Order,
    OrderState,
    PriceChanged,
)
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_staff
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_address, make_basket, make_order
from tests.factories.produce import make_product, make_season

pytestmark = pytest.mark.usefixtures("session")


def place(basket, buyer, token="token", seen=None, **other):
    with atomic():
        return ordering.place(basket, make_address(), token=token, by=buyer.id, seen=seen or {}, **other)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_one_order_per_cooperative_with_its_own_delivery():
    first, second = make_listing(stock_g=50_000), make_listing(stock_g=50_000)
    buyer = make_buyer()
    basket = make_basket(buyer, (first.packs[0], 2), (second.packs[1], 1))
    one, two = place(basket, buyer)
    assert (one.cooperative, one.goods_minor, one.delivery_minor) == (first.cooperative, 136_00, 19_50)
    assert (two.cooperative, two.goods_minor, two.delivery_minor) == (second.cooperative, 128_00, 19_50)
    assert one.number != two.number
    assert one.state is OrderState.PLACED
    assert one.hold_until - one.placed_at == HOLD
    assert basket.lines == []
    assert catalog.available_g([first, second]) == {first.id: 40_000, second.id: 40_000}
    assert [entry.verb for entry in trail.list_of(f"order:{one.id}")] == ["order.placed"]


def test_a_line_keeps_its_own_snapshot():
    product = make_product(tax_bp=900, tax_reason="processed")
    listing = make_listing(make_season(product), stock_g=50_000)
    with atomic():
        catalog.set_fee_rate(clock.today("Asia/Shanghai"), 200, by=None)
    order = make_order(listing.packs[0], 3)
    with atomic():
        catalog.set_pack_price(listing.packs[0], 99_00, by=make_staff(listing.cooperative).id)
        catalog.archive_listing(listing, by=make_staff(listing.cooperative).id)
        product.tax_bp = 0
    (line,) = order.lines
    assert (line.title, line.title_en, line.grade_name, line.pack_label) == (
        "塬上富士苹果",
        "Fuji apples from Yuanshang",
        "一级",
        "5 公斤箱",
    )
    assert (line.quantity, line.pack_g, line.grams) == (3, 5_000, 15_000)
    assert (line.unit_price_minor, line.amount_minor) == (68_00, 204_00)
    assert (line.tax_bp, line.tax_minor) == (900, 16_84)
    assert (line.fee_bp, line.fee_minor) == (200, 4_08)
    assert line.delivery_minor == order.delivery_minor == 27_00


def test_b27_the_same_token_gives_the_same_orders_whatever_became_of_the_basket():
    listing, buyer = make_listing(stock_g=50_000), make_buyer()
    basket = make_basket(buyer, (listing.packs[0], 1))
    first = place(basket, buyer)
    assert place(basket, buyer) == first
    with atomic():
        ordering.put(basket, listing.packs[0], 5)
    assert place(basket, buyer) == first
    assert count(Order) == 1
    assert catalog.available_g([listing]) == {listing.id: 45_000}


def test_another_buyers_token_is_another_checkout():
    listing = make_listing(stock_g=50_000)
    made = []
    for buyer in (make_buyer(), make_buyer()):
        made += place(make_basket(buyer, (listing.packs[0], 1)), buyer, token="same " * 40)
    assert len({order.id for order in made}) == 2


def test_b37_a_price_that_rose_must_be_agreed():
    pack, buyer = make_listing(stock_g=50_000).packs[0], make_buyer()
    basket = make_basket(buyer, (pack, 1))
    with atomic():
        catalog.set_pack_price(pack, 70_00, by=make_staff(pack.listing.cooperative).id)
    with pytest.raises(PriceChanged) as refused:
        place(basket, buyer)
    assert refused.value.details == {"pack_ids": [pack.id]}
    assert (count(Order), count(BasketLine)) == (0, 1)
    (order,) = place(basket, buyer, seen={pack.id: 70_00})
    assert order.goods_minor == 70_00


def test_b37_a_lower_price_is_passed_on():
    pack, buyer = make_listing(stock_g=50_000).packs[0], make_buyer()
    basket = make_basket(buyer, (pack, 1))
    with atomic():
        catalog.set_pack_price(pack, 60_00, by=make_staff(pack.listing.cooperative).id)
    (order,) = place(basket, buyer)
    assert order.goods_minor == 60_00


def test_more_than_the_page_showed_is_refused():
    pack, buyer = make_listing(stock_g=50_000).packs[0], make_buyer()
    basket = make_basket(buyer, (pack, 1))
    with atomic():
        ordering.put(basket, pack, 1)  # in another tab
    with pytest.raises(BasketChanged):
        place(basket, buyer, at_most_minor=68_00 + 12_00)
    db.session.rollback()
    assert count(Order) == 0
    place(basket, buyer, at_most_minor=136_00 + 19_50)


def test_not_enough_says_what_is_left_and_writes_nothing():
    first, second = make_listing(stock_g=50_000), make_listing(stock_g=20_000)
    buyer = make_buyer()
    basket = make_basket(buyer, (first.packs[0], 1), (second.packs[0], 5))
    with pytest.raises(NotEnough) as refused:
        place(basket, buyer)
    assert refused.value.details["left_g"] == 20_000
    assert (count(Order), count(BasketLine)) == (0, 2)
    assert catalog.available_g([first, second]) == {first.id: 50_000, second.id: 20_000}


def test_packs_of_one_stock_are_counted_together():
    small, large = make_listing(stock_g=14_000).packs
    buyer = make_buyer()
    basket = make_basket(buyer, (small, 1), (large, 1))
    with pytest.raises(NotEnough):
        place(basket, buyer)


def test_b40_what_is_no_longer_sold_stays_behind_and_blocks_nothing():
    listing, buyer = make_listing(stock_g=50_000), make_buyer()
    small, large = listing.packs
    basket = make_basket(buyer, (small, 1), (large, 1))
    with atomic():
        catalog.archive_pack(small, by=make_staff(listing.cooperative).id)
    (order,) = place(basket, buyer)
    assert [line.pack for line in order.lines] == [large]
    assert [line.pack for line in basket.lines] == [small]
    with pytest.raises(NothingToOrder):
        place(basket, buyer, token="next")


def test_an_empty_basket_and_a_bad_address_are_refused():
    buyer = make_buyer()
    with pytest.raises(NothingToOrder):
        place(None, buyer)
    with pytest.raises(NothingToOrder):
        place(make_basket(buyer), buyer)
    with atomic(), pytest.raises(FieldError):
        ordering.place(None, make_address(street=""), token="t", by=buyer.id, seen={})
    with atomic(), pytest.raises(ValueError, match="buyer"):
        ordering.place(None, make_address(), token="t", by=make_staff(make_listing().cooperative).id, seen={})


def test_the_last_address_is_remembered_without_its_note():
    order = make_order(note="请打电话")
    address = ordering.find_last_address(order.buyer_id)
    assert address == make_address(phone="+8613991834721")
    assert ordering.find_last_address(make_buyer().buyer_id) is None


def test_the_window_counts_by_the_cooperatives_day():
    listing, buyer = make_listing(stock_g=50_000), make_buyer()
    today = clock.today("Asia/Shanghai")
    basket = make_basket(buyer, (listing.packs[0], 1))
    with atomic():
        listing.until_on = today - timedelta(days=1)
    with pytest.raises(NothingToOrder):
        place(basket, buyer)
    with atomic():
        listing.until_on = today
    place(basket, buyer)
