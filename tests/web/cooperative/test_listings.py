"""The shop window from behind: listings, packs and prices, what delivery costs."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from marketplace import catalog
from marketplace.catalog import DeliveryTariff, Listing, Pack
from marketplace.cooperatives import Cooperative, StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.produce import Season
from marketplace.web.cooperative.listing_forms import PICTURES
from tests.factories.catalog import make_listing, make_stock, make_tariff
from tests.factories.cooperatives import make_staff
from tests.factories.produce import grade_of, make_product, make_season

LISTINGS = "/cooperative/listings"
TARIFF = "/cooperative/tariff"
WINDOW = {"title": "塬上富士", "title_en": "Fuji", "village": "塬上村", "picture": "apple-box", "story": "海拔一千米"}
PACK = {"label": "5 公斤箱", "grams": "5", "price": "68.00"}


class Shop:
    """A cooperative with a season and a manager, who is logged in."""

    def __init__(self, client, log_in):
        self.client = client
        season = make_season()
        make_tariff(season.product.cooperative)
        self.season_id, self.grade_id = season.id, grade_of(season).id
        self.cooperative_id = season.product.cooperative_id
        log_in(client, make_staff(season.product.cooperative, StaffRole.MANAGER))

    season = property(lambda self: db.session.get_one(Season, self.season_id))
    cooperative = property(lambda self: db.session.get_one(Cooperative, self.cooperative_id))

    def typed(self, **changes):
        packs = {f"packs-0-{name}": value for name, value in PACK.items()}
        return {"once": "t", "grade": f"{self.season_id}-{self.grade_id}", **WINDOW, **packs} | changes


@pytest.fixture
def shop(client, log_in):
    return Shop(client, log_in)


def text(answer):
    return answer.get_data(as_text=True)


def count(model):
    return db.session.scalar(select(func.count(model.id)))


def only(model):
    return db.session.scalars(select(model).execution_options(populate_existing=True)).one()


def test_every_drawing_has_a_name():
    assert tuple(PICTURES) == catalog.DRAWINGS


def test_goods_are_offered_in_packs(shop):
    assert "塬上村" in text(shop.client.get(f"{LISTINGS}/new"))
    answer = shop.client.post(f"{LISTINGS}/new", data=shop.typed())
    assert (answer.status_code, answer.location) == (303, LISTINGS)
    listing = only(Listing)
    assert (listing.season_id, listing.grade_id, listing.picture) == (shop.season_id, shop.grade_id, "apple-box")
    assert [(pack.grams, pack.price_minor) for pack in listing.packs] == [(5_000, 68_00)]
    shop.client.post(f"{LISTINGS}/new", data=shop.typed())
    assert count(Listing) == 1


def test_the_list_says_what_is_in_store_promised_and_left(shop):
    make_listing(shop.season, stock_g=100_000)
    with atomic():
        soon = clock.now() + timedelta(minutes=30)
        catalog.reserve("order:1", {(shop.season_id, shop.grade_id): 30_000}, until=soon)
        catalog.reserve("order:2", {(shop.season_id, shop.grade_id): 25_000}, until=soon)
        catalog.make_firm("order:2")
        catalog.ship("order:2")
    page = text(shop.client.get(LISTINGS))
    for figure in ("75\xa0kg", "30\xa0kg", "45\xa0kg", "¥68.00", "¥13.60 per kg", "on sale"):
        assert figure in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Fill this in."),
        ({"story": "x" * 2001}, "At most 2000 characters."),
        ({"packs-0-price": "0"}, "Enter more than zero."),
        ({"packs-0-price": "68.001"}, "At most 2 figures behind the point."),
        ({"packs-0-grams": "-1"}, "Enter a weight in figures"),
        ({"packs-0-label": "", "packs-0-grams": "", "packs-0-price": ""}, "Add at least one pack"),
        ({"packs-1-label": "又", "packs-1-grams": "5", "packs-1-price": "70"}, "There is a pack of 5\xa0kg already."),
        ({"from_on": "2026-10-02", "until_on": "2026-10-01"}, "The end lies before the beginning."),
        ({"grade": "0-0"}, "Not a valid choice."),
        ({"picture": "cat"}, "Not a valid choice."),
    ],
)
def test_a_listing_that_cannot_be_is_given_back(shop, changes, words):
    answer = shop.client.post(f"{LISTINGS}/new", data=shop.typed(**changes))
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'value="Fuji"' in text(answer)
    assert count(Listing) == count(Pack) == 0


def test_the_window_is_changed(shop):
    listing_id = make_listing(shop.season).id
    url = f"{LISTINGS}/{listing_id}"
    assert 'value="Fuji apples from Yuanshang"' in text(shop.client.get(url))
    assert (
        shop.client.post(url, data=WINDOW | {"once": "e", "village_en": "", "until_on": "2026-12-31"}).status_code
        == 303
    )
    listing = only(Listing)
    assert (listing.title_en, listing.until_on, listing.village_en) == ("Fuji", date(2026, 12, 31), None)
    answer = shop.client.post(url, data=WINDOW | {"once": "e", "title": "", "story": "新的"})
    assert answer.status_code == 422
    assert "新的" in text(answer)
    assert only(Listing).title == "塬上富士"


def test_packs_are_added_priced_and_taken_out(shop):
    listing_id = make_listing(shop.season).id
    url = f"{LISTINGS}/{listing_id}/packs/new"
    assert shop.client.get(url).status_code == 200
    assert shop.client.post(url, data=PACK | {"once": "p", "grams": "2.5", "price": "38"}).status_code == 303
    bad = shop.client.post(url, data=PACK | {"once": "p", "price": "99"})
    assert bad.status_code == 422
    assert "There is a pack of 5\xa0kg already." in text(bad)
    pack = db.session.scalars(select(Pack).where(Pack.grams == 2_500)).one()
    assert (pack.listing_id, pack.price_minor) == (listing_id, 38_00)
    pack_id, url = pack.id, f"/cooperative/packs/{pack.id}/price"
    assert 'value="38.00"' in text(shop.client.get(url))
    wrong = shop.client.post(url, data={"once": "q", "price": "free"})
    assert wrong.status_code == 422
    assert 'value="free"' in text(wrong)
    assert shop.client.post(url, data={"once": "q", "price": "39.50"}).location == f"{LISTINGS}/{listing_id}"
    assert db.session.get_one(Pack, pack_id).price_minor == 39_50
    assert shop.client.post(f"/cooperative/packs/{pack_id}/archive").status_code == 303
    assert db.session.get_one(Pack, pack_id).archived_at is not None
    assert "¥39.50" not in text(shop.client.get(f"{LISTINGS}/{listing_id}"))
    assert shop.client.post(url, data={"once": "q", "price": "40"}).status_code == 422


def test_a_listing_is_archived_not_deleted(shop):
    listing_id = make_listing(shop.season).id
    assert shop.client.post(f"{LISTINGS}/{listing_id}/archive").status_code == 303
    assert only(Listing).archived_at is not None
    assert "archived" in text(shop.client.get(LISTINGS))
    assert shop.client.get(f"{LISTINGS}/{listing_id}").status_code == 200
    assert count(Pack) == 2


def test_delivery_is_set_by_weight(shop):
    typed = {"once": "d", "from_on": clock.today("Asia/Shanghai").isoformat()}
    fees = {"first_g": "3", "first_minor": "9", "step_g": "0.5", "step_minor": "0.80"}
    assert shop.client.get(TARIFF).status_code == 200
    assert shop.client.post(TARIFF, data=typed | fees).status_code == 303
    assert catalog.delivery_fee(shop.cooperative_id, 4_100, clock.today("Asia/Shanghai")) == 9_00 + 3 * 80
    for changes, words in (
        ({"from_on": "2020-01-02"}, "This begins at the earliest today."),
        ({"first_g": "0"}, "Enter more than zero."),
        ({"step_minor": "x"}, "Enter an amount in figures"),
    ):
        answer = shop.client.post(TARIFF, data=typed | fees | changes)
        assert answer.status_code == 422
        assert words in text(answer)
    assert count(DeliveryTariff) == 2


def test_without_a_tariff_nothing_is_offered(client, log_in):
    season = make_season()
    value = f"{season.id}-{grade_of(season).id}"
    log_in(client, make_staff(season.product.cooperative, StaffRole.MANAGER))
    packs = {f"packs-0-{name}": typed for name, typed in PACK.items()}
    answer = client.post(f"{LISTINGS}/new", data={"once": "t", "grade": value, **WINDOW, **packs})
    assert answer.status_code == 422
    assert "First say what delivery costs" in text(answer)
    assert count(Listing) == 0


def test_the_list_costs_the_same_for_many(shop, queries):
    for _ in range(12):
        make_listing(shop.season)
    make_stock(shop.season)
    db.session.expire_all()
    with queries(8):
        assert shop.client.get(LISTINGS).status_code == 200


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.CASHIER, StaffRole.SUPERVISOR])
def test_others_of_the_cooperative_only_read(shop, client, log_in, role):
    listing = make_listing(shop.season)
    listing_id, pack_id = listing.id, listing.packs[0].id
    log_in(client, make_staff(shop.cooperative, role))
    page = client.get(LISTINGS)
    assert page.status_code == 200
    assert "Offer goods" not in text(page)
    for url in (f"{LISTINGS}/new", f"{LISTINGS}/{listing_id}", TARIFF, f"/cooperative/packs/{pack_id}/price"):
        assert client.get(url).status_code == client.post(url, data=WINDOW).status_code == 404
    assert client.post(f"{LISTINGS}/{listing_id}/archive").status_code == 404
    assert only(Listing).archived_at is None


def test_a_stranger_finds_nothing(shop):
    listing = make_listing(make_season(make_product()))
    listing_id, pack_id = listing.id, listing.packs[0].id
    assert "Fuji apples" not in text(shop.client.get(LISTINGS))
    listing_url, pack_url = f"{LISTINGS}/{listing_id}", f"/cooperative/packs/{pack_id}"
    for url in (listing_url, f"{listing_url}/packs/new", f"{pack_url}/price"):
        assert shop.client.get(url).status_code == 404
        assert shop.client.post(url, data=WINDOW | PACK | {"once": "x"}).status_code == 404
    for url in (f"{listing_url}/archive", f"{pack_url}/archive"):
        assert shop.client.post(url).status_code == 404
    assert only(Listing).archived_at is None


@pytest.mark.parametrize("url", [LISTINGS, f"{LISTINGS}/new", f"{LISTINGS}/1", TARIFF, "/cooperative/packs/1/price"])
def test_nobody_in_particular_logs_in(client, url):
    answer = client.get(url)
    assert answer.status_code == 303
    assert "/login" in answer.location
