"""Products with grades, seasons as pools, archiving."""

from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace import produce, trail
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic
from marketplace.produce import Category, GradeInput, Product, ReturnClass, Season, TaxReason
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.produce import make_product, make_season

FACTS = {"category": Category.TEA, "name": "苔子茶", "variety": "明前", "return_class": ReturnClass.SEVEN_DAYS}
GOOD = GradeInput(name="一级", differential=1000)
HARVEST = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 11, 30)}


@pytest.fixture
def place(session):
    cooperative = make_cooperative()
    return cooperative, make_staff(cooperative).id


def test_grades_are_ranked_as_given_and_rejects_weigh_nothing(session):
    product = make_product()
    assert [(g.rank, g.differential, g.is_reject) for g in product.grades] == [
        (1, 1300, False),
        (2, 1000, False),
        (3, 600, False),
        (4, 0, True),
    ]
    assert (product.tax_bp, product.tax_reason) == (0, TaxReason.OWN_PRIMARY_PRODUCE)


def test_one_token_adds_one_product(place, session):
    cooperative, by = place
    with atomic():
        first = produce.add_product(cooperative, token="t", by=by, grades=[GOOD], **FACTS)
        again = produce.add_product(cooperative, token="t", by=by, grades=[GOOD], **FACTS)
    assert first is again
    assert session.scalar(select(func.count(Product.id))) == 1
    assert [entry.verb for entry in trail.list_of(f"product:{first.id}")] == ["product.added"]


@pytest.mark.parametrize(
    ("changes", "grades", "code", "field"),
    [
        ({}, [], "no_grades", "grades"),
        ({}, [GradeInput(name="次", differential=0, is_reject=True)], "no_grades", "grades"),
        ({}, [GOOD, GradeInput(name="次", differential=5, is_reject=True)], "reject_weighs", "grades"),
        ({}, [GOOD, GradeInput(name="二", differential=0)], "grade_weighs_nothing", "grades"),
        ({"tax_bp": 900}, [GOOD], "tax_on_exempt", "tax_bp"),
        ({"tax_bp": 10_000, "tax_reason": TaxReason.PROCESSED}, [GOOD], "not_a_rate", "tax_bp"),
        ({"usual_load_g": 0}, [GOOD], "not_positive", "usual_load_g"),
    ],
)
def test_a_product_that_cannot_be(place, session, changes, grades, code, field):
    cooperative, by = place
    with pytest.raises(FieldError) as refused, atomic():
        produce.add_product(cooperative, token="t", by=by, grades=grades, **(FACTS | changes))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert session.scalar(select(func.count(Product.id))) == 0


def test_processed_goods_bear_a_rate(place):
    cooperative, by = place
    facts = FACTS | {"tax_bp": 900, "tax_reason": TaxReason.PROCESSED}
    with atomic():
        product = produce.add_product(cooperative, token="t", by=by, grades=[GOOD], **facts)
    assert product.tax_bp == 900


def test_a_season_said_twice_is_one_pool(place, session):
    product, by = make_product(place[0]), place[1]
    with atomic():
        first = produce.add_season(product, name="2026", store_until_on=None, by=by, **HARVEST)
        again = produce.add_season(product, name="2026", store_until_on=None, by=by, **HARVEST)
    assert first is again
    assert first.pool == f"pool:{first.id}"
    assert session.scalar(select(func.count(Season.id))) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_on": date(2026, 9, 30)}, "ends_before_start"),
        ({"store_until_on": date(2026, 11, 29)}, "store_before_harvest"),
        ({"name": "taken"}, "season_name_taken"),
    ],
)
def test_a_season_that_cannot_be(place, session, changes, code):
    product, by = make_product(place[0]), place[1]
    make_season(product, name="taken")
    facts = {"name": "2026", "store_until_on": None, **HARVEST} | changes
    with pytest.raises(FieldError) as refused, atomic():
        produce.add_season(product, by=by, **facts)
    assert refused.value.code == code
    assert session.scalar(select(func.count(Season.id))) == 1


def test_an_archived_product_opens_no_season(place):
    product, by = make_product(place[0]), place[1]
    season = make_season(product)
    with atomic():
        produce.archive_product(product, by=by)
        archived_at = product.archived_at
        produce.archive_product(product, by=by)
    assert product.archived_at == archived_at
    with pytest.raises(FieldError) as refused, atomic():
        produce.add_season(product, name="2027", store_until_on=None, by=by, **HARVEST)
    assert refused.value.code == "product_archived"
    assert produce.open_seasons(place[0].id) == []
    assert season.product_id == product.id


def test_the_current_season_is_the_newest_open_one_of_the_day(place):
    product, by = make_product(place[0]), place[1]
    on = clock.today("Asia/Shanghai")
    older, newer = make_season(product, starts_on=on, ends_on=on), make_season(product, starts_on=on, ends_on=on)
    assert produce.current_season(product.id, on) is newer
    with atomic():
        produce.close_season(newer, by=by)
    assert produce.current_season(product.id, on) is older
    assert produce.open_seasons(place[0].id) == [older]
    with atomic():
        produce.reopen_season(newer, by=by)
        produce.reopen_season(newer, by=by)
    assert produce.current_season(product.id, on) is newer
    verbs = [entry.verb for entry in trail.list_of(f"season:{newer.id}")]
    assert verbs == ["season.opened", "season.closed", "season.reopened"]


def test_seasons_are_counted_within_the_cooperative(place):
    first = make_season(make_product(place[0]))
    stranger = make_season()
    second = make_season(make_product(place[0]))
    assert produce.season_ordinal(first, place[0].id) == 1
    assert produce.season_ordinal(second, place[0].id) == 2
    assert produce.season_ordinal(stranger, stranger.product.cooperative_id) == 1


def test_products_and_seasons_are_listed_for_one_cooperative(place):
    product = make_product(place[0])
    season = make_season(product)
    gone = make_product(place[0], name="旧品")
    make_season()
    with atomic():
        produce.archive_product(gone, by=place[1])
    assert produce.list_products(place[0].id) == [product]
    assert produce.list_products(place[0].id, archived=True) == [product, gone]
    assert produce.list_seasons([product.id, gone.id]) == {product.id: [season], gone.id: []}
