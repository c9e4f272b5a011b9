"""The money strip: its rows add up to the price to the fen, and what nobody knows is not shown."""

from random import Random

from marketplace import reporting
from marketplace.produce import TaxReason
from tests.factories.costs import make_approved_bill
from tests.factories.distribution import make_plan, make_pool, sell
from tests.factories.produce import make_product, make_season

PRICES = [1, 2, 3, 99, 100, 101, 10**9, *(Random(7).randint(1, 500_00) for _more in range(300))]


def test_the_rows_add_up_to_every_price(session):
    plain, _members = make_pool(paid_bp=8_000)
    sell(plain, 33_33, fees_minor=1_17)
    make_approved_bill(plain, 7_01)
    taxed = make_season(make_product(tax_bp=1_300, tax_reason=TaxReason.PROCESSED))
    make_plan(taxed, 6_667)
    sell(taxed, 123_45, fees_minor=2_47)
    for season in (plain, taxed):
        strips = reporting.strips_of_prices([(season.id, price) for price in PRICES])
        for price, strip in zip(PRICES, strips, strict=True):
            assert sum(row.minor for row in strip.rows) == strip.total == price
            assert [row.x for row in strip.rows] == [
                sum(r.minor for r in strip.rows[:n]) for n in range(len(strip.rows))
            ]
            assert all(row.minor > 0 for row in strip.rows)
            assert not strip.is_settled
        assert {row.part for row in strips[-1].rows} >= {"house", "platform", "reserve"}
    assert "tax" in {row.part for row in strips[-1].rows}


def test_a_pool_without_sales_or_without_a_plan_has_no_strip(session):
    unsold, _members = make_pool(sales_minor=0)
    unplanned = make_season()
    sell(unplanned, 100_00)
    assert reporting.strips_of_prices([(unsold.id, 68_00), (unplanned.id, 68_00)]) == [None, None]


def test_it_asks_as_much_for_one_price_as_for_many(session, queries):
    seasons = [make_pool()[0].id for _pool in range(4)]
    with queries(5) as few:
        reporting.strips_of_prices([(seasons[0], 68_00)])
    with queries(len(few)):
        assert all(reporting.strips_of_prices([(season, price) for season in seasons for price in (1, 2, 68_00)]))
