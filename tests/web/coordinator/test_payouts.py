"""A payout followed back to the scale."""

import pytest

from marketplace.extensions import db
from tests.factories.cooperatives import ACCOUNT, make_cooperative
from tests.factories.distribution import make_checked, make_pool
from tests.factories.payouts import make_batch, make_sent, payouts_of


@pytest.fixture
def lines(stays):
    """Payouts of 50.00, 30.00 and 20.00 that were sent to the bank."""
    return payouts_of(make_sent(make_checked(make_pool()[0])))


def test_a_payout_shows_its_weighings_its_share_and_its_entries(client, follow, lines):
    middle = lines[1]
    follow(middle.batch.cooperative)
    page = client.get(f"/coordinator/payouts/{middle.id}").text
    for words in ("¥30.00", "¥100.00", f"ending {ACCOUNT[-4:]}", f"run:{middle.batch.run_id}", "30.0", "100.0"):
        assert words in page
    assert ACCOUNT not in page
    for neighbour in (lines[0], lines[2]):
        assert f'href="/coordinator/payouts/{neighbour.id}"' in page
    first = client.get(f"/coordinator/payouts/{lines[0].id}").text
    assert f'href="/coordinator/payouts/{lines[2].id}"' not in first


def test_the_list_holds_what_was_sent_and_no_drafts(client, follow, lines):
    draft = make_batch(make_checked(make_pool()[0]))
    follow(lines[0].batch.cooperative, draft.cooperative)
    page = client.get("/coordinator/payouts").text
    assert all(f'href="/coordinator/payouts/{line.id}"' in page for line in lines)
    assert not any(f'href="/coordinator/payouts/{line.id}"' in page for line in payouts_of(draft))
    assert "¥30.00" not in client.get("/coordinator/payouts?state=returned").text
    assert "¥30.00" in client.get("/coordinator/payouts?state=sent").text


@pytest.mark.parametrize("number", ["0", "2", "-1", "9" * 30])
def test_a_page_that_is_not_there_is_not_found(client, follow, lines, number):
    follow(lines[0].batch.cooperative)
    assert client.get(f"/coordinator/payouts/{lines[0].id}?page={number}").status_code == 404


def test_who_does_not_follow_the_cooperative_finds_nothing(client, follow, lines):
    follow(make_cooperative())
    for line in lines:
        assert client.get(f"/coordinator/payouts/{line.id}").status_code == 404
    assert "No payout here yet" in client.get("/coordinator/payouts").text


def test_nobody_is_sent_to_log_in(client, lines):
    for path in ("payouts", f"payouts/{lines[0].id}"):
        assert "/login?next=" in client.get(f"/coordinator/{path}").location


def test_pages_ask_as_much_for_three_as_for_twenty(client, follow, queries):
    costs = []
    for size in (3, 20):
        batch = make_sent(make_checked(make_pool([1_000 * (n + 1) for n in range(size)])[0]))
        middle = payouts_of(batch)[1].id
        follow(batch.cooperative)
        db.session.expunge_all()
        with queries(12) as listed:
            assert client.get("/coordinator/payouts").text.count('href="/coordinator/payouts/') == size
        db.session.expunge_all()
        with queries(30) as followed:
            assert client.get(f"/coordinator/payouts/{middle}").status_code == 200
        costs.append((len(listed), len(followed)))
    assert costs[0] == costs[1]
