"""Basket, checkout and orders in a real browser: both languages, two widths, nothing for axe to find."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from marketplace import catalog, ordering
from marketplace.cooperatives import StaffRole
from marketplace.extensions import atomic
from marketplace.produce import Category, ReturnClass
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.fulfilment import make_packed, make_shipped, post_payment
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_address, make_basket, make_order, make_paid_order
from tests.factories.produce import make_product, make_season

LANGUAGES = ["en", "zh-Hans"]


@pytest.fixture(autouse=True)
def rows_stay():
    """The browser's house has rows of its own."""


@dataclass
class Shop:
    """What stands in the house, by what a page needs of it."""

    buyer_cookie: dict
    rich_cookie: dict
    clerk_cookie: dict
    placed_token: str
    unpaid: str
    shipped: str
    paid: str
    packed: str


@pytest.fixture(scope="module")
def shop(live):
    """Two cooperatives, a buyer with a full basket and a dearer tea in it, one with orders in all states."""
    with live.app.app_context():
        apples = make_listing(stock_g=900_000, title="洛川红富士 80 mm", title_en="Luochuan Fuji, 80 mm")
        hills = make_cooperative(
            "羌山茶叶专业合作社", name_en="Qiang Mountain Tea Cooperative", county="北川县", county_en="Beichuan"
        )
        plant = make_product(
            hills, category=Category.TEA, name="苔子茶", name_en="Taizi tea", return_class=ReturnClass.SEVEN_DAYS
        )
        tin = catalog.PackInput(grams=100, label="100 克罐", label_en="100 g tin", price_minor=126_00)
        tea = make_listing(
            make_season(plant),
            packs=[tin],
            stock_g=60_000,
            title="北川苔子茶（古树绿茶）",
            title_en="Old-tree Taizi green tea",
            picture="tea",
        )
        buyer, rich = make_buyer("陈雨"), make_buyer("王芳")
        make_basket(buyer, (apples.packs[0], 1), (tea.packs[0], 1), (apples.packs[1], 1))
        two = make_basket(rich, (apples.packs[0], 2), (tea.packs[0], 1))
        with atomic():
            placed = ordering.place(two, make_address(), token="two", by=rich.id, seen={})
        states = [make_paid_order(apples.packs[0], buyer=rich) for _ in range(4)]
        for order in states:
            post_payment(order)
        make_packed(states[1])
        make_shipped(states[2])
        make_basket(rich, (tea.packs[0], 2))
        with atomic():
            catalog.set_pack_price(tea.packs[0], 128_00, by=make_staff(hills, StaffRole.MANAGER).id)
            catalog.archive_pack(apples.packs[1], by=make_staff(apples.cooperative, StaffRole.MANAGER).id)
        clerk = make_staff(apples.cooperative, StaffRole.CLERK)
        return Shop(
            live.cookie(buyer),
            live.cookie(rich),
            live.cookie(clerk),
            placed[0].checkout_token,
            make_order(apples.packs[0], buyer=make_buyer()).number,
            states[2].number,
            states[0].number,
            states[1].number,
        )


def come(page, live, cookie, tag):
    page.context.add_cookies([{"name": "language", "value": tag, "url": live.url}, cookie])


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_buyers_pages_are_clean(live, shop, watched, accessible, picture, tag):
    come(watched, live, shop.buyer_cookie, tag)
    for name in ("basket", "checkout"):
        watched.goto(f"{live.url}/my/{name}")
        accessible()
        picture(f"{name}.{tag}")
    come(watched, live, shop.rich_cookie, tag)
    for name, path in (
        ("placed", f"placed/{shop.placed_token}"),
        ("orders", "orders"),
        ("order-shipped", f"orders/{shop.shipped}"),
        ("order-paid", f"orders/{shop.paid}"),
    ):
        watched.goto(f"{live.url}/my/{path}")
        accessible()
        picture(f"{name}.{tag}")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_cooperatives_pages_are_clean(live, shop, watched, accessible, picture, tag):
    come(watched, live, shop.clerk_cookie, tag)
    for name, path in (
        ("coop-orders", ""),
        ("coop-order-paid", f"/{shop.paid}"),
        ("coop-order-packed", f"/{shop.packed}"),
        ("coop-order-shipped", f"/{shop.shipped}"),
        ("coop-picks", "/picks"),
    ):
        watched.goto(f"{live.url}/cooperative/orders{path}")
        accessible()
        picture(f"{name}.{tag}")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_checkout_with_a_mistake_is_clean_and_keeps_what_was_typed(live, shop, page, accessible, picture, tag):
    come(page, live, shop.buyer_cookie, tag)
    page.goto(f"{live.url}/my/checkout")
    page.locator("#recipient").fill("陈雨")
    page.locator("#phone").fill("139 9183 472")
    page.locator("#province").fill("陕西省")
    page.locator("#city").fill("西安市")
    page.locator("#district").fill("雁塔区")
    page.locator("#street").fill("小寨东路 118 号 3 号楼 1204 室")
    page.locator("#checkout button[type=submit]").click()
    expect(page.locator("#phone")).to_have_value("139 9183 472")
    expect(page.locator("#phone-e")).to_be_visible()
    expect(page.locator("#street")).to_have_value("小寨东路 118 号 3 号楼 1204 室")
    accessible()
    picture(f"checkout-mistake.{tag}")
    page.locator("#phone").fill("139 9183 4721")
    page.locator("#checkout button[type=submit]").click()
    expect(page.locator("#agree-e")).to_be_visible()  # the dearer tea
    accessible()


@pytest.mark.no_script
def test_a_basket_is_filled_and_changed_without_script(live, shop, watched):
    come(watched, live, shop.rich_cookie, "en")
    watched.goto(f"{live.url}/my/basket")
    field = watched.locator("input[name^=q]")
    field.fill("3")
    watched.get_by_role("button", name="Update the quantities").last.click()
    expect(watched.locator("input[name^=q]")).to_have_value("3")
    watched.get_by_role("button", name="Agree to the new price").click()
    expect(watched.get_by_text("since you chose it")).to_have_count(0)
    watched.get_by_role("button", name="Take out").click()
    expect(watched.get_by_text("Nothing is in your basket yet")).to_be_visible()
