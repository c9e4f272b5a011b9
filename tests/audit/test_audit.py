"""The coordinator computes again, and nothing that was touched is checked."""

import json

import pytest

from marketplace import audit, distribution, ledger, trail
from marketplace.audit import Difference
from marketplace.core.errors import FieldError
from marketplace.distribution import RunState, rules
from marketplace.extensions import atomic, db
from marketplace.payouts import Payout
from tests.factories.cooperatives import make_coordinator, make_member
from tests.factories.distribution import make_approved, make_checked, make_pool, make_published, sell, without_guards
from tests.factories.intake import make_weighing
from tests.factories.payouts import make_sent, payouts_of


def test_a_run_computes_again_to_the_same_hash(session):
    season, _members = make_pool()
    run = make_published(season)
    found = audit.recompute(run)
    assert found.is_same
    assert found.recomputed_hash == found.stored_hash == run.snapshot_hash


def test_what_happens_after_the_snapshot_changes_nothing(session):
    season, (member, *_rest) = make_pool()
    run = make_published(season)
    sell(season, 77_00)
    make_weighing(member, season, net_g=99_000)
    assert audit.recompute(run).is_same


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        (
            "update allocation set amount_minor = amount_minor + 1, entitled_minor = entitled_minor + 1",
            Difference.LINES,
        ),
        ("update run set snapshot_hash = 'feed'", Difference.HASH),
        ("update run set snapshot = '{}'", Difference.SNAPSHOT),
        ("update weighing set gross_g = gross_g + 1000, accepted_g = accepted_g + 1000", Difference.WEIGHINGS),
        ("update grade set differential = differential + 1 where not is_reject", Difference.WEIGHINGS),
        ("update plan set paid_bp = 5000", Difference.PLAN),
        ("update run set tokens_hash = 'feed'", Difference.TOKENS),
        ("update run set kept_minor = kept_minor + 1", Difference.LINES),
        (
            "update allocation set entitled_minor = entitled_minor + 1, earlier_minor = earlier_minor + 1",
            Difference.LINES,
        ),
    ],
)
def test_whatever_was_touched_is_found_and_the_run_is_not_checked(session, statement, difference):
    season, _members = make_pool()
    run = make_approved(season)
    without_guards(statement)
    assert difference in audit.recompute(run).differences
    with pytest.raises(audit.RecomputationDiffers), atomic():
        audit.check(run, by=make_coordinator(run.cooperative).id)
    assert run.state is RunState.APPROVED


def test_a_snapshot_forged_with_its_hash_still_differs_from_the_books(session):
    season, _members = make_pool()
    run = make_approved(season)
    whole = json.loads(distribution.snapshot_of(run))
    whole["inputs"]["books"]["sales"] += 100_00
    forged, digest = rules.recompute(json.dumps(whole))
    inputs, _stored = rules.read(json.dumps(whole))
    without_guards(
        "update run set snapshot = :text, snapshot_hash = :digest",
        text=rules.canonical(inputs, forged),
        digest=digest,
    )
    found = audit.recompute(run)
    assert found.stored_hash == found.recomputed_hash
    assert set(found.differences) == {Difference.LINES, Difference.BOOKS}


def test_a_line_that_was_given_to_somebody_else_is_found(session):
    season, _members = make_pool()
    run = make_approved(season)
    stranger = make_member(run.cooperative)
    without_guards(
        "update allocation set member_id = :stranger where id = (select min(id) from allocation)",
        stranger=stranger.id,
    )
    assert set(audit.recompute(run).differences) == {Difference.TOKENS, Difference.WEIGHINGS}


def test_a_result_changed_beside_its_inputs_is_found(session):
    season, _members = make_pool()
    run = make_approved(season)
    whole = json.loads(distribution.snapshot_of(run))
    whole["result"]["lines"][0]["amount_minor"] += 1
    forged = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    without_guards("update run set snapshot = :text", text=forged)
    found = audit.recompute(run)
    assert found.recomputed_hash == found.stored_hash
    assert found.differences == (Difference.HASH,)


def test_what_an_earlier_run_paid_is_compared_too(session):
    season, _members = make_pool()
    make_checked(season)
    sell(season, 50_00)
    run = make_approved(season)
    assert audit.recompute(run).is_same
    without_guards(
        "update allocation set amount_minor = amount_minor + 1, entitled_minor = entitled_minor + 1"
        " where run_id <> :run",
        run=run.id,
    )
    assert audit.recompute(run).differences == (Difference.EARLIER,)


def test_a_check_leaves_a_review_and_a_trail(session):
    season, _members = make_pool()
    run = make_checked(season)
    assert run.state is RunState.CHECKED
    verbs = [entry.verb for entry in trail.list_of(f"run:{run.id}")]
    assert verbs == ["run.drafted", "run.published", "run.approved", "run.checked", "review.checked"]


def test_sending_back_needs_a_reason(session):
    season, _members = make_pool()
    run = make_approved(season)
    coordinator = make_coordinator(run.cooperative)
    with pytest.raises(FieldError, match="reason_missing"), atomic():
        audit.send_back(run, " ", by=coordinator.id)
    with atomic():
        review = audit.send_back(run, "缺运费凭证", by=coordinator.id)
    assert (run.state, review.reason) == (RunState.SENT_BACK, "缺运费凭证")
    with pytest.raises(distribution.NotNow), atomic():
        audit.check(run, by=coordinator.id)


def test_a_payout_is_followed_back_to_the_scale_and_the_ledger(session, queries):
    season, (member, *_rest) = make_pool()
    make_weighing(member, season, net_g=10_000)
    batch = make_sent(make_checked(season))
    number = payouts_of(batch)[0].id
    with queries(18):
        payout = db.session.get_one(Payout, number)
        trace = audit.trace(payout)
    assert [weighing.accepted_g for weighing in trace.weighings] == [50_000, 10_000]
    assert trace.allocation.accepted_g == 60_000
    assert {entry.transaction.reference for entry in trace.entries} == {
        f"run:{batch.run_id}",
        f"payout:{payout.id}",
    }
    parties = {entry.party for entry in trace.entries}
    assert parties <= {None, member.party}
    assert ledger.verify().is_clean
