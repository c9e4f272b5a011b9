"""Runs at the coordinator's desk: the same hash or no check, a reason or no way back, strangers find nothing."""

import pytest
from sqlalchemy import func, select

from marketplace import ledger
from marketplace.audit import RunReview
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.ledger import Account
from marketplace.trail import TrailEntry
from tests.factories.cooperatives import make_cooperative
from tests.factories.distribution import make_approved, make_draft, make_pool, make_published, without_guards

READ, WRITE = ("",), ("/check", "/send-back")


@pytest.fixture
def run(stays):
    """An approved run that would pay 50.00, 30.00 and 20.00."""
    season, _members = make_pool()
    return make_approved(season)


def written():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (TrailEntry, RunReview)]


def state_of(run):
    return db.session.get(Run, run.id, populate_existing=True).state


def test_the_list_shows_published_runs_of_the_followed_and_no_drafts(client, follow, run):
    draft = make_draft(make_pool()[0])
    published = make_published(make_pool()[0])
    follow(run.cooperative, draft.cooperative)
    page = client.get("/coordinator/runs").text
    assert f'href="/coordinator/runs/{run.id}"' in page
    assert f'href="/coordinator/runs/{draft.id}"' not in page
    assert f'href="/coordinator/runs/{published.id}"' not in page
    assert f'href="/coordinator/runs/{run.id}"' not in client.get("/coordinator/runs?state=checked").text
    assert f'href="/coordinator/runs/{run.id}"' in client.get("/coordinator/runs?state=approved").text
    assert "nothing to recompute" in client.get(f"/coordinator/runs/{draft.id}").text


def test_a_run_that_agrees_is_checked_once_and_posted(client, follow, run):
    follow(run.cooperative)
    page = client.get(f"/coordinator/runs/{run.id}").text
    for words in ("Your recomputation agrees", run.snapshot_hash, "¥100.00", "¥50.00", "approved a run"):
        assert words in page
    assert page.count(run.snapshot_hash) == 2
    book = ledger.book_of(run.cooperative_id)
    assert ledger.balance(book, Account.OWED_TO_MEMBERS) == 0
    assert client.post(f"/coordinator/runs/{run.id}/check").status_code == 303
    assert state_of(run) is RunState.CHECKED
    assert ledger.balance(book, Account.OWED_TO_MEMBERS) == -100_00
    assert "recomputed and checked a run" in client.get(f"/coordinator/runs/{run.id}").text
    before = written()
    again = client.post(f"/coordinator/runs/{run.id}/check")
    assert again.status_code == 422
    assert "at another point now" in again.text
    assert written() == before


def test_a_run_that_differs_by_a_fen_is_not_checked(client, follow, run):
    follow(run.cooperative)
    without_guards("update allocation set amount_minor = amount_minor + 1, entitled_minor = entitled_minor + 1")
    page = client.get(f"/coordinator/runs/{run.id}").text
    assert "This run cannot be checked" in page
    assert f'action="/coordinator/runs/{run.id}/check"' not in page
    before = written()
    assert client.post(f"/coordinator/runs/{run.id}/check").status_code == 422
    assert (state_of(run), written()) == (RunState.APPROVED, before)
    assert client.post(f"/coordinator/runs/{run.id}/send-back", data={"reason": "差一分"}).status_code == 303
    assert state_of(run) is RunState.SENT_BACK


def test_a_run_without_its_snapshot_can_still_be_read_and_sent_back(client, follow, run):
    follow(run.cooperative)
    without_guards("update run set snapshot = '{}'")
    assert "This run cannot be checked" in client.get(f"/coordinator/runs/{run.id}").text
    assert client.post(f"/coordinator/runs/{run.id}/check").status_code == 422
    assert client.post(f"/coordinator/runs/{run.id}/send-back", data={"reason": "快照缺失"}).status_code == 303


@pytest.mark.parametrize(("typed", "words"), [(" ", "Say why"), ("长" * 501, "At most 500 characters.")])
def test_without_a_readable_reason_nothing_goes_back(client, follow, run, typed, words):
    follow(run.cooperative)
    before = written()
    answer = client.post(f"/coordinator/runs/{run.id}/send-back", data={"reason": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert typed.strip() in answer.text
    assert (state_of(run), written()) == (RunState.APPROVED, before)


def test_a_reason_reaches_the_page_and_the_run_goes_back_once(client, follow, run):
    follow(run.cooperative)
    assert client.post(f"/coordinator/runs/{run.id}/send-back", data={"reason": "凭证 3 缺签字"}).status_code == 303
    page = client.get(f"/coordinator/runs/{run.id}").text
    assert "凭证 3 缺签字" in page
    assert f'action="/coordinator/runs/{run.id}/send-back"' not in page
    assert client.post(f"/coordinator/runs/{run.id}/send-back", data={"reason": "再来"}).status_code == 422
    assert ledger.balance(ledger.book_of(run.cooperative_id), Account.OWED_TO_MEMBERS) == 0


def test_who_does_not_follow_the_cooperative_finds_and_changes_nothing(client, follow, run):
    follow(make_cooperative())
    before = written()
    for path in READ:
        assert client.get(f"/coordinator/runs/{run.id}{path}").status_code == 404
    for path in WRITE:
        assert client.post(f"/coordinator/runs/{run.id}{path}", data={"reason": "x"}).status_code == 404
    assert "No run here yet" in client.get("/coordinator/runs").text
    assert (state_of(run), written()) == (RunState.APPROVED, before)


def test_nobody_is_sent_to_log_in(client, run):
    for path in ("runs", f"runs/{run.id}"):
        assert "/login?next=" in client.get(f"/coordinator/{path}").location
    for path in WRITE:
        assert client.post(f"/coordinator/runs/{run.id}{path}").location.endswith("/login")
    assert state_of(run) is RunState.APPROVED


def test_pages_ask_as_much_for_three_households_as_for_twenty(client, follow, queries):
    costs = []
    for size in (3, 20):
        run = make_approved(make_pool([1_000 * (n + 1) for n in range(size)])[0])
        run_id = run.id
        follow(run.cooperative)
        db.session.expunge_all()
        with queries(30) as seen:
            assert "Your recomputation agrees" in client.get(f"/coordinator/runs/{run_id}").text
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_the_list_asks_as_much_for_one_run_as_for_six(client, follow, run, queries):
    runs = [run, *(make_approved(make_pool()[0]) for _more in range(5))]
    costs = []
    for some in (runs[:1], runs):
        follow(*(db.session.merge(one).cooperative for one in some))
        db.session.expire_all()
        with queries(12) as seen:
            assert client.get("/coordinator/runs").text.count('href="/coordinator/runs/') == len(some)
        costs.append(len(seen))
    assert costs[0] == costs[1]
