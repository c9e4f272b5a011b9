"""Listings, tariffs and stock, made through the front door."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from marketplace import catalog
from marketplace.catalog import DeliveryTariff, Listing, PackInput, Stock
from marketplace.cooperatives import Cooperative, StaffRole
from marketplace.extensions import atomic
from marketplace.identity import User
from marketplace.produce import Grade, Season
from tests.factories.cooperatives import make_staff
from tests.factories.intake import make_weighing
from tests.factories.produce import grade_of, make_season

PACKS = (
    PackInput(grams=5_000, label="5 公斤箱", label_en="Box of 5 kg", price_minor=68_00),
    PackInput(grams=10_000, label="10 公斤箱", label_en="Box of 10 kg", price_minor=128_00),
)
LONG_AGO = date(2020, 1, 1)
_numbers = count(1)


def make_tariff(
    cooperative: Cooperative,
    *,
    from_on: date = LONG_AGO,
    first_g: int = 5_000,
    first_minor: int = 12_00,
    step_g: int = 1_000,
    step_minor: int = 1_50,
    by: User | None = None,
) -> DeliveryTariff:
    """Say what delivery costs: 12.00 for the first 5 kg, 1.50 for each kg begun after it."""
    who = by or make_staff(cooperative, StaffRole.MANAGER)
    with atomic():
        return catalog.set_tariff(
            cooperative,
            from_on=from_on,
            first_g=first_g,
            first_minor=first_minor,
            step_g=step_g,
            step_minor=step_minor,
            by=who.id,
        )


def make_stock(season: Season, grade: Grade | None = None, grams: int = 100_000) -> Stock:
    """Put grams in store by weighing in a load of them."""
    kind = grade or grade_of(season)
    make_weighing(season=season, grade=kind, net_g=grams)
    return catalog.list_stock([(season.id, kind.id)])[season.id, kind.id]


def make_listing(
    season: Season | None = None,
    grade: Grade | None = None,
    *,
    packs: Sequence[PackInput] = PACKS,
    stock_g: int = 0,
    by: User | None = None,
    **facts: Any,
) -> Listing:
    """Publish a listing with packs of 5 and 10 kg; adds a delivery tariff if there is none, weighs `stock_g` in."""
    where = season or make_season()
    cooperative = where.product.cooperative
    who = by or make_staff(cooperative, StaffRole.MANAGER)
    if not catalog.has_tariff(cooperative.id):
        make_tariff(cooperative, by=who)
    kind = grade or grade_of(where)
    if stock_g:
        make_stock(where, kind, stock_g)
    values = {
        "title": "塬上富士苹果",
        "title_en": "Fuji apples from Yuanshang",
        "village": "塬上村",
        "village_en": "Yuanshang village",
        "picture": "apple",
    } | facts
    with atomic():
        return catalog.publish_listing(where, kind, token=f"listing {next(_numbers)}", by=who.id, packs=packs, **values)
