"""The shop window in a real browser: both languages, two widths, no script, nothing for axe to find."""

from dataclasses import dataclass

import pytest

from marketplace import fulfilment
from marketplace.extensions import atomic, db
from marketplace.fulfilment import AcceptedBy
from marketplace.produce import Season
from tests.factories.catalog import make_listing
from tests.factories.distribution import make_checked, make_plan
from tests.factories.fulfilment import make_shipped, post_payment
from tests.factories.ordering import make_paid_order

LANGUAGES = ["en", "zh-Hans"]


@dataclass
class Window:
    """What a browser visits."""

    listing: int
    slug: str
    settled: str
    under_way: str


@pytest.fixture(scope="module")
def window(live):
    """A listing, a box whose money has come all the way and one that is still on its way."""
    with live.app.app_context():
        listing = make_listing(stock_g=900_000, story="海拔一千一百米的塬上。", story_en="At 1,100 metres.")
        number, slug, season_id = listing.id, listing.cooperative.slug, listing.season_id
        make_plan(listing.season, 8_000)
        boxes = []
        for _number in range(2):
            order = make_paid_order(listing.packs[0])
            post_payment(order)
            boxes.append(make_shipped(order))
        codes = [box.box_code for box in boxes]
        with atomic():
            fulfilment.accept(boxes[0], AcceptedBy.WORD)
        make_checked(db.session.get_one(Season, season_id))
        db.session.remove()
        return Window(number, slug, *codes)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_public_pages_are_clean(live, window, watched, accessible, picture, tag):
    watched.context.add_cookies([{"name": "language", "value": tag, "url": live.url}])
    for name, path in (
        ("home", "/"),
        ("browse", "/produce?q=苹果&grade=2"),
        ("browse-empty", "/produce?q=梨"),
        ("product", f"/produce/{window.listing}"),
        ("public-cooperatives", "/cooperatives"),
        ("public-cooperative", f"/cooperatives/{window.slug}"),
        ("box-settled", f"/box/{window.settled}"),
        ("box-under-way", f"/box/{window.under_way}"),
    ):
        watched.goto(live.url + path)
        for width in (360, 1280):
            watched.set_viewport_size({"width": width, "height": 800})
            accessible()
        picture(f"{name}.{tag}")


@pytest.mark.no_script
def test_a_telephone_filters_without_script(live, window, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{live.url}/produce")
    assert not page.get_by_role("button", name="Show the products").is_visible()
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Special").check()
    page.get_by_role("button", name="Show the products").click()
    assert page.get_by_text("Nothing fits.").is_visible()
