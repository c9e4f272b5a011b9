"""The life of a run: four people, a notice, and figures that never change again."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from marketplace import audit, cooperatives, distribution, ledger
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.money import MixedCurrency, NothingToShareBy
from marketplace.distribution import RunState
from marketplace.extensions import atomic, db
from marketplace.ledger import Account, Draft, credit, debit
from tests.factories.cooperatives import make_coordinator, make_member, make_staff
from tests.factories.costs import make_approved_bill, make_bill
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
from tests.factories.produce import REJECT, grade_of, make_season


def book(run):
    return ledger.book_of(run.cooperative_id)


def lines(run):
    return {line.member_id: line for line in distribution.list_allocations(run)}


def test_a_checked_run_owes_each_member_their_share(session):
    season, members = make_pool((50_000, 30_000, 20_000), sales_minor=100_00)
    run = make_checked(season)
    assert [lines(run)[member.id].amount_minor for member in members] == [50_00, 30_00, 20_00]
    for member, amount in zip(members, (50_00, 30_00, 20_00), strict=True):
        assert ledger.balance(book(run), Account.OWED_TO_MEMBERS, party=member.party) == -amount
    assert ledger.balance(book(run), Account.MEMBER_SETTLEMENT, pool=season.pool) == 100_00
    assert ledger.find(f"run:{run.id}", book(run)) is not None


def test_sales_fees_and_approved_costs_count_once_each(session):
    season, _members = make_pool(sales_minor=0, paid_bp=8_000)
    sell(season, 200_00, fees_minor=4_00)
    make_approved_bill(season, 16_00)
    make_bill(season, 99_00)  # not approved: in no book
    run = make_published(season)
    preview = distribution.preview(run)
    assert {step.name: step.amount_minor for step in preview.settlement.steps} == {
        "sales": 200_00,
        "platform_fee": -4_00,
        "cost_freight": -16_00,
    }
    assert (run.net_minor, run.paid_minor, run.kept_minor) == (180_00, 144_00, 36_00)


def test_nothing_is_posted_before_the_check(session):
    season, _members = make_pool()
    run = make_approved(season)
    assert ledger.balance(book(run), Account.OWED_TO_MEMBERS) == 0


def test_three_parcels_on_one_day_are_one_line(session):
    """B05: grade A 40 kg, grade B 25 kg, rejects 5 kg; the statement is the sum of all accepted lots."""
    season, (member,) = make_pool((40_000,), sales_minor=65_00)
    make_weighing(member, season, net_g=25_000)
    make_weighing(member, season, grade_of(season, REJECT), net_g=5_000)
    run = make_checked(season)
    assert (lines(run)[member.id].accepted_g, lines(run)[member.id].amount_minor) == (65_000, 65_00)
    assert ledger.balance(book(run), Account.OWED_TO_MEMBERS) == -65_00


def test_a_forgotten_weight_comes_with_the_next_run(session):
    """B14: the closed run stays as it is; the correction lands in the next one."""
    season, (one, two) = make_pool((50_000, 50_000), sales_minor=100_00)
    first = make_checked(season)
    make_weighing(two, season, net_g=100_000)  # the slip that was forgotten
    sell(season, 100_00)
    second = make_checked(season)
    assert {m.id: lines(first)[m.id].amount_minor for m in (one, two)} == {one.id: 50_00, two.id: 50_00}
    # of 200.00 in all, 50 : 150 -> 50.00 and 150.00; already paid 50.00 each
    assert lines(second)[one.id].amount_minor == 0
    assert lines(second)[two.id].amount_minor == 100_00
    assert lines(second)[two.id].earlier_minor == 50_00
    assert ledger.balance(book(second), Account.MEMBER_SETTLEMENT, pool=season.pool) == 200_00


def test_a_run_in_which_nothing_is_new_pays_nothing(session):
    """Equal households and an odd fen: a second run does not deal the fen to others, whatever its tokens are."""
    season, members = make_pool((10_000,) * 7, sales_minor=100_03)
    first = make_checked(season)
    assert sorted(line.amount_minor for line in lines(first).values()) == [14_29] * 7
    sell(season, 1_00)
    second = make_checked(season)  # 101.03 over 7: 14.43 and two odd fen
    again = make_draft(season)
    assert distribution.preview(again).settlement.claim_minor == 0
    with pytest.raises(distribution.NothingToPay), atomic():
        distribution.publish(again, by=again.prepared_by_id)
    assert sum(lines(second)[member.id].amount_minor for member in members) == 1_00
    assert {line.token for line in lines(first).values()}.isdisjoint(line.token for line in lines(second).values())


def test_who_was_paid_too_much_has_a_claim_that_nobody_posts(session):
    season, (one, two) = make_pool((50_000, 50_000), sales_minor=100_00)
    make_checked(season)
    make_weighing(two, season, net_g=300_000)
    sell(season, 10_00)
    second = make_checked(season)
    # of 110.00, 50 : 350 -> 13.75 and 96.25
    assert (lines(second)[one.id].amount_minor, lines(second)[one.id].claim_minor) == (0, 36_25)
    assert lines(second)[two.id].amount_minor == 46_25
    assert ledger.balance(book(second), Account.OWED_TO_MEMBERS, party=one.party) == -50_00


def test_preparing_approving_and_checking_are_three_people(session):
    season, _members = make_pool()
    run = make_published(season)
    with time_machine.travel(run.notice_until + timedelta(minutes=1)):
        with pytest.raises(distribution.SamePerson), atomic():
            distribution.approve(run, by=run.prepared_by_id)
        manager = make_staff(run.cooperative, StaffRole.MANAGER)
        with atomic():
            distribution.approve(run, by=manager.id)
        for somebody in (run.prepared_by_id, manager.id):
            with pytest.raises(distribution.SamePerson), atomic():
                audit.check(run, by=somebody)


def test_the_notice_hangs_until_its_own_instant(session):
    season, _members = make_pool()
    run = make_published(season)
    manager = make_staff(run.cooperative, StaffRole.MANAGER)
    with time_machine.travel(run.notice_until - timedelta(seconds=1), tick=False):
        with pytest.raises(distribution.NoticeRunning) as refusal, atomic():
            distribution.approve(run, by=manager.id)
        assert refusal.value.details["until"] == run.notice_until
    with time_machine.travel(run.notice_until, tick=False), atomic():
        distribution.approve(run, by=manager.id)


@pytest.mark.parametrize("days", [4, 0, -1, 61])
def test_a_notice_hangs_at_least_five_days(session, days):
    season, _members = make_pool()
    run = make_draft(season)
    with pytest.raises(FieldError, match="notice_days"), atomic():
        distribution.publish(run, days=days, by=run.prepared_by_id)
    assert run.state is RunState.DRAFT


def test_a_pool_has_one_open_run_and_the_same_token_gives_it_again(session):
    season, _members = make_pool()
    clerk = make_staff(season.product.cooperative)
    with atomic():
        first = distribution.draft_run(season, token="t", by=clerk.id)
        assert distribution.draft_run(season, token="t", by=clerk.id) is first
    with pytest.raises(distribution.RunOpen), atomic():
        distribution.draft_run(season, token="u", by=clerk.id)
    with atomic():
        distribution.withdraw(first, "算错了", by=clerk.id)
    with atomic():
        assert distribution.draft_run(season, token="u", by=clerk.id).number == 2


def test_a_run_needs_a_plan(session):
    with pytest.raises(distribution.NoPlan):
        make_draft(make_season())


def test_nothing_and_no_weight_are_refused_with_nothing_written(session):
    season, _members = make_pool(sales_minor=0)
    run = make_draft(season)
    with pytest.raises(distribution.NothingToPay), atomic():
        distribution.publish(run, by=run.prepared_by_id)
    empty = make_season()
    sell(empty, 1)
    make_plan(empty)
    bare = make_draft(empty)
    with pytest.raises(NothingToShareBy), atomic():
        distribution.publish(bare, by=bare.prepared_by_id)
    for refused in (run, bare):
        assert refused.state is RunState.DRAFT
        assert distribution.list_allocations(refused) == []


def test_a_pool_in_two_currencies_is_refused(session):
    season, _members = make_pool()
    sell(season, 80, currency="JPY")
    run = make_draft(season)
    with pytest.raises(MixedCurrency):
        distribution.preview(run)


def test_figures_that_the_ledger_does_not_bear_out_are_not_published(session):
    season, (member, *_rest) = make_pool()
    with atomic():
        ledger.post(
            ledger.book_of(season.product.cooperative_id),
            Draft(
                "adjustment:test",
                clock.today("Asia/Shanghai"),
                [
                    debit(Account.MEMBER_SETTLEMENT, 1, "CNY", pool=season.pool),
                    credit(Account.OWED_TO_MEMBERS, 1, "CNY", pool=season.pool, party=member.party),
                ],
            ),
        )
    run = make_draft(season)
    with pytest.raises(distribution.NotReconciled), atomic():
        distribution.publish(run, by=run.prepared_by_id)


def test_a_draft_is_computed_afresh_and_a_published_run_stays(session):
    season, (member, *_rest) = make_pool(sales_minor=100_00)
    run = make_draft(season)
    assert distribution.preview(run).settlement.paid_minor == 100_00
    sell(season, 50_00)
    assert distribution.preview(run).settlement.paid_minor == 150_00
    with atomic():
        distribution.publish(run, by=run.prepared_by_id)
    sell(season, 50_00)
    make_weighing(member, season, net_g=500_000)
    assert distribution.preview(run).settlement.paid_minor == 150_00 == run.paid_minor


def test_the_published_lines_are_those_of_the_preview(session):
    season, _members = make_pool((33_333, 33_333, 33_334), sales_minor=100_01)
    run = make_draft(season)
    before = distribution.preview(run).settlement
    with atomic():
        distribution.publish(run, by=run.prepared_by_id)
    assert distribution.preview(run).settlement == before


def test_a_snapshot_holds_no_name_number_or_member(session):
    season, members = make_pool()
    run = make_published(season)
    snapshot = distribution.snapshot_of(run)
    for member in members:
        assert member.name not in snapshot
        assert f"member:{member.id}" not in snapshot
    assert [line.masked_name for line in distribution.list_allocations(run)] == ["张*"] * 3


def test_withdrawing_and_sending_back_need_a_reason_and_end_the_run(session):
    season, _members = make_pool()
    run = make_published(season)
    with pytest.raises(FieldError, match="reason_missing"), atomic():
        distribution.withdraw(run, "  ", by=run.prepared_by_id)
    with atomic():
        distribution.withdraw(run, "漏了一张运费单", by=run.prepared_by_id)
    for act in (
        lambda: distribution.withdraw(run, "再来", by=run.prepared_by_id),
        lambda: distribution.publish(run, by=run.prepared_by_id),
        lambda: distribution.approve(run, by=make_staff(run.cooperative, StaffRole.MANAGER).id),
    ):
        with pytest.raises(distribution.NotNow), atomic():
            act()


def test_a_run_that_was_sent_back_is_replaced(session):
    season, _members = make_pool()
    run = make_approved(season)
    with atomic():
        audit.send_back(run, "运费单没有凭证", by=make_coordinator(run.cooperative).id)
    assert run.state is RunState.SENT_BACK
    assert make_checked(season).paid_minor == 100_00


CHANGES = [
    "update run set paid_minor = 1",
    "update run set snapshot = 'x'",
    "update run set snapshot_hash = 'x'",
    "update run set plan_id = plan_id + 1",
    "update run set notice_until = '2020-01-01 00:00:00'",
    "delete from run",
    "update allocation set amount_minor = amount_minor + 1, entitled_minor = entitled_minor + 1",
    "delete from allocation",
    "insert into allocation (run_id, member_id, token, village_group, masked_name, accepted_g, weight, entitled_minor,"
    " earlier_minor, amount_minor, claim_minor) select run_id, member_id + 1000, 'x', 'g', 'n', 1, 1, 1, 0, 1, 0"
    " from allocation limit 1",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_keeps_a_published_run(session, change):
    season, _members = make_pool()
    make_published(season)
    with pytest.raises(IntegrityError), atomic():
        db.session.execute(text(change))


def test_the_database_itself_keeps_a_closed_run(session):
    season, _members = make_pool()
    make_checked(season)
    with pytest.raises(IntegrityError), atomic():
        db.session.execute(text("update run set state = 'approved', checked_by_id = null"))


@pytest.mark.parametrize(
    ("paid_bp", "kept_for", "code"),
    [
        (0, "x", "not_a_share"),
        (10_001, "x", "not_a_share"),
        (9_000, " ", "kept_for_missing"),
        (9_000, "x" * 201, "text_too_long"),
    ],
)
def test_what_a_plan_may_not_say(session, paid_bp, kept_for, code):
    season = make_season()
    manager = make_staff(season.product.cooperative, StaffRole.MANAGER)
    with pytest.raises(FieldError, match=code), atomic():
        distribution.set_plan(
            season, paid_bp=paid_bp, kept_for=kept_for, decided_on=clock.today("Asia/Shanghai"), by=manager.id
        )


def test_plans_are_versions_and_a_run_keeps_its_own(session):
    season, _members = make_pool(paid_bp=5_000)
    run = make_draft(season)
    assert make_plan(season, 9_000).version == 2
    assert (run.plan.version, distribution.preview(run).settlement.paid_minor) == (1, 50_00)


def test_who_left_is_still_paid_for_what_they_brought(session):
    season, (member, *_rest) = make_pool()
    with atomic():
        cooperatives.leave(member, clock.today("Asia/Shanghai"), by=make_staff(member.cooperative).id)
    assert lines(make_checked(season))[member.id].amount_minor == 50_00


def test_a_new_member_has_no_part_in_what_they_did_not_bring(session):
    season, _members = make_pool()
    stranger = make_member(season.product.cooperative)
    assert stranger.id not in lines(make_checked(season))
