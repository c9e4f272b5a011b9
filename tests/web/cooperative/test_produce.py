"""Products, grades and seasons of a cooperative."""

from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace.cooperatives import Cooperative, StaffRole
from marketplace.extensions import db
from marketplace.produce import Product, Season, TaxReason
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.produce import make_product, make_season

PRODUCTS = "/cooperative/products"
TYPED = {
    "once": "token",
    "category": "tea",
    "name": "苔子茶",
    "name_en": "Taizi tea",
    "variety": "明前",
    "return_class": "seven_days",
    "tax_reason": "own_primary_produce",
    "tax_bp": "0",
    "usual_load_g": "12.5",
    "grades-0-name": "特级",
    "grades-0-weight": "1.3",
    "grades-1-name": "一级",
    "grades-1-weight": "1",
    "grades-2-name": "次品",
    "grades-2-is_reject": "y",
}
SEASON = {"name": "2026", "starts_on": "2026-10-01", "ends_on": "2026-11-30", "store_until_on": ""}


@pytest.fixture
def cooperative_id(client, log_in):
    cooperative = make_cooperative()
    number = cooperative.id
    log_in(client, make_staff(cooperative, StaffRole.MANAGER))
    return number


def text(answer):
    return answer.get_data(as_text=True)


def count(model):
    return db.session.scalar(select(func.count(model.id)))


def test_a_product_is_added_with_its_grades(client, cooperative_id):
    assert "特级" in text(client.get(f"{PRODUCTS}/new"))
    answer = client.post(f"{PRODUCTS}/new", data=TYPED)
    assert (answer.status_code, answer.location) == (303, PRODUCTS)
    product = db.session.scalars(select(Product)).one()
    assert (product.cooperative_id, product.usual_load_g, product.tax_bp) == (cooperative_id, 12_500, 0)
    assert [(g.name, g.differential, g.is_reject) for g in product.grades] == [
        ("特级", 1300, False),
        ("一级", 1000, False),
        ("次品", 0, True),
    ]
    client.post(f"{PRODUCTS}/new", data=TYPED)
    assert count(Product) == 1
    page = text(client.get(PRODUCTS))
    assert "Taizi tea" in page
    assert "× 1.3" in page
    assert "No season yet" in page


def test_a_processed_product_bears_its_rate(client, cooperative_id):
    client.post(f"{PRODUCTS}/new", data=TYPED | {"tax_reason": "processed", "tax_bp": "9"})
    product = db.session.scalars(select(Product)).one()
    assert (product.tax_reason, product.tax_bp) == (TaxReason.PROCESSED, 900)
    assert "9\xa0%" in text(client.get(PRODUCTS))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Fill this in."),
        ({"variety": "x" * 61}, "At most 60 characters."),
        ({"tax_bp": "much"}, "Enter a rate in percent"),
        ({"tax_bp": "9"}, "the rate is 0"),
        ({"usual_load_g": "0"}, "Enter more than zero."),
        ({"usual_load_g": "x"}, "Enter a weight in figures"),
        ({"grades-0-weight": "1.3333"}, "with at most three decimals"),
        ({"grades-0-weight": "0"}, "Say how much a kilogram of 特级 weighs"),
        ({"grades-2-weight": "1"}, "Rejects weigh nothing"),
        ({"grades-0-name": "", "grades-1-name": ""}, "Name at least one grade that is sold."),
    ],
)
def test_a_product_that_cannot_be_is_given_back(client, cooperative_id, changes, words):
    answer = client.post(f"{PRODUCTS}/new", data=TYPED | changes)
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'value="Taizi tea"' in text(answer)
    assert count(Product) == 0


def test_a_season_is_opened_closed_and_opened_again(client, cooperative_id):
    product = make_product(db.session.get_one(Cooperative, cooperative_id))
    url = f"{PRODUCTS}/{product.id}/season"
    assert client.get(url).status_code == 200
    assert client.post(url, data=SEASON).status_code == 303
    assert client.post(url, data=SEASON).status_code == 303
    season = db.session.scalars(select(Season)).one()
    season_id = season.id
    assert (season.starts_on, season.store_until_on) == (date(2026, 10, 1), None)
    assert "1 October 2026 to 30 November 2026" in text(client.get(PRODUCTS))
    assert client.post(f"/cooperative/seasons/{season_id}/close").status_code == 303
    assert "intake closed" in text(client.get(PRODUCTS))
    assert client.post(f"/cooperative/seasons/{season_id}/reopen").status_code == 303
    assert db.session.get_one(Season, season_id).closed_at is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_on": "2026-09-01"}, "The end lies before the beginning."),
        ({"store_until_on": "2026-10-02"}, "before the harvest ends"),
        ({"starts_on": "soon"}, "Enter a day as 2026-10-08."),
        ({"starts_on": ""}, "Enter a day."),
        ({"name": ""}, "Fill this in."),
    ],
)
def test_a_season_that_cannot_be_is_given_back(client, cooperative_id, changes, words):
    product = make_product(db.session.get_one(Cooperative, cooperative_id))
    answer = client.post(f"{PRODUCTS}/{product.id}/season", data=SEASON | changes)
    assert answer.status_code == 422
    assert words in text(answer)
    assert count(Season) == 0


def test_a_product_is_archived(client, cooperative_id):
    product_id = make_product(db.session.get_one(Cooperative, cooperative_id)).id
    assert client.post(f"{PRODUCTS}/{product_id}/archive").status_code == 303
    assert "archived" in text(client.get(PRODUCTS))
    assert db.session.get_one(Product, product_id).archived_at is not None


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.CASHIER, StaffRole.SUPERVISOR])
def test_others_of_the_cooperative_only_read(client, log_in, role):
    season = make_season()
    product_id, season_id = season.product_id, season.id
    log_in(client, make_staff(season.product.cooperative, role))
    page = client.get(PRODUCTS)
    assert page.status_code == 200
    assert "Close intake" not in text(page)
    assert client.get(f"{PRODUCTS}/new").status_code == 404
    for url in (f"{PRODUCTS}/{product_id}/archive", f"/cooperative/seasons/{season_id}/close"):
        assert client.post(url).status_code == 404
    assert db.session.get_one(Season, season_id).closed_at is None


def test_a_stranger_finds_nothing(client, cooperative_id):
    season = make_season()
    product_id, season_id = season.product_id, season.id
    assert "Fuji" not in text(client.get(PRODUCTS))
    for url in (f"{PRODUCTS}/{product_id}/archive", f"/cooperative/seasons/{season_id}/close"):
        assert client.post(url).status_code == 404
    assert client.post(f"{PRODUCTS}/{product_id}/season", data=SEASON).status_code == 404
    assert db.session.get_one(Product, product_id).archived_at is None
    assert count(Season) == 1


@pytest.mark.parametrize("url", [PRODUCTS, f"{PRODUCTS}/new", f"{PRODUCTS}/1/season"])
def test_nobody_in_particular_logs_in(client, url):
    answer = client.get(url)
    assert answer.status_code == 303
    assert "/login" in answer.location
