"""Pools, plans and runs: what each page shows and who may do what, up to the coordinator's check."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from marketplace import audit, distribution, ledger
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.distribution import Allocation, Plan, Run, RunState
from marketplace.extensions import atomic, db
from marketplace.produce import Season
from tests.factories.cooperatives import make_cooperative, make_coordinator, make_member, make_staff
from tests.factories.costs import make_approved_bill
from tests.factories.distribution import (
    make_approved,
    make_checked,
    make_draft,
    make_plan,
    make_pool,
    make_published,
    sell,
)
from tests.factories.intake import make_weighing
from tests.factories.produce import SPECIAL, grade_of, make_season

NBSP = "\u00a0"


@pytest.fixture
def pool(stays):
    """Three households with 50, 30 and 20 kg, 100.00 sold, 80 percent paid."""
    season, _members = make_pool(paid_bp=8_000)
    return season


@pytest.fixture
def enter(client, log_in, pool):
    def go(role):
        who = make_staff(pool.product.cooperative, role)
        log_in(client, who)
        return who

    return go


def state_of(run):
    return db.session.get(Run, run.id, populate_existing=True).state


def test_the_list_says_what_is_in_each_pool(client, enter, pool):
    make_approved_bill(pool, 10_00)
    enter(StaffRole.SUPERVISOR)
    page = client.get("/cooperative/runs").text
    for words in ("No run is under way", "¥100.00", "−¥10.00", "¥90.00", f"100{NBSP}kg", f"80{NBSP}%", "冷库贷款"):
        assert words in page
    assert "Draft a run" not in page
    assert "plan" not in [link.rpartition("/")[2] for link in page.split('"')]
    enter(StaffRole.CLERK)
    assert "Draft a run" in client.get("/cooperative/runs").text


def test_the_list_asks_as_much_for_one_pool_as_for_five(client, enter, pool, queries):
    enter(StaffRole.MANAGER)
    product = pool.product
    make_draft(pool)
    db.session.expunge_all()
    with queries(14) as few:
        client.get("/cooperative/runs")
    for _number in range(4):
        season = make_season(db.session.merge(product, load=False))
        make_plan(season)
        make_draft(season)
    db.session.expunge_all()
    with queries(len(few)):
        assert "5 runs are under way" in client.get("/cooperative/runs").text


def test_a_manager_sets_a_plan_in_percent_with_two_decimals(client, enter, pool):
    enter(StaffRole.MANAGER)
    path = f"/cooperative/pools/{pool.id}/plan"
    assert "decided on" in client.get(path).text
    typed = {"paid": "72.55 %", "kept_for": "冷库", "decided_on": clock.today("Asia/Shanghai").isoformat()}
    assert client.post(path, data=typed).status_code == 303
    assert distribution.find_plan(pool.id).paid_bp == 7_255
    assert client.post(path, data=typed | {"paid": "100", "kept_for": ""}).status_code == 303
    assert "nothing is kept for the annual surplus" in client.get("/cooperative/runs").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"paid": "0"}, "Enter a part above 0"),
        ({"paid": "100.01"}, "Enter a part above 0"),
        ({"paid": "72.555"}, "Enter a part above 0"),
        ({"paid": "most"}, "Enter a part above 0"),
        ({"kept_for": " "}, "Say what the kept part is for."),
        ({"decided_on": "2999-01-01"}, "This day lies ahead of us."),
        ({"decided_on": "now"}, "Enter a day as 2026-10-08."),
    ],
)
def test_a_plan_that_cannot_be_read_comes_back_as_typed(client, enter, pool, wrong, words):
    enter(StaffRole.MANAGER)
    before = db.session.scalar(select(func.count(Plan.id)))
    typed = {"paid": "70", "kept_for": "冷库", "decided_on": "2026-01-01"} | wrong
    answer = client.post(f"/cooperative/pools/{pool.id}/plan", data=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed["paid"]}"' in answer.text
    assert db.session.scalar(select(func.count(Plan.id))) == before


def test_a_clerk_drafts_a_run_once(client, enter, pool):
    enter(StaffRole.CLERK)
    answers = [client.post(f"/cooperative/pools/{pool.id}/runs", data={"once": "one"}) for _press in range(2)]
    run = db.session.scalars(select(Run)).one()
    assert {answer.location for answer in answers} == {f"/cooperative/runs/{run.id}"}
    other = client.post(f"/cooperative/pools/{pool.id}/runs", data={"once": "two"})
    assert other.status_code == 422
    assert "Run 1 of this pool is not finished yet." in other.text


def test_without_a_plan_no_run_is_drafted(client, log_in, stays):
    season = make_season()
    log_in(client, make_staff(season.product.cooperative))
    answer = client.post(f"/cooperative/pools/{season.id}/runs", data={"once": "one"})
    assert answer.status_code == 422
    assert "First set the plan" in answer.text


def test_a_draft_shows_every_figure_with_its_basis(client, enter, pool):
    make_weighing(
        season=pool, member=make_member(pool.product.cooperative), grade=grade_of(pool, SPECIAL), net_g=10_000
    )
    make_approved_bill(pool, 10_00)
    run = make_draft(pool)
    enter(StaffRole.CLERK)
    page = client.get(f"/cooperative/runs/{run.id}").text
    assert "Draft, nothing is posted" in page
    assert "Adds up to the fen" in page
    # 100.00 - 10.00 = 90.00; 80 percent are 72.00 for 50 + 30 + 20 + 10 x 1.3 = 113 graded kg
    for words in (
        "¥100.00",
        "−¥10.00",
        "¥90.00",
        "−¥18.00",
        "¥72.00",
        "¥31.86",
        "¥19.12",
        "¥12.74",
        "¥8.28",
        "¥0.6372",
    ):
        assert words in page
    assert f'href="/cooperative/bills?pool={pool.id}"' in page
    assert "for information; shares come from the pool" in page
    assert "Publish the notice" in page


def test_the_preview_asks_as_much_for_three_households_as_for_sixty(client, enter, pool, queries):
    enter(StaffRole.CLERK)
    run_id = make_draft(pool).id
    season_id, cooperative = pool.id, pool.product.cooperative
    db.session.expunge_all()
    with queries(22) as few:
        client.get(f"/cooperative/runs/{run_id}")
    cooperative = db.session.merge(cooperative, load=False)
    clerk = make_staff(cooperative)
    for _number in range(57):
        make_weighing(make_member(cooperative, by=clerk), db.session.get_one(Season, season_id), net_g=1_000, by=clerk)
    db.session.expunge_all()
    with queries(len(few)):
        page = client.get(f"/cooperative/runs/{run_id}").text
    assert "Total, 60 households" in page
    assert "¥80.00" in page
    assert "Total, 60 households" in client.get(f"/cooperative/runs/{run_id}?page=2").text
    assert client.get(f"/cooperative/runs/{run_id}?page=3").status_code == 404


def test_from_the_draft_to_the_approval_by_different_people(client, enter, pool):
    run = make_draft(pool)
    enter(StaffRole.CLERK)
    answer = client.post(f"/cooperative/runs/{run.id}/publish", data={"days": "5"})
    assert answer.status_code == 303
    page = client.get(f"/cooperative/runs/{run.id}").text
    assert run.snapshot_hash in page
    assert f"/notice/{run.notice_token}" in page
    assert "data:image/svg+xml" in page
    assert "Nothing is posted before the coordinator" in page
    enter(StaffRole.MANAGER)
    early = client.post(f"/cooperative/runs/{run.id}/approve")
    assert early.status_code == 422
    assert "The notice still hangs, until" in early.text
    with time_machine.travel(run.notice_until):
        assert "Approve" in client.get(f"/cooperative/runs/{run.id}").text
        assert client.post(f"/cooperative/runs/{run.id}/approve").status_code == 303
        assert "Nothing is posted before." in client.get(f"/cooperative/runs/{run.id}").text
    assert state_of(run) is RunState.APPROVED
    assert ledger.find(f"run:{run.id}", ledger.book_of(run.cooperative_id)) is None


def test_who_prepared_it_does_not_approve_it(client, enter, pool):
    manager = enter(StaffRole.MANAGER)
    with atomic():
        run = distribution.draft_run(pool, token="mine", by=manager.id)
    with atomic():
        distribution.publish(run, by=manager.id)
    with time_machine.travel(run.notice_until + timedelta(hours=1)):
        assert "You prepared it, so someone else approves it." in client.get(f"/cooperative/runs/{run.id}").text
        refused = client.post(f"/cooperative/runs/{run.id}/approve")
    assert refused.status_code == 422
    assert "Another person has to do this" in refused.text
    assert state_of(run) is RunState.PUBLISHED


@pytest.mark.parametrize("days", ["4", "61", "", "soon", "-7", "7.5"])
def test_a_notice_hangs_five_to_sixty_days(client, enter, pool, days):
    run = make_draft(pool)
    enter(StaffRole.CLERK)
    answer = client.post(f"/cooperative/runs/{run.id}/publish", data={"days": days})
    assert answer.status_code == 422
    assert f'value="{days}"' in answer.text
    assert state_of(run) is RunState.DRAFT
    assert db.session.scalar(select(func.count(Allocation.id))) == 0


def test_a_withdrawal_says_why_and_the_next_run_can_be_drafted(client, enter, pool):
    run = make_published(pool)
    enter(StaffRole.CLERK)
    assert client.post(f"/cooperative/runs/{run.id}/withdraw", data={"reason": " "}).status_code == 422
    assert state_of(run) is RunState.PUBLISHED
    assert client.post(f"/cooperative/runs/{run.id}/withdraw", data={"reason": "漏了一张运费单"}).status_code == 303
    page = client.get(f"/cooperative/runs/{run.id}").text
    assert "漏了一张运费单" in page
    assert "Withdraw this run" not in page
    assert "Draft a run" in client.get("/cooperative/runs").text


def test_a_draft_that_was_withdrawn_has_no_figures(client, enter, pool):
    run = make_draft(pool)
    enter(StaffRole.CLERK)
    client.post(f"/cooperative/runs/{run.id}/withdraw", data={"reason": "不对"})
    assert "no figures were kept" in client.get(f"/cooperative/runs/{run.id}").text


def test_sent_back_and_checked_runs_say_what_they_are(client, enter, pool):
    run = make_approved(pool)
    coordinator = make_coordinator(run.cooperative)
    with atomic():
        audit.send_back(run, "户号 7 的重量不对", by=coordinator.id)
    enter(StaffRole.CLERK)
    page = client.get(f"/cooperative/runs/{run.id}").text
    assert "户号 7 的重量不对" in page
    assert "a new run replaces it" in page
    checked = make_checked(pool)
    page = client.get(f"/cooperative/runs/{checked.id}").text
    assert "Checked and posted" in page
    assert "Publish the notice" not in page
    sell(pool, 50_00)
    again = make_draft(pool)
    page = client.get(f"/cooperative/runs/{again.id}").text
    assert "−¥80.00" in page  # paid by the earlier run, of 120.00
    assert "¥40.00" in page


def test_what_was_paid_too_much_is_a_claim_and_nothing_is_published(client, enter, pool):
    make_checked(pool)
    make_approved_bill(pool, 50_00)
    run = make_draft(pool)
    enter(StaffRole.CLERK)
    page = client.get(f"/cooperative/runs/{run.id}").text
    # of 50.00 that are left 40.00 are due, and 80.00 were paid: 20.00, 12.00 and 8.00 too much
    for words in ("Claim", "¥20.00", "¥12.00", "¥8.00", "−¥40.00", "there is nothing to publish", "Adds up to the fen"):
        assert words in page
    assert "Publish the notice" not in page
    refused = client.post(f"/cooperative/runs/{run.id}/publish", data={"days": "7"})
    assert refused.status_code == 422
    assert "The pool has nothing for its households now." in refused.text


def test_a_loss_says_so_and_its_picture_stays_within_the_frame(client, enter, pool):
    make_approved_bill(pool, 150_00)
    run = make_draft(pool)
    enter(StaffRole.CLERK)
    page = client.get(f"/cooperative/runs/{run.id}").text
    assert "The pool has cost more than it brought" in page
    assert '<rect class="part-freight" x="0" width="10000" height="10"/>' in page
    assert "−¥50.00" in page


def test_money_without_weighings_says_so(client, log_in, stays):
    season, _members = make_pool(grams=())
    run = make_draft(season)
    log_in(client, make_staff(season.product.cooperative))
    assert "nothing was weighed in" in client.get(f"/cooperative/runs/{run.id}").text


def test_a_stranger_finds_nothing(client, log_in, pool):
    run = make_draft(pool)
    plans = db.session.scalar(select(func.count(Plan.id)))
    log_in(client, make_staff(make_cooperative(), StaffRole.MANAGER))
    typed = {"days": "7", "reason": "why", "paid": "70", "kept_for": "x", "decided_on": "2026-01-01", "once": "x"}
    for path in (f"runs/{run.id}/publish", f"runs/{run.id}/approve", f"runs/{run.id}/withdraw"):
        assert client.post(f"/cooperative/{path}", data=typed).status_code == 404
    assert client.get(f"/cooperative/runs/{run.id}").status_code == 404
    assert client.get(f"/cooperative/pools/{pool.id}/plan").status_code == 404
    assert client.post(f"/cooperative/pools/{pool.id}/plan", data=typed).status_code == 404
    assert client.post(f"/cooperative/pools/{pool.id}/runs", data=typed).status_code == 404
    assert state_of(run) is RunState.DRAFT
    assert db.session.scalar(select(func.count(Plan.id))) == plans
    assert db.session.scalar(select(func.count(Run.id))) == 1


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (StaffRole.CLERK, "approve"),
        (StaffRole.CASHIER, "approve"),
        (StaffRole.CASHIER, "publish"),
        (StaffRole.SUPERVISOR, "publish"),
        (StaffRole.SUPERVISOR, "withdraw"),
    ],
)
def test_the_wrong_duty_finds_nothing(client, enter, pool, role, path):
    run = make_draft(pool)
    enter(role)
    assert client.post(f"/cooperative/runs/{run.id}/{path}", data={"days": "7", "reason": "x"}).status_code == 404
    assert state_of(run) is RunState.DRAFT


def test_nobody_is_sent_to_log_in(client, session):
    assert "/login" in client.get("/cooperative/runs").location
    assert "/login" in client.get("/cooperative/runs/1").location
