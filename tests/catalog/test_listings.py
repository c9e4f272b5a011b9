"""Listings, packs, tariffs and fee rates."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from marketplace import catalog, produce, trail
from marketplace.catalog import Listing, NoTariff, Pack, PackInput
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic
from tests.factories.catalog import PACKS, make_listing, make_tariff
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.produce import REJECT, grade_of, make_season

FACTS = {"title": "富士", "village": "塬上村", "picture": "apple"}
TODAY = clock.today("Asia/Shanghai")


@pytest.fixture
def shop(session):
    season = make_season()
    cooperative = season.product.cooperative
    make_tariff(cooperative)
    return season, make_staff(cooperative).id


def publish(shop, *, token="t", grade=None, packs=PACKS, **changes):
    with atomic():
        return catalog.publish_listing(
            shop[0], grade or grade_of(shop[0]), token=token, by=shop[1], packs=packs, **(FACTS | changes)
        )


def code_of(call, *arguments, **named):
    with pytest.raises(FieldError) as refused, atomic():
        call(*arguments, **named)
    return refused.value.code


def test_a_listing_in_packs(shop, session):
    listing = publish(shop)
    assert publish(shop) is listing
    assert [(pack.grams, pack.price_minor) for pack in listing.packs] == [(5_000, 68_00), (10_000, 128_00)]
    assert session.scalar(select(func.count(Listing.id))) == 1
    assert catalog.on_sale(listing, TODAY)
    assert catalog.per_kg(listing.packs[0].price_minor, listing.packs[0].grams) == 13_60


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"packs": ()}, "no_packs"),
        ({"packs": (PACKS[0], PACKS[0])}, "pack_taken"),
        ({"packs": (PackInput(grams=0, label="无", price_minor=1),)}, "not_positive"),
        ({"packs": (PackInput(grams=1, label="无", price_minor=0),)}, "not_positive"),
        ({"picture": "../secret"}, "unknown_picture"),
        ({"from_on": date(2026, 10, 2), "until_on": date(2026, 10, 1)}, "ends_before_start"),
    ],
)
def test_a_listing_that_cannot_be(shop, session, changes, code):
    assert code_of(publish, shop, **changes) == code
    assert session.scalar(select(func.count(Listing.id))) == session.scalar(select(func.count(Pack.id))) == 0


def test_only_what_may_be_sold(shop):
    assert code_of(publish, shop, grade=grade_of(shop[0], REJECT)) == "reject_not_sold"
    assert code_of(publish, shop, grade=grade_of(make_season())) == "of_other_product"
    with atomic():
        produce.archive_product(shop[0].product, by=shop[1])
    assert code_of(publish, shop) == "product_archived"


def test_who_has_not_said_what_delivery_costs_sells_nothing(session):
    season = make_season()
    assert code_of(publish, (season, make_staff(season.product.cooperative).id)) == "tariff_missing"


def test_the_window_decides_what_is_on_sale(shop):
    listing = publish(shop, from_on=TODAY, until_on=TODAY + timedelta(days=1))
    days = [TODAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
    assert [catalog.on_sale(listing, day) for day in days] == [False, True, True, False]


def test_archived_not_deleted(shop, session):
    """B40: what has history stays whole when it leaves the window."""
    listing = publish(shop)
    with atomic():
        catalog.archive_listing(listing, by=shop[1])
        catalog.archive_listing(listing, by=shop[1])
    assert not catalog.on_sale(listing, TODAY)
    assert [pack.label for pack in session.scalars(select(Pack).where(Pack.listing_id == listing.id))] == [
        "5 公斤箱",
        "10 公斤箱",
    ]
    assert [e.verb for e in trail.list_of(f"listing:{listing.id}")] == ["listing.published", "listing.archived"]


def test_an_edit_is_recorded_once_and_found_at_once(shop, session):
    listing = publish(shop)
    with atomic():
        catalog.edit_listing(listing, by=shop[1], **(FACTS | {"title": "红香酥梨"}))
        catalog.edit_listing(listing, by=shop[1], **(FACTS | {"title": "红香酥梨"}))
    edits = [e.after for e in trail.list_of(f"listing:{listing.id}") if e.verb == "listing.edited"]
    assert edits == [{"changed": ["title"]}]
    assert session.scalars(catalog.browse("香酥", on=TODAY)).all() == [listing]
    assert code_of(catalog.edit_listing, listing, by=shop[1], **(FACTS | {"picture": "cat"})) == "unknown_picture"


def test_packs_are_added_priced_and_archived(shop):
    listing = publish(shop)
    gift = PackInput(grams=2_500, label="礼盒", price_minor=45_00)
    with atomic():
        pack = catalog.add_pack(listing, gift, by=shop[1])
        assert catalog.add_pack(listing, gift, by=shop[1]) is pack
        catalog.set_pack_price(pack, 48_00, by=shop[1])
        catalog.set_pack_price(pack, 48_00, by=shop[1])
    assert code_of(catalog.add_pack, listing, gift, by=shop[1]) == "pack_taken"
    assert code_of(catalog.set_pack_price, pack, 0, by=shop[1]) == "not_positive"
    with atomic():
        catalog.archive_pack(pack, by=shop[1])
    assert code_of(catalog.set_pack_price, pack, 50_00, by=shop[1]) == "pack_archived"
    with atomic():
        assert catalog.add_pack(listing, gift, by=shop[1]) is not pack
    prices = [e for e in trail.list_of(f"listing:{listing.id}") if e.verb == "pack.priced"]
    assert [(e.before, e.after) for e in prices] == [({"price_minor": 45_00}, {"pack": pack.id, "price_minor": 48_00})]


def test_without_packs_nothing_is_on_sale(shop, session):
    listing = publish(shop, packs=PACKS[:1])
    with atomic():
        catalog.archive_pack(listing.packs[0], by=shop[1])
    assert not catalog.on_sale(listing, TODAY)
    assert session.scalars(catalog.browse(on=TODAY)).all() == []


def test_tariffs_are_dated(session):
    cooperative = make_cooperative()
    with pytest.raises(NoTariff):
        catalog.delivery_fee(cooperative.id, 1, TODAY)
    make_tariff(cooperative, from_on=date(2026, 1, 1))
    later = TODAY + timedelta(days=10)
    make_tariff(cooperative, from_on=later, first_minor=20_00)
    make_tariff(cooperative, from_on=later, first_minor=21_00)  # said again before it began
    assert catalog.delivery_fee(cooperative.id, 10_000, TODAY) == 19_50
    assert catalog.delivery_fee(cooperative.id, 5_000, later) == 21_00
    with pytest.raises(FieldError) as refused:
        make_tariff(cooperative, from_on=TODAY - timedelta(days=1))
    assert refused.value.code == "in_the_past"


@pytest.mark.parametrize(
    ("changes", "field"), [({"first_g": 0}, "first_g"), ({"step_g": 0}, "step_g"), ({"step_minor": -1}, "step_minor")]
)
def test_a_tariff_that_cannot_be(session, changes, field):
    with pytest.raises(FieldError) as refused:
        make_tariff(make_cooperative(), **changes)
    assert refused.value.field == field


def test_the_fee_of_a_day(session):
    assert catalog.fee_rate(TODAY) == 0
    with atomic():
        catalog.set_fee_rate(date(2026, 1, 1), 200, by=None)
        catalog.set_fee_rate(TODAY + timedelta(days=1), 300, by=None)
    assert [catalog.fee_rate(TODAY + timedelta(days=n)) for n in (0, 1)] == [200, 300]
    assert code_of(catalog.set_fee_rate, TODAY - timedelta(days=1), 100, by=None) == "in_the_past"
    assert code_of(catalog.set_fee_rate, TODAY, 3_001, by=None) == "not_a_rate"


def test_a_listing_made_by_the_factory_has_all_it_needs(session):
    listing = make_listing(stock_g=20_000)
    assert catalog.available_g([listing]) == {listing.id: 20_000}
