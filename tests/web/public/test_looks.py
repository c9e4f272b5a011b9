"""The public pages in a real browser: both languages, two widths, nothing for axe to find, no script."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from marketplace import catalog, fulfilment
from marketplace.extensions import atomic
from marketplace.fulfilment import AcceptedBy
from marketplace.produce import Category, ReturnClass
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_cooperative, make_member
from tests.factories.distribution import make_checked, make_plan
from tests.factories.fulfilment import make_shipped, post_payment
from tests.factories.intake import make_weighing
from tests.factories.ordering import make_paid_order
from tests.factories.produce import make_product, make_season

LANGUAGES = ["en", "zh-Hans"]
STORY = "塬上村海拔一千一百米，黄土深厚，昼热夜凉。二十四户把苹果送到同一个院子，当天过磅、分级、进冷库。"


@dataclass
class Shop:
    """What stands in the house, by what a page needs of it."""

    apples: int
    tea: int
    slug: str
    settled: str
    travelling: str


def ship_paid(pack):
    order = make_paid_order(pack)
    post_payment(order, processor_fee_minor=60)
    return make_shipped(order)


@pytest.fixture(scope="module")
def shop(live):
    """Two cooperatives: apples, of which a box is settled and one travels, and tea that has sold nothing."""
    with live.app.app_context():
        home = make_cooperative("洛川塬上苹果专业合作社", slug="luochuan", story=STORY)
        apples = make_listing(
            make_season(make_product(home)), title="洛川红富士 80 mm", title_en="Luochuan Fuji, 80 mm", story=STORY
        )
        make_weighing(make_member(home, "欧阳娜娜"), apples.season, apples.grade, net_g=900_000)
        make_plan(apples.season, 8_000)
        hills = make_cooperative("羌山茶叶专业合作社", county="北川县", county_en="Beichuan")
        plant = make_product(hills, category=Category.TEA, return_class=ReturnClass.SEVEN_DAYS)
        tin = catalog.PackInput(grams=100, label="100 克罐", label_en="100 g tin", price_minor=126_00)
        tea = make_listing(make_season(plant), packs=[tin], title="苔子茶", title_en="Taizi tea", picture="tea")
        settled = ship_paid(apples.packs[0])
        with atomic():
            fulfilment.accept(settled, AcceptedBy.WORD)
        make_checked(apples.season)
        travelling = ship_paid(apples.packs[1])
        return Shop(apples.id, tea.id, home.slug, settled.box_code, travelling.box_code)


def come(page, live, tag):
    page.context.add_cookies([{"name": "language", "value": tag, "url": live.url}])


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_public_pages_are_clean(live, shop, watched, accessible, picture, tag):
    come(watched, live, tag)
    for name, path in (
        ("home", "/"),
        ("browse", "/produce?q=80&category=apple"),
        ("browse-empty", "/produce?q=none"),
        ("product", f"/produce/{shop.apples}"),
        ("product-sold-out", f"/produce/{shop.tea}"),
        ("cooperatives", "/cooperatives"),
        ("cooperative", f"/cooperatives/{shop.slug}"),
        ("box-settled", f"/box/{shop.settled}"),
        ("box-travelling", f"/box/{shop.travelling}"),
    ):
        watched.goto(live.url + path)
        for width in (360, 1280):
            watched.set_viewport_size({"width": width, "height": 800})
            accessible()
        picture(f"{name}.{tag}")


@pytest.mark.no_script
def test_filters_open_on_a_phone_and_narrow_down_without_script(live, shop, watched):
    come(watched, live, "en")
    watched.set_viewport_size({"width": 360, "height": 800})
    watched.goto(f"{live.url}/produce")
    expect(watched.locator("#filters")).to_be_hidden()
    watched.get_by_role("link", name="Filter", exact=True).click()
    watched.get_by_label("Tea", exact=True).check()
    watched.get_by_role("button", name="Show the products").click()
    expect(watched.get_by_role("heading", name="1 product")).to_be_visible()
    watched.get_by_role("link", name="take this filter off").click()
    expect(watched.get_by_role("heading", name="2 products")).to_be_visible()


@pytest.mark.no_script
def test_the_larger_pack_goes_into_the_basket_without_script(live, shop, watched):
    come(watched, live, "en")
    watched.goto(f"{live.url}/produce/{shop.apples}")
    watched.locator("label.choice", has_text="Box of 10 kg").click()
    watched.get_by_label("How many").fill("2")
    watched.get_by_role("button", name="Add to basket").click()
    expect(watched.get_by_text("It is in your basket.")).to_be_visible()
    expect(watched.locator("input[name^=q]")).to_have_value("2")
    expect(watched.locator(".count")).to_have_text("2")
