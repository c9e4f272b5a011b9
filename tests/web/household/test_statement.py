"""A household's own statement: its own lines, its own weighings, and its word that the money came."""

import pytest
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.payouts import Payout
from marketplace.trail import TrailEntry
from tests.factories.cooperatives import ACCOUNT, make_cooperative, make_household_key, make_member
from tests.factories.distribution import make_checked, make_draft, make_pool, make_published
from tests.factories.intake import make_weighing
from tests.factories.payouts import make_batch, make_sent, payouts_of

NBSP = "\u00a0"


@pytest.fixture
def pool(stays):
    """Three households with 50, 30 and 20 kg; 100.00 sold."""
    return make_pool()


@pytest.fixture
def enter(client, log_in):
    return lambda member: log_in(client, make_household_key(member))


def confirmed(payout):
    return db.session.get_one(Payout, payout.id, populate_existing=True).confirmed_at


def test_a_household_without_runs_is_told_when_its_line_comes(client, enter, pool):
    season, members = pool
    make_draft(season)
    enter(members[1])
    page = client.get("/household/").text
    assert "Nothing has been shared out yet" in page
    assert "¥30.00" not in page


def test_it_shows_its_own_line_and_no_others(client, enter, pool):
    season, members = pool
    make_published(season)
    enter(members[1])
    page = client.get("/household/").text
    for words in ("¥30.00", f"30{NBSP}kg", f"Household no. {members[1].number}", "Posted until"):
        assert words in page
    for words in ("¥50.00", "¥20.00", f"50{NBSP}kg", ACCOUNT):
        assert words not in page


def test_it_confirms_its_own_payout_once(client, enter, pool):
    season, members = pool
    mine = payouts_of(make_sent(make_checked(season)))[1]
    enter(members[1])
    page = client.get("/household/").text
    assert "On its way to the bank" in page
    assert f'action="/household/payouts/{mine.id}/came"' in page
    for _press in range(2):
        assert client.post(f"/household/payouts/{mine.id}/came").location == "/household/"
    assert confirmed(mine) is not None
    page = client.get("/household/").text
    assert "You said that it came" in page
    assert f'action="/household/payouts/{mine.id}/came"' not in page
    said = select(func.count(TrailEntry.id)).where(TrailEntry.verb == "payout.confirmed")
    assert db.session.scalar(said) == 1


def test_nothing_is_confirmed_before_it_was_sent(client, enter, pool):
    season, members = pool
    mine = payouts_of(make_batch(make_checked(season)))[1]
    enter(members[1])
    assert "The money came" not in client.get("/household/").text
    client.post(f"/household/payouts/{mine.id}/came")
    assert confirmed(mine) is None
    assert "at another point now" in client.get("/household/").text


def test_the_payout_of_another_household_is_not_found(client, enter, pool):
    season, members = pool
    lines = payouts_of(make_sent(make_checked(season)))
    for member in (members[0], make_member(make_cooperative())):
        enter(member)
        assert client.post(f"/household/payouts/{lines[1].id}/came").status_code == 404
    assert confirmed(lines[1]) is None


def test_it_lists_its_own_weighings(client, enter, pool):
    season, members = pool
    make_weighing(members[1], season, net_g=7_000)
    enter(members[1])
    page = client.get("/household/weighings").text
    assert f"7{NBSP}kg" in page
    assert f"30{NBSP}kg" in page
    assert f"50{NBSP}kg" not in page


def test_pages_ask_as_much_for_one_weighing_as_for_nine(client, enter, stays, queries):
    costs = []
    for more in (0, 8):
        season, (member,) = make_pool((1_000,))
        for _load in range(more):
            make_weighing(member, season, net_g=1_000)
        make_published(season)
        enter(member)
        db.session.expunge_all()
        with queries(20) as statement:
            assert "¥100.00" in client.get("/household/").text
        db.session.expunge_all()
        with queries(12) as weighings:
            assert client.get("/household/weighings").status_code == 200
        costs.append((len(statement), len(weighings)))
    assert costs[0] == costs[1]


def test_nobody_is_led_to_the_households_own_door(client, session):
    for path in ("", "weighings"):
        assert client.get(f"/household/{path}").location == "/household/login"
    assert client.post("/household/payouts/1/came").location == "/household/login"
