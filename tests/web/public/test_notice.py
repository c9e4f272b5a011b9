"""The notice: by its printed token, with masked names, until its period is over."""

from datetime import timedelta

import pytest
import time_machine

from marketplace import distribution
from marketplace.extensions import atomic, db
from marketplace.produce import Season
from tests.factories.cooperatives import ACCOUNT, make_member, make_staff
from tests.factories.distribution import make_plan, make_pool, make_published, sell
from tests.factories.intake import make_weighing
from tests.factories.produce import make_season


@pytest.fixture
def run(session):
    """Three households of two groups: 50, 30 and 20 kg; of 100.00 four fifths are shared."""
    season = make_season()
    for name, group, grams in (("张建国", "一组", 50_000), ("李秀兰", "二组", 30_000), ("欧阳娜娜", "一组", 20_000)):
        member = make_member(season.product.cooperative, name, village_group=group)
        make_weighing(member, season, net_g=grams)
    sell(season, 100_00)
    make_plan(season, 8_000)
    return make_published(season)


def test_the_sheet_shows_masked_names_by_group_with_totals(client, run):
    token, digest = run.notice_token, run.snapshot_hash
    answer = client.get(f"/notice/{token}")
    page = answer.text
    assert answer.status_code == 200
    for words in (
        "张*",
        "李*",
        "欧*",
        "一组",
        "二组",
        "¥40.00",
        "¥24.00",
        "¥16.00",
        "¥56.00",
        "¥80.00",
        "冷库贷款",
        digest,
    ):
        assert words in page
    for secret in ("张建国", "李秀兰", "欧阳娜娜", ACCOUNT, ACCOUNT[-4:], "李静", "/cooperative/", "/login"):
        assert secret not in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "data:image/svg+xml" in page
    assert 'there remain <b class="num">¥100.00</b>. By the plan' in page


def test_it_closes_with_its_period(client, run):
    path, until = f"/notice/{run.notice_token}", run.notice_until
    with time_machine.travel(until - timedelta(seconds=1), tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(until, tick=False):
        assert client.get(path).status_code == 404


def test_it_closes_when_the_run_is_withdrawn(client, run):
    path = f"/notice/{run.notice_token}"
    with atomic():
        distribution.withdraw(run, "漏了一张运费单", by=run.prepared_by_id)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "张*" not in answer.text


@pytest.mark.parametrize("token", ["none", "1", "None", "x" * 300])
def test_a_guess_finds_nothing(client, run, token):
    assert client.get(f"/notice/{token}").status_code == 404


def test_in_chinese_a_plan_that_pays_all_says_so(client, session):
    season, _members = make_pool()
    token = make_published(season).notice_token
    client.set_cookie("language", "zh-Hans")
    page = client.get(f"/notice/{token}").text
    assert "公示" in page.replace(" ", "")
    assert "¥100.00" in page


def test_it_asks_as_much_for_three_households_as_for_thirty(client, session, queries):
    small, _members = make_pool()
    token = make_published(small).notice_token
    db.session.expunge_all()
    with queries(8) as few:
        client.get(f"/notice/{token}")
    season, _members = make_pool()
    season_id, cooperative = season.id, season.product.cooperative
    clerk = make_staff(cooperative)
    for _number in range(27):
        make_weighing(make_member(cooperative, by=clerk), db.session.get_one(Season, season_id), net_g=1_000, by=clerk)
    token = make_published(season).notice_token
    db.session.expunge_all()
    with queries(len(few)):
        assert "30 households" in client.get(f"/notice/{token}").text
