"""What the public finds."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marketplace import catalog, cooperatives
from marketplace.catalog import search_index
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.produce import Category
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_cooperative
from tests.factories.produce import FIRST, SECOND, grade_of, make_product, make_season

TODAY = clock.today("Asia/Shanghai")


@pytest.fixture
def window(session):
    """An apple from Luochuan, a tea from Beichuan."""
    apple = make_listing(make_season(make_product(make_cooperative())))
    home = make_cooperative(
        "羌寨茶叶合作社",
        name_en="Qiang Tea Cooperative",
        county="北川县",
        county_en="Beichuan",
        village="羌寨",
        village_en=None,
    )
    product = make_product(
        home, category=Category.TEA, name="苔子茶", name_en="Taizi tea", variety="明前", variety_en="Before Qingming"
    )
    starts = TODAY - timedelta(days=200)
    season = make_season(product, starts_on=starts, ends_on=starts + timedelta(days=60))
    tea = make_listing(
        season,
        grade_of(season, SECOND),
        title="北川苔子茶",
        title_en=None,
        village="羌寨",
        village_en=None,
        picture="tea",
    )
    return apple, tea


def found(text="", **filters):
    return set(db.session.scalars(catalog.browse(text, on=TODAY, **filters)))


@pytest.mark.parametrize(
    "text", ["苹", "果", "苹果", "富士", "洛川", "塬上富士", "apple", "FUJI", "Yuan", "ｆｕｊｉ", "富士 first"]
)
def test_the_apple_is_found(window, text):
    assert found(text) == {window[0]}


@pytest.mark.parametrize("text", ["茶", "羌", "苔子", "北川县", "taizi", "qing", "二级", "second grade", "TEA"])
def test_the_tea_is_found(window, text):
    assert found(text) == {window[1]}


@pytest.mark.parametrize("text", ["梨", "士富", "苹果茶", "apples tea", "uji", "***", '"', "' or 1=1 --", "\x00", "-"])
def test_nothing_is_found(window, text):
    assert found(text) == set()


@pytest.mark.parametrize("text", ["", "  ", "合作社", "cooperative", "级", "grade"])
def test_both_are_found(window, text):
    assert found(text) == set(window)


@given(st.text(max_size=500))
@example("NEAR(")
@example("a AND NOT b*")
@example("\ud800")
@example("富" * 500)
@example("x" * 500)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_can_be_typed_is_an_error(session, text):
    db.session.scalars(catalog.browse(text, on=TODAY)).all()


def test_filters(window):
    apple, tea = window
    assert found(category=Category.TEA) == {tea}
    assert found(county="洛川县") == {apple}
    assert found(grade_rank=FIRST + 1) == {apple}
    assert found(grade_rank=SECOND + 1) == {tea}
    assert found(in_season=True) == {apple}
    assert found(cooperative_id=tea.cooperative_id) == {tea}
    assert found("茶", category=Category.APPLE) == set()
    assert catalog.counties_on_sale(TODAY) == [("洛川县", "Luochuan"), ("北川县", "Beichuan")]


def test_the_list_and_the_page_agree_on_what_is_on_sale(window):
    apple, tea = window
    with atomic():
        catalog.archive_listing(apple, by=None)
        tea.cooperative.suspended_at = clock.now()
    assert found() == {listing for listing in window if catalog.on_sale(listing, TODAY)} == set()
    assert catalog.counties_on_sale(TODAY) == []


def test_a_new_name_of_the_cooperative_is_found(window):
    apple, _tea = window
    names = ("name", "name_en", "county", "county_en", "village", "village_en")
    profile = {name: getattr(apple.cooperative, name) for name in names} | {"name": "黄土合作社"}
    with atomic():
        cooperatives.edit_profile(apple.cooperative, by=1, **profile)
        catalog.reindex_cooperative(apple.cooperative_id)
    assert found("黄土") == {apple}


def test_a_page_of_listings_costs_two_queries(window, queries):
    db.session.expire_all()
    with queries(2):
        for listing in db.session.scalars(catalog.browse("grade", on=TODAY)):
            rows = (listing.cooperative, listing.product, listing.season, listing.grade)
            assert all(row.name for row in rows)
            assert listing.packs


def test_the_index_stands_and_can_be_built_again(real_app):
    with real_app.app_context():
        number = make_listing().id
        db.session.rollback()
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            assert search_index.missing(connection) == []
            search_index.install(connection)
            assert search_index.missing(connection) == []
        assert [listing.id for listing in found("富士")] == [number]
        with atomic():
            db.session.delete(db.session.get_one(catalog.SearchDocument, number))
        assert found("富士") == set()
