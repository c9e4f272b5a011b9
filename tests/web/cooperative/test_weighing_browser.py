"""The weighing form in a real browser: without JavaScript, at both widths, in both languages, and for axe."""

import pytest

from tests.factories.cooperatives import make_member, make_staff
from tests.factories.produce import grade_of, make_season

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clerk(live):
    """A clerk's cookie and what a load needs; household 7 is at the scale."""
    with live.app.app_context():
        season = make_season()
        make_member(season.product.cooperative, "杨玉梅", number=7)
        goods = f"{season.id}-{grade_of(season).id}"
        return live.cookie(make_staff(season.product.cooperative)), goods


@pytest.mark.no_script
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_load_is_weighed_in_on_a_phone_without_script(live, clerk, watched, picture, language):
    cookie, goods = clerk
    page = watched
    page.context.add_cookies([cookie, {"name": "language", "value": language, "url": live.url}])
    page.goto(f"{live.url}/cooperative/weigh")
    page.fill("#find", "7")
    page.fill("#gross_g", "1465")
    page.fill("#tare_g", "6.5")
    page.click("button[name=find_it]")
    assert page.input_value("#gross_g") == "1465"
    page.check(f"input[value='{goods}']", force=True)
    picture(f"weigh.{language}")
    page.press("#gross_g", "Enter")
    assert page.locator("button[name=again]").count() == 1
    picture(f"weigh-check.{language}")
    page.click("button[name=again]")
    page.fill("#gross_g", "146.5")
    page.click("form.weigh button.btn-success")
    page.wait_for_url("**/cooperative/weighings/*")
    assert "140" in page.locator(".fig-lg").inner_text()
    picture(f"slip.{language}")


def test_axe_finds_nothing_on_the_form_and_the_slip(live, clerk, page, accessible):
    page.context.add_cookies([clerk[0]])
    for path in ("weigh", "weighings"):
        page.goto(f"{live.url}/cooperative/{path}")
        accessible()
    page.goto(f"{live.url}/cooperative/weigh")
    page.click("form.weigh button.btn-success")
    accessible()
