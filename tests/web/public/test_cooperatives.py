"""What everybody may know of a cooperative."""

import pytest

from marketplace import payouts
from marketplace.core import clock
from marketplace.extensions import atomic
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_cooperative, make_member
from tests.factories.distribution import make_checked, make_plan, make_pool, sell
from tests.factories.intake import make_weighing
from tests.factories.payouts import make_sent
from tests.factories.produce import make_product, make_season

pytestmark = pytest.mark.usefixtures("stays")


def test_the_list_opens_when_nobody_was_admitted_yet(client, session):
    assert "No cooperative was admitted yet." in client.get("/cooperatives").text


def test_it_lists_and_leads_to_a_page(client, session):
    cooperative = make_cooperative(story="三十六户人家的果园。")
    page = client.get("/cooperatives").text
    assert f'href="/cooperatives/{cooperative.slug}"' in page
    assert "三十六户人家的果园。" in page


def test_a_page_has_goods_and_figures_and_names_no_member(client, session):
    listing = make_listing()
    cooperative = listing.cooperative
    member = make_member(cooperative, "欧阳娜娜")
    make_weighing(member, listing.season, net_g=2_500_000)
    page = client.get(f"/cooperatives/{cooperative.slug}").text
    assert f'href="/produce/{listing.id}"' in page
    assert "1 weighing<" in page
    assert "2.5" in page
    assert "欧阳" not in page


def test_only_its_own_runs_are_counted(client, session):
    season, members = make_pool()
    run = make_checked(season)
    slugs = [run.cooperative.slug, make_cooperative().slug]
    names = [member.name for member in members]
    own, other = (client.get(f"/cooperatives/{slug}").text for slug in slugs)
    assert "3 weighings" in own
    assert "3 weighings" not in other
    assert all(name not in own for name in names)


def test_unknown_or_suspended_is_not_found(client, session):
    cooperative = make_cooperative()
    slug, name = cooperative.slug, cooperative.name
    with atomic():
        cooperative.suspended_at = clock.now()
    assert client.get("/cooperatives/nobody").status_code == 404
    assert client.get(f"/cooperatives/{slug}").status_code == 404
    assert name not in client.get("/cooperatives").text


@pytest.mark.parametrize("slug", ["%00", "a%00b", "x" * 300, "%E6%9D%91"])
def test_no_slug_breaks_it(client, session, slug):
    assert client.get(f"/cooperatives/{slug}").status_code == 404


def test_both_languages_keep_a_village_and_its_county_in_their_order(client, session):
    slug = make_cooperative().slug
    assert "Yuanshang village, Luochuan" in client.get(f"/cooperatives/{slug}").text
    client.set_cookie("language", "zh-Hans")
    for path in ("/cooperatives", f"/cooperatives/{slug}"):
        assert "洛川县 · 塬上村" in client.get(path).text


def test_money_of_another_currency_is_not_added_to_yuan(client, session):
    cooperative = make_cooperative(currency="JPY")
    season, slug = make_season(make_product(cooperative)), cooperative.slug
    make_weighing(make_member(cooperative), season, net_g=50_000)
    sell(season, 9_000)
    make_plan(season, 10_000)
    batch = make_sent(make_checked(season))
    with atomic():
        payouts.settle_all(batch, clock.today(cooperative.zone), by=batch.made_by_id)
    assert "JPY\u00a09,000" in client.get(f"/cooperatives/{slug}").text
    page = client.get("/").text
    assert "¥0.00" in page
    assert "9,000" not in page
