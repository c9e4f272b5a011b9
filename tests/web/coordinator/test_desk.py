"""What waits for a coordinator, the cooperatives followed, and the trail in words."""

from datetime import timedelta

import pytest
import time_machine

from marketplace.core import clock
from tests.factories.cooperatives import make_cooperative, make_member
from tests.factories.distribution import make_approved, make_checked, make_pool, make_published, without_guards
from tests.factories.payouts import make_sent

PAGES = ("", "cooperatives", "runs", "payouts", "trail")


def test_today_puts_the_checks_first_and_says_whether_they_agree(client, follow, stays):
    waiting, hanging = make_approved(make_pool()[0]), make_published(make_pool()[0])
    follow(waiting.cooperative, hanging.cooperative)
    page = client.get("/coordinator/").text
    assert "One run waits for your check" in page
    assert "recomputed, same hash" in page
    first, second = (page.index(f'href="/coordinator/runs/{run.id}"') for run in (waiting, hanging))
    assert first < second
    without_guards("update run set kept_minor = kept_minor + 1 where state = 'approved'")
    assert "recomputed, it differs" in client.get("/coordinator/").text


def test_a_run_that_was_checked_long_ago_stays_on_the_desk_until_it_is_paid(client, follow, stays):
    with time_machine.travel(clock.now() - timedelta(days=30)):
        run = make_checked(make_pool()[0])
    follow(run.cooperative)
    page = client.get("/coordinator/").text
    assert "No run waits for your check" in page
    assert "not yet sent to the bank" in page
    make_sent(run)
    assert "not yet sent to the bank" not in client.get("/coordinator/").text


def test_a_cooperative_shows_what_the_ledger_says(client, follow, stays):
    run = make_checked(make_pool()[0])
    follow(run.cooperative)
    for path in ("cooperatives", f"cooperatives/{run.cooperative.slug}"):
        assert "¥100.00" in client.get(f"/coordinator/{path}").text
    page = client.get(f"/coordinator/cooperatives/{run.cooperative.slug}").text
    assert "recomputed and checked a run" in page
    assert f'href="/coordinator/runs/{run.id}"' in page


def test_the_trail_is_walked_in_stretches_and_holds_only_what_is_followed(client, follow, stays):
    ours, theirs = make_cooperative(), make_cooperative("武夷岩茶合作社")
    for number in range(60):
        make_member(ours, f"张{number}")
    make_member(theirs, "别人家")
    follow(ours)
    seen, address = [], "/coordinator/trail"
    while address:
        seen.append(page := client.get(address).text)
        address = next((part.split('"')[0] for part in page.split('rel="next" href="')[1:]), None)
    assert len(seen) > 1
    whole = "".join(seen)
    assert all(whole.count(f" 张{number}<") == 1 for number in range(60))
    assert whole.count("added a member") == 60
    assert "别人家" not in whole


@pytest.mark.parametrize("before", ["0", "-1", "9" * 30])
def test_a_stretch_that_is_not_there_is_not_found(client, follow, before):
    follow(make_cooperative())
    assert client.get(f"/coordinator/trail?before={before}").status_code == 404


def test_who_follows_nothing_sees_nothing(client, follow, stays):
    run = make_approved(make_pool()[0])
    follow()
    for path in PAGES:
        page = client.get(f"/coordinator/{path}")
        assert page.status_code == 200
        assert "¥100.00" not in page.text
        assert run.cooperative.slug not in page.text
    assert client.get(f"/coordinator/cooperatives/{run.cooperative.slug}").status_code == 404


def test_nobody_is_sent_to_log_in(client, session):
    for path in (*PAGES, "cooperatives/yuanshang"):
        assert "/login?next=" in client.get(f"/coordinator/{path}").location
