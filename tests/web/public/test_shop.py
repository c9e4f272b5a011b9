"""The shop window: who gets the money, what is on sale, and one product."""

from datetime import timedelta

import pytest

from marketplace import catalog, ordering
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.produce import Category, ReturnClass
from tests.factories.catalog import make_listing, make_tariff
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.distribution import make_plan, sell
from tests.factories.produce import make_product, make_season

pytestmark = pytest.mark.usefixtures("stays")


@pytest.fixture
def apples(session):
    return make_listing(stock_g=12_000, story="海拔一千一百米的塬上。")


@pytest.fixture
def tea(session):
    hills = make_cooperative("羌山茶叶合作社", county="北川县", county_en="Beichuan")
    plant = make_product(
        hills, category=Category.TEA, name="苔子茶", name_en="Taizi tea", return_class=ReturnClass.SEVEN_DAYS
    )
    today = clock.today(hills.zone)
    season = make_season(plant, starts_on=today - timedelta(days=200), ends_on=today - timedelta(days=150))
    return make_listing(season, title="北川苔子茶", title_en="Taizi green tea", picture="tea")


@pytest.fixture
def both(apples, tea):
    """The numbers of apples, harvested now, and of tea, from store."""
    return apples.id, tea.id


def test_the_first_page_opens_in_an_empty_house_and_invents_nothing(client, session):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Nothing is on sale yet" in answer.text
    assert "You pay. See who gets every fen of it." in answer.text
    assert "strip-bar" not in answer.text


def test_the_first_page_shows_what_is_on_sale(client, apples):
    page = client.get("/").text
    assert f'href="/produce/{apples.id}"' in page
    assert "Fuji apples from Yuanshang" in page
    assert "¥68.00" in page
    assert "¥13.60 per kg" in page


def test_the_favicon_leads_to_the_mark(client, session):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    with client.get(answer.location) as mark:
        assert mark.mimetype == "image/svg+xml"


@pytest.mark.parametrize("words", ["茶", "苔子", "北川", "taizi"])
def test_one_or_two_characters_are_enough_to_find(client, both, words):
    page = client.get("/produce", query_string={"q": words}).text
    assert f'href="/produce/{both[1]}"' in page
    assert f'href="/produce/{both[0]}"' not in page
    assert "1 product<" in page


@pytest.mark.parametrize(
    "chosen", [{"category": "tea"}, {"county": "北川县"}, {"category": "tea", "county": "北川县", "grade": "2"}]
)
def test_filters_narrow_the_list_down(client, both, chosen):
    page = client.get("/produce", query_string=chosen).text
    assert f'href="/produce/{both[1]}"' in page
    assert f'href="/produce/{both[0]}"' not in page


def test_harvested_now_leaves_out_what_comes_from_store(client, both):
    page = client.get("/produce?season=now").text
    assert f'href="/produce/{both[0]}"' in page
    assert f'href="/produce/{both[1]}"' not in page


def test_a_chip_takes_its_filter_off_and_keeps_the_others(client, both):
    page = client.get("/produce", query_string={"q": "茶", "category": "tea"}).text
    assert 'href="/produce?q=%E8%8C%B6"' in page
    assert 'href="/produce?category=tea"' in page


@pytest.mark.parametrize("query", ["category=gold", "county=nowhere", "grade=9", "season=never", "page=x", "grade=%FF"])
def test_nothing_that_can_be_typed_is_an_error(client, apples, query):
    answer = client.get(f"/produce?{query}")
    assert answer.status_code == 200
    assert f'href="/produce/{apples.id}"' in answer.text


@pytest.mark.parametrize("words", ['"', "a OR", "%", "*", "'; --", "好" * 300])
def test_signs_find_nothing_and_break_nothing(client, apples, words):
    answer = client.get("/produce", query_string={"q": words})
    assert answer.status_code == 200
    assert "Nothing fits." in answer.text


def test_what_was_typed_is_text(client, session):
    assert "<script>x" not in client.get("/produce", query_string={"q": "<script>x"}).text


def test_sold_out_is_shown_and_not_hidden(client, session):
    listing = make_listing(stock_g=4_000)  # less than the smallest pack
    assert "Sold out for now" in client.get("/produce").text
    page = client.get(f"/produce/{listing.id}").text
    assert "Sold out for now" in page
    assert 'name="pack"' not in page


def test_a_product_says_packs_prices_delivery_and_stock(client, apples):
    page = client.get(f"/produce/{apples.id}").text
    small, large = apples.packs
    for words in (
        "¥68.00",
        "¥13.60 per kg",
        "In store: 12\u00a0kg.",
        "delivery ¥12.00",
        "delivery ¥19.50",
        f'name="pack" value="{small.id}"',
        f'name="pack" value="{large.id}"',
        'action="/my/basket/put"',
        "海拔一千一百米的塬上。",
        'translate="no"',
    ):
        assert words in page


def test_no_figures_no_strip(client, apples):
    page = client.get(f"/produce/{apples.id}").text
    assert "This pool has sold nothing yet" in page
    assert "strip-bar" not in page


def test_a_pool_with_sales_gives_an_estimate(client, apples):
    make_plan(apples.season, 8_000)
    sell(apples.season, 100_00, fees_minor=5_00)
    page = client.get(f"/produce/{apples.id}").text
    assert "Estimate" in page
    assert "¥51.68" in page  # 68.00 less a twentieth, and four fifths of that
    assert "¥3.40" in page
    assert "¥12.92" in page
    assert "¥51.68" in client.get("/produce").text


def test_an_old_link_opens_and_says_that_it_is_no_longer_sold(client, apples):
    manager = make_staff(apples.cooperative, StaffRole.MANAGER)
    with atomic():
        catalog.archive_listing(apples, by=manager.id)
    answer = client.get(f"/produce/{apples.id}")
    assert answer.status_code == 200
    assert "No longer sold" in answer.text
    assert '<form method="post" action="/my/basket/put"' not in answer.text
    assert f'href="/produce/{apples.id}"' not in client.get("/produce").text


@pytest.mark.parametrize("number", ["0", "999999", str(2**62), str(2**80), "x"])
def test_unknown_goods_are_not_found(client, session, number):
    assert client.get(f"/produce/{number}").status_code == 404


def test_both_languages(client, apples):
    client.set_cookie("language", "zh-Hans")
    number = apples.id
    for path in ("/", "/produce", f"/produce/{number}", "/cooperatives"):
        page = client.get(path).text
        assert "塬上" in page
        assert "Yuanshang village" not in page


def test_goods_that_come_later_say_when(client, session):
    listing = make_listing(stock_g=50_000, from_on=clock.today("Asia/Shanghai") + timedelta(days=9))
    page = client.get(f"/produce/{listing.id}").text
    assert "Not sold yet" in page
    assert "On sale from" in page
    assert "No longer sold" not in page
    assert 'name="pack"' not in page


def test_without_a_tariff_of_today_nothing_can_be_ordered(client, session):
    season = make_season()
    make_tariff(season.product.cooperative, from_on=clock.today("Asia/Shanghai") + timedelta(days=9))
    listing = make_listing(season, stock_g=50_000)
    answer = client.get(f"/produce/{listing.id}")
    assert answer.status_code == 200
    assert 'name="pack"' not in answer.text


def test_a_pack_that_is_larger_than_what_is_left_cannot_be_chosen(client, session):
    small, large = make_listing(stock_g=7_000).packs
    page = client.get(f"/produce/{small.listing_id}").text
    tiles = {tile.split('"', 1)[0]: tile.split(">", 1)[0] for tile in page.split('name="pack" value="')[1:]}
    assert "checked" in tiles[str(small.id)]
    assert "disabled" in tiles[str(large.id)]


def test_the_price_that_was_shown_goes_into_the_basket_with_the_pack(client, apples):
    _small, large = apples.packs
    form = {"pack": large.id, "quantity": 1, f"price-{large.id}": large.price_minor}
    assert f'name="price-{large.id}" value="{large.price_minor}"' in client.get(f"/produce/{apples.id}").text
    with atomic():
        catalog.set_pack_price(large, 140_00, by=make_staff(apples.cooperative, StaffRole.MANAGER).id)
    assert client.post("/my/basket/put", data=form).status_code == 303
    assert "went from 128.00\u00a0yuan to 140.00\u00a0yuan" in client.get("/my/basket").text


@pytest.mark.parametrize("price", ["x", "-5", "0", str(2**80)])
def test_a_price_that_no_page_showed_is_that_of_now(client, apples, price):
    pack = apples.packs[0]
    client.post("/my/basket/put", data={"pack": pack.id, "quantity": 1, f"price-{pack.id}": price})
    assert db.session.query(ordering.BasketLine).one().seen_price_minor == 68_00


def test_the_first_page_lets_cooperatives_take_turns_and_shows_sold_out_last(client, session):
    empty = make_listing(stock_g=1_000)
    first, second = make_listing(stock_g=50_000), make_listing(stock_g=50_000)
    third = make_listing(second.season, second.season.product.grades[2], stock_g=50_000)
    page = client.get("/").text
    places = [page.index(f'href="/produce/{listing.id}"') for listing in (third, first, second, empty)]
    assert places == sorted(places)


def test_filters_stay_when_another_word_is_searched(client, both):
    page = client.get("/produce", query_string={"q": "茶", "category": "tea", "season": "now"}).text
    search = page.split('role="search"')[1].split("</form>")[0]
    assert 'name="category" value="tea"' in search
    assert 'name="season" value="now"' in search


@pytest.mark.parametrize("path", ["/", "/produce"])
def test_a_list_asks_as_much_for_two_cards_as_for_eight(client, session, queries, path):
    for _number in range(2):
        _on_sale_with_figures()
    db.session.expunge_all()
    with queries(14) as few:
        assert client.get(path).text.count("strip-mini") == 2
    for _number in range(6):
        _on_sale_with_figures()
    db.session.expunge_all()
    with queries(len(few)):
        assert client.get(path).text.count("strip-mini") == 8


def _on_sale_with_figures():
    season = make_listing(stock_g=50_000).season
    make_plan(season)
    sell(season, 100_00)
