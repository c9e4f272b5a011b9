"""Money out: once for each line, posted with its cause, owed again when the bank sends it back."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import select, text

from marketplace import cooperatives, ledger, payouts
from marketplace.cooperatives import Member, StaffRole
from marketplace.core import clock
from marketplace.core.errors import FieldError, NotFound
from marketplace.distribution import Run
from marketplace.extensions import atomic, db, retrying
from marketplace.ledger import Account
from marketplace.payouts import BatchState, Hindrance, Payout, PayoutState
from marketplace.payouts.rules import Transfer, bank_csv
from tests.factories.cooperatives import ACCOUNT, make_member, make_staff
from tests.factories.distribution import make_approved, make_checked, make_plan, make_pool, sell
from tests.factories.intake import make_weighing
from tests.factories.payouts import make_batch, make_sent, payouts_of
from tests.factories.produce import make_season

TODAY = clock.today("Asia/Shanghai")


def balances(batch):
    book = ledger.book_of(batch.cooperative_id)
    return {
        account: ledger.balance(book, account)
        for account in (Account.OWED_TO_MEMBERS, Account.PAYOUTS_IN_TRANSIT, Account.BANK)
    }


def test_sending_and_settling_move_the_money_step_by_step(session):
    season, _members = make_pool((50_000, 30_000, 20_000), sales_minor=100_00)
    batch = make_batch(make_checked(season))
    assert batch.total_minor == 100_00
    assert balances(batch) == {
        Account.OWED_TO_MEMBERS: -100_00,
        Account.PAYOUTS_IN_TRANSIT: 0,
        Account.BANK: 0,
    }
    with atomic():
        payouts.send(batch, by=batch.made_by_id)
    assert balances(batch) == {
        Account.OWED_TO_MEMBERS: 0,
        Account.PAYOUTS_IN_TRANSIT: -100_00,
        Account.BANK: 0,
    }
    for payout in payouts_of(batch):
        with atomic():
            payouts.settle(payout, TODAY, by=batch.made_by_id)
    assert balances(batch) == {
        Account.OWED_TO_MEMBERS: 0,
        Account.PAYOUTS_IN_TRANSIT: 0,
        Account.BANK: -100_00,
    }


@pytest.mark.parametrize("settled_first", [False, True])
def test_what_the_bank_returns_is_owed_again(session, settled_first):
    season, (member, *_rest) = make_pool()
    run = make_checked(season)
    batch = make_sent(run)
    payout = payouts_of(batch)[0]
    with atomic():
        if settled_first:
            payouts.settle(payout, TODAY, by=batch.made_by_id)
        payouts.mark_returned(payout, TODAY, "户名不符", by=batch.made_by_id)
    book = ledger.book_of(batch.cooperative_id)
    assert ledger.balance(book, Account.OWED_TO_MEMBERS, party=member.party) == -50_00
    assert ledger.balance(book, Account.BANK) == 0
    assert ledger.balance(book, Account.PAYOUTS_IN_TRANSIT) == -50_00  # the others'
    assert [(owed.allocation.member_id, owed.hindrance) for owed in payouts.list_owed(run)] == [
        (member.id, Hindrance.RETURNED)
    ]


def test_a_returned_payout_goes_again_to_another_account_under_another_reference(session):
    season, (member, *_rest) = make_pool()
    run = make_checked(season)
    first = make_sent(run)
    returned = payouts_of(first)[0]
    with atomic():
        payouts.mark_returned(returned, TODAY, "户名不符", by=first.made_by_id)
    with pytest.raises(payouts.AlreadyPaid):
        make_batch(run)
    clerk, manager = make_staff(run.cooperative), make_staff(run.cooperative, StaffRole.MANAGER)
    with atomic():
        change = cooperatives.propose_account_change(
            member, token="c", by=clerk.id, payee="", bank_name="洛川农商行", bank_account="6228480402564890018"
        )
        cooperatives.decide_account_change(change, confirm=True, by=manager.id)
    second = make_sent(run)
    (payout,) = payouts_of(second)
    assert payout.reference != returned.reference
    assert (payout.amount_minor, payout.bank_last4) == (50_00, "0018")
    with atomic():
        payouts.settle(payout, TODAY, by=second.made_by_id)
    assert ledger.balance(ledger.book_of(run.cooperative_id), Account.OWED_TO_MEMBERS, party=member.party) == 0


def test_an_account_that_was_right_all_along_goes_again_when_two_people_confirmed_it(session):
    season, (member, *_rest) = make_pool()
    run = make_checked(season)
    first = make_sent(run)
    with atomic():
        payouts.mark_returned(payouts_of(first)[0], TODAY, "银行系统故障", by=first.made_by_id)
    assert [owed.hindrance for owed in payouts.list_owed(run)] == [Hindrance.RETURNED]
    with atomic():
        change = cooperatives.propose_account_change(
            member, token="c", by=make_staff(run.cooperative).id, payee="", bank_name="农行", bank_account=ACCOUNT
        )
    assert [owed.hindrance for owed in payouts.list_owed(run)] == [Hindrance.RETURNED]
    with atomic():
        cooperatives.decide_account_change(change, confirm=True, by=make_staff(run.cooperative, StaffRole.MANAGER).id)
    assert [owed.hindrance for owed in payouts.list_owed(run)] == [None]
    assert make_sent(run).total_minor == 50_00


def test_nothing_is_sent_to_an_account_that_was_changed_meanwhile(session):
    season, (member, *_rest) = make_pool()
    run = make_checked(season)
    batch = make_batch(run)
    with atomic():
        change = cooperatives.propose_account_change(
            member,
            token="c",
            by=make_staff(run.cooperative).id,
            payee="",
            bank_name="洛川农商行",
            bank_account="6228480402564890018",
        )
        cooperatives.decide_account_change(change, confirm=True, by=make_staff(run.cooperative, StaffRole.MANAGER).id)
    with pytest.raises(payouts.AccountChanged) as refusal, atomic():
        payouts.send(batch, by=batch.made_by_id)
    assert refusal.value.details["numbers"] == [member.number]
    with atomic():
        payouts.discard(batch, by=batch.made_by_id)
    assert payouts_of(make_sent(run))[0].bank_last4 == "0018"


def test_all_that_is_on_its_way_is_settled_at_once(session):
    season, _members = make_pool()
    batch = make_sent(make_checked(season))
    with atomic():
        payouts.mark_returned(payouts_of(batch)[0], TODAY, "户名不符", by=batch.made_by_id)
        assert payouts.settle_all(batch, TODAY, by=batch.made_by_id) == 2
        assert payouts.settle_all(batch, TODAY, by=batch.made_by_id) == 0
    assert payouts.count_by_state(batch) == {PayoutState.RETURNED: (1, 50_00), PayoutState.SETTLED: (2, 50_00)}
    assert ledger.balance(ledger.book_of(batch.cooperative_id), Account.BANK) == -50_00


def test_a_payout_comes_back_after_it_arrived_not_before(session):
    season, _members = make_pool()
    batch = make_sent(make_checked(season))
    payout = payouts_of(batch)[0]
    with time_machine.travel(clock.now() + timedelta(days=3)):
        late = clock.today("Asia/Shanghai")
        with atomic():
            payouts.settle(payout, late, by=batch.made_by_id)
        with pytest.raises(FieldError, match="date_before_settled"), atomic():
            payouts.mark_returned(payout, late - timedelta(days=1), "户名不符", by=batch.made_by_id)
    assert payout.state is PayoutState.SETTLED


def test_a_household_confirms_its_own_money_only(session):
    season, (_first, second, *_rest) = make_pool()
    payout = payouts_of(make_sent(make_checked(season)))[0]
    with pytest.raises(NotFound), atomic():
        payouts.confirm(payout, member_id=second.id)
    assert payout.confirmed_at is None


def test_the_cashier_is_none_of_the_others(session):
    season, _members = make_pool()
    run = make_checked(season)
    for somebody in (run.prepared_by_id, run.approved_by_id, run.checked_by_id):
        with pytest.raises(payouts.SamePerson), atomic():
            payouts.make_batch(run, token=f"t{somebody}", by=somebody)


def test_only_a_checked_run_is_paid(session):
    season, _members = make_pool()
    run = make_approved(season)
    with pytest.raises(payouts.NotChecked):
        make_batch(run)
    assert payouts.list_owed(run) == []


def test_two_tabs_and_the_same_token_pay_once(session):
    """B12."""
    season, _members = make_pool()
    run = make_checked(season)
    cashier = make_staff(run.cooperative, StaffRole.CASHIER)
    with atomic():
        first = payouts.make_batch(run, token="t", by=cashier.id)
        assert payouts.make_batch(run, token="t", by=cashier.id) is first
    with pytest.raises(payouts.AlreadyPaid), atomic():
        payouts.make_batch(run, token="another tab", by=cashier.id)
    with atomic():
        payouts.send(first, by=cashier.id)
    with pytest.raises(payouts.NotNow), atomic():
        payouts.send(first, by=cashier.id)


def test_a_discarded_batch_leaves_everything_owed(session):
    season, _members = make_pool()
    run = make_checked(season)
    batch = make_batch(run)
    with atomic():
        payouts.discard(batch, by=batch.made_by_id)
    assert batch.state is BatchState.DISCARDED
    assert len(payouts.list_owed(run)) == 3
    with pytest.raises(payouts.NotNow), atomic():
        payouts.send(batch, by=batch.made_by_id)
    assert make_batch(run).total_minor == 100_00


def test_members_without_an_account_are_named_and_the_rest_is_paid(session):
    season = make_season()
    with_account = make_member(season.product.cooperative)
    without = make_member(season.product.cooperative, bank_account="")
    for member in (with_account, without):
        make_weighing(member, season, net_g=10_000)
    sell(season, 10_00)
    make_plan(season, 10_000)
    run = make_checked(season)
    batch = make_batch(run)
    assert [p.member_id for p in payouts_of(batch)] == [with_account.id]
    assert [(o.allocation.member_id, o.hindrance) for o in payouts.list_owed(run)] == [
        (without.id, Hindrance.NO_ACCOUNT)
    ]


def test_no_payout_of_nothing_goes_to_a_bank(session):
    """B02: one fen over two households."""
    season, _members = make_pool((10_000, 10_000), sales_minor=1)
    batch = make_batch(make_checked(season))
    assert [payout.amount_minor for payout in payouts_of(batch)] == [1]


@pytest.mark.parametrize(
    ("days", "code"), [(1, "date_in_future"), (-1, "date_before_sent")], ids=["tomorrow", "before it was sent"]
)
def test_a_day_of_the_bank_must_be_possible(session, days, code):
    season, _members = make_pool()
    batch = make_sent(make_checked(season))
    payout = payouts_of(batch)[0]
    with pytest.raises(FieldError, match=code), atomic():
        payouts.settle(payout, TODAY + timedelta(days=days), by=batch.made_by_id)
    with pytest.raises(FieldError, match="reason_missing"), atomic():
        payouts.mark_returned(payout, TODAY, "", by=batch.made_by_id)


def test_a_payout_moves_only_forward(session):
    season, _members = make_pool()
    batch = make_sent(make_checked(season))
    payout = payouts_of(batch)[0]
    with atomic():
        payouts.settle(payout, TODAY, by=batch.made_by_id)
    with pytest.raises(payouts.NotNow), atomic():
        payouts.settle(payout, TODAY, by=batch.made_by_id)
    with atomic():
        payouts.mark_returned(payout, TODAY, "账户已销", by=batch.made_by_id)
    for act in (
        lambda: payouts.settle(payout, TODAY, by=batch.made_by_id),
        lambda: payouts.mark_returned(payout, TODAY, "再退", by=batch.made_by_id),
        lambda: payouts.confirm(payout, member_id=payout.member_id),
    ):
        with pytest.raises(payouts.NotNow), atomic():
            act()


def test_a_household_confirms_once(session):
    season, _members = make_pool()
    batch = make_sent(make_checked(season))
    payout = payouts_of(batch)[0]
    with atomic():
        payouts.confirm(payout, member_id=payout.member_id)
    first = payout.confirmed_at
    with atomic():
        payouts.confirm(payout, member_id=payout.member_id)
    assert payout.confirmed_at == first


def test_the_file_is_kept_as_it_was_sent_and_unreadable_in_the_database(session):
    season, members = make_pool()
    batch = make_sent(make_checked(season))
    sent = payouts.bank_file(batch)
    rows = list(csv.reader(io.StringIO(sent.removeprefix("\ufeff"))))
    assert [row[3] for row in rows[1:]] == [ACCOUNT] * 3
    assert [row[4] for row in rows[1:]] == ["50.00", "30.00", "20.00"]
    assert all(len(row[0]) <= 35 and row[0].isascii() for row in rows[1:])
    stored = session.execute(text("select bank_file from payout_batch")).scalar_one()
    assert ACCOUNT.encode() not in bytes(stored)
    db.session.get_one(Member, members[0].id).payee = "another"
    db.session.expire_all()
    assert payouts.bank_file(batch) == sent


def test_a_spreadsheet_runs_nothing_and_numbers_stay_numbers():
    """B44, as far as the bank's file goes."""
    line = Transfer("FM-1-1", '=HYPERLINK("http://x","y")', "@SUM(1)", "6217", 1_234_50, "CNY", "\tx")
    (row,) = list(csv.reader(io.StringIO(bank_csv([line]).removeprefix("\ufeff"))))[1:]
    assert row == ["FM-1-1", '\'=HYPERLINK("http://x","y")', "'@SUM(1)", "6217", "1234.50", "CNY", "'\tx"]


@pytest.mark.parametrize(("currency", "shown"), [("CNY", "80.00"), ("JPY", "8000"), ("KWD", "8.000")])
def test_amounts_have_their_currencys_decimals(currency, shown):
    """B64."""
    assert payouts.plain_amount(8_000, currency) == shown


def test_a_crowd_of_cashiers_pays_each_household_once(real_app):
    """B12: ten tabs and a job at the same moment; one live payout for each line, posted once."""
    with real_app.app_context():
        season, _members = make_pool()
        run = make_checked(season)
        run_id, cooperative_id = run.id, run.cooperative_id
        cashiers = [make_staff(run.cooperative, StaffRole.CASHIER).id for _ in range(10)]
    barrier = Barrier(10)

    def pay(cashier):
        with real_app.app_context():
            barrier.wait()
            try:
                return retrying(once, attempts=20)(cashier)
            except (payouts.AlreadyPaid, payouts.NotNow) as refusal:
                return type(refusal).__name__

    def once(cashier):
        with atomic():
            batch = payouts.make_batch(db.session.get_one(Run, run_id), token=f"tab {cashier}", by=cashier)
            payouts.send(batch, by=cashier)
            return "sent"

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(pay, cashiers))
    assert sorted(results) == ["AlreadyPaid"] * 9 + ["sent"]
    with real_app.app_context():
        book = ledger.book_of(cooperative_id)
        assert ledger.balance(book, Account.OWED_TO_MEMBERS) == 0
        assert ledger.balance(book, Account.PAYOUTS_IN_TRANSIT) == -100_00
        assert {p.state for p in db.session.scalars(select(Payout))} == {PayoutState.SENT}
