"""Baskets: of buyers and of cookies, what is true now beside what was seen (faults B37, B40)."""

import pytest

from marketplace import catalog, ordering
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db
from marketplace.ordering import Basket, NotSold
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_staff
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_basket

pytestmark = pytest.mark.usefixtures("session")


def wants(basket):
    return {line.pack_id: line.quantity for line in basket.lines}


def test_the_same_pack_put_twice_is_one_line():
    small, large = make_listing(stock_g=50_000).packs
    basket = make_basket(None, (small, 1), (large, 1), (small, 2))
    assert wants(basket) == {small.id: 3, large.id: 1}
    assert ordering.count_packs(basket.key) == 4


def test_quantities_have_limits():
    pack = make_listing().packs[0]
    basket = make_basket(None, (pack, 998))
    with atomic():
        ordering.put(basket, pack, 5)
    assert wants(basket) == {pack.id: ordering.MOST_PACKS}
    for quantity in (0, -1, ordering.MOST_PACKS + 1):
        with atomic(), pytest.raises(FieldError):
            ordering.put(basket, pack, quantity)
    with atomic(), pytest.raises(FieldError):
        ordering.set_quantity(basket, pack.id, -1)
    with atomic():
        ordering.set_quantity(basket, pack.id, 4)
    assert wants(basket) == {pack.id: 4}
    with atomic():
        ordering.set_quantity(basket, pack.id, 0)
    assert wants(basket) == {}


def test_a_cookies_basket_becomes_the_buyers():
    pack = make_listing().packs[0]
    basket, buyer = make_basket(None, (pack, 2)), make_buyer()
    with atomic():
        adopted = ordering.adopt(basket.key, buyer.buyer_id)
    assert adopted is basket
    assert ordering.find_basket(basket.key) is None  # the cookie opens it no more
    assert ordering.count_packs(basket.key) == 0
    assert ordering.count_packs(buyer_id=buyer.buyer_id) == 2


def test_two_baskets_are_merged_and_the_later_price_counts():
    small, large = make_listing().packs
    buyer = make_buyer()
    own, anonymous = make_basket(buyer, (small, 1)), make_basket(None, (small, 2), (large, 1))
    with atomic():
        anonymous.lines[0].seen_price_minor = 60_00
    key = anonymous.key
    with atomic():
        assert ordering.adopt(key, buyer.buyer_id) is own
        assert ordering.adopt(key, buyer.buyer_id) is own  # a second login finds nothing more
    assert wants(own) == {small.id: 3, large.id: 1}
    assert own.lines[0].seen_price_minor == 60_00
    assert db.session.query(Basket).count() == 1


def test_logging_in_without_a_basket_makes_none():
    buyer = make_buyer()
    with atomic():
        assert ordering.adopt(None, buyer.buyer_id) is None
        assert ordering.adopt("no such key", buyer.buyer_id) is None
    assert db.session.query(Basket).count() == 0


def test_what_is_not_sold_cannot_be_put_in():
    listing = make_listing()
    by = make_staff(listing.cooperative).id
    small, large = listing.packs
    with atomic():
        catalog.archive_pack(small, by=by)
    basket = make_basket(None)
    with atomic(), pytest.raises(NotSold):
        ordering.put(basket, small, 1)
    with atomic():
        catalog.archive_listing(listing, by=by)
    with atomic(), pytest.raises(NotSold):
        ordering.put(basket, large, 1)


def test_b40_what_is_no_longer_sold_is_shown_apart():
    listing, other = make_listing(stock_g=20_000), make_listing(stock_g=20_000)
    basket = make_basket(None, (listing.packs[0], 1), (other.packs[0], 1))
    with atomic():
        catalog.archive_pack(listing.packs[0], by=make_staff(listing.cooperative).id)
    view = ordering.look(basket)
    assert [item.pack for item in view.gone] == [listing.packs[0]]
    assert [part.cooperative for part in view.parts] == [other.cooperative]
    assert view.totals == [(68_00 + 12_00, "CNY")]


def test_a_basket_is_grouped_by_cooperative_with_its_delivery():
    first, second = make_listing(stock_g=50_000), make_listing(stock_g=8_000)
    basket = make_basket(None, (second.packs[1], 1), (first.packs[0], 2), (first.packs[1], 1))
    view = ordering.look(basket)
    assert [part.cooperative for part in view.parts] == [first.cooperative, second.cooperative]
    one, two = view.parts
    assert (one.grams, one.goods_minor, one.delivery_minor) == (20_000, 264_00, 34_50)  # 12.00 + 15 x 1.50
    assert (two.grams, two.goods_minor, two.delivery_minor) == (10_000, 128_00, 19_50)
    assert view.totals == [(446_00, "CNY")]
    assert [item.has_enough for item in view.items] == [True, True, False]


def test_b37_a_new_price_is_seen_both_ways_and_only_a_higher_one_asks():
    small, large = make_listing(stock_g=50_000).packs
    basket = make_basket(None, (small, 1), (large, 1))
    by = make_staff(small.listing.cooperative).id
    with atomic():
        catalog.set_pack_price(small, 70_00, by=by)
        catalog.set_pack_price(large, 120_00, by=by)
    changed, gone = ordering.changes(basket)
    assert [(item.line.seen_price_minor, item.price_minor, item.must_agree) for item in changed] == [
        (68_00, 70_00, True),
        (128_00, 120_00, False),
    ]
    assert gone == []
    with atomic():
        ordering.agree(basket)
    assert ordering.changes(basket) == ([], [])


def test_looking_takes_the_same_number_of_queries_whatever_the_size(queries):
    listings = [make_listing(stock_g=20_000) for _ in range(2)]
    small = make_basket(None, (listings[0].packs[0], 1))
    home = listings[0].season.product
    many = [make_listing(listings[0].season, home.grades[n]) for n in range(2)]
    large = make_basket(None, *((pack, 1) for listing in many for pack in listing.packs))
    for key in (small.key, large.key):
        db.session.expire_all()
        with queries(at_most=6):
            ordering.look(ordering.find_basket(key))
