"""Paying in a real browser: through the simulated processor's page and back, in both languages, at two widths."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from marketplace import ordering
from marketplace.core import clock
from marketplace.extensions import atomic
from tests.factories.identity import make_buyer
from tests.factories.payments import make_order, pay, start

LANGUAGES = ["en", "zh-Hans"]


@pytest.fixture(autouse=True)
def rows_stay():
    """The browser's house has rows of its own."""


@dataclass
class Till:
    """A buyer and the numbers of orders in the states that a buyer meets."""

    cookie: dict
    numbers: dict[str, str]
    page: str


@pytest.fixture(scope="module")
def till(live):
    with live.app.app_context():
        gateway = live.app.extensions["gateway"]
        buyer = make_buyer("王芳")
        late = make_order(buyer=buyer)
        pay(late, gateway)
        with clock.travel(late.hold_until + timedelta(seconds=1)), atomic():
            ordering.expire_holds()
        orders = {name: make_order(buyer=buyer) for name in ("unpaid", "declined", "paid", "walk en", "walk zh-Hans")}
        gateway.decline(start(orders["declined"], gateway), "insufficient_funds")
        pay(orders["paid"], gateway)
        page = start(orders["unpaid"], gateway)
        numbers = {name: order.number for name, order in orders.items()} | {"sent back": late.number}
        return Till(live.cookie(buyer), numbers, f"/sim-pay/{page}")


@pytest.fixture
def buyer(watched, live, till):
    watched.context.add_cookies([till.cookie])
    return watched


def speak(page, live, language):
    page.context.add_cookies([{"name": "language", "value": language, "url": live.url}])


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", ["unpaid", "declined", "paid", "sent back"])
def test_what_the_page_says_after_the_payment(buyer, live, till, picture, accessible, standing, language):
    speak(buyer, live, language)
    buyer.goto(f"{live.url}/my/orders/{till.numbers[standing]}/payment")
    expect(buyer.locator("h1")).to_be_visible()
    accessible()
    picture(f"payment-{standing.replace(' ', '-')}.{language}")


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_simulated_page(buyer, live, till, picture, accessible, language):
    speak(buyer, live, language)
    buyer.goto(live.url + till.page)
    expect(buyer.get_by_text("演示 Demonstration")).to_be_visible()
    accessible()
    picture(f"simulated.{language}")


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_is_paid_through_the_simulated_page(buyer, live, till, language):
    speak(buyer, live, language)
    buyer.goto(f"{live.url}/my/orders/{till.numbers['walk ' + language]}/payment")
    buyer.locator(".cluster form button").click()
    expect(buyer).to_have_url(f"{live.url}/sim-pay/{buyer.url.rpartition('/')[2]}")
    buyer.locator("form[action$='/decline'] button").click()
    expect(buyer.get_by_role("alert")).to_be_visible()
    buyer.locator("form[action$='/leave'] button").click()
    expect(buyer.locator(".chip-stop")).to_be_visible()
    buyer.locator(".cluster form button").click()
    buyer.locator("form[action$='/pay'] button").click()
    expect(buyer.locator(".chip-go")).to_be_visible()
