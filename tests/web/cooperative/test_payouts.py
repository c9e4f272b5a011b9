"""Paying out: what is owed and to whom it cannot be paid, the batch, its file, the bank's answers."""

import csv
import io

import pytest
from sqlalchemy import func, select

from marketplace import ledger
from marketplace.cooperatives import Member, Staff, StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.ledger import Account
from marketplace.payouts import BatchState, Payout, PayoutBatch, PayoutState
from marketplace.trail import TrailEntry
from tests.factories.cooperatives import ACCOUNT, make_cooperative, make_staff
from tests.factories.distribution import make_approved, make_checked, make_pool
from tests.factories.payouts import make_batch, make_sent, payouts_of


@pytest.fixture
def run(stays):
    """A checked run that owes 50.00, 30.00 and 20.00."""
    season, _members = make_pool()
    return make_checked(season)


@pytest.fixture
def enter(client, log_in, run):
    def go(role):
        who = make_staff(run.cooperative, role)
        log_in(client, who)
        return who

    return go


def states(batch):
    return [payout.state for payout in payouts_of(batch)]


def today():
    return clock.today("Asia/Shanghai").isoformat()


def test_the_cashier_makes_a_batch_of_what_can_be_paid(client, enter, run):
    with atomic():
        member = db.session.scalars(select(Member).where(Member.number == 3)).one()
        member.bank_account = member.bank_last4 = member.bank_name = None
    enter(StaffRole.CASHIER)
    page = client.get("/cooperative/payouts").text
    assert f'href="/cooperative/members/{member.id}"' in page
    for words in ("One run owes money", "¥80.00", "¥20.00", "no bank account is known", "Make the batch"):
        assert words in page
    answers = [client.post(f"/cooperative/runs/{run.id}/batch", data={"once": "one"}) for _press in range(2)]
    batch = db.session.scalars(select(PayoutBatch)).one()
    assert {answer.location for answer in answers} == {f"/cooperative/payouts/{batch.id}"}
    assert batch.total_minor == 80_00
    page = client.get(answers[0].location).text
    assert "Once sent it is not made again." in page
    assert ACCOUNT not in page
    assert ACCOUNT[-4:] in page
    again = client.post(f"/cooperative/runs/{run.id}/batch", data={"once": "two"})
    assert again.status_code == 422
    assert "is paid or on its way already" in again.text


def test_a_batch_is_sent_once_and_its_file_downloaded(client, enter, run):
    cashier = enter(StaffRole.CASHIER)
    batch = make_batch(run, by=cashier)
    assert client.get(f"/cooperative/payouts/{batch.id}/file").status_code == 404
    assert client.post(f"/cooperative/payouts/{batch.id}/send").status_code == 303
    twice = client.post(f"/cooperative/payouts/{batch.id}/send")
    assert twice.status_code == 422
    assert "at another point now" in twice.text
    answer = client.get(f"/cooperative/payouts/{batch.id}/file")
    assert answer.mimetype == "text/csv"
    assert "attachment; filename=payout-1.csv; filename*=UTF-8''%E4%BB%98" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["50.00", "30.00", "20.00"]
    taken = select(func.count(TrailEntry.id)).where(TrailEntry.verb == "batch.downloaded")
    assert db.session.scalar(taken) == 1


def test_a_discarded_batch_leaves_everything_owed(client, enter, run):
    cashier = enter(StaffRole.CASHIER)
    batch = make_batch(run, by=cashier)
    assert client.post(f"/cooperative/payouts/{batch.id}/discard").status_code == 303
    assert set(states(batch)) == {PayoutState.DISCARDED}
    assert "One run owes money" in client.get("/cooperative/payouts").text


def test_one_comes_back_and_the_rest_arrives(client, enter, run):
    cashier = enter(StaffRole.CASHIER)
    batch = make_sent(run, by=cashier)
    book = ledger.book_of(run.cooperative_id)
    first = payouts_of(batch)[0]
    path = f"/cooperative/payouts/lines/{first.id}"
    assert "The bank sent it back" in client.get(path).text
    typed = {"returned_on": today(), "reason": "户名与账号不符"}
    assert client.post(f"{path}/return", data=typed).status_code == 303
    assert client.post(f"/cooperative/payouts/{batch.id}/settle", data={"on": today()}).status_code == 303
    assert states(batch) == [PayoutState.RETURNED, PayoutState.SETTLED, PayoutState.SETTLED]
    assert ledger.balance(book, Account.OWED_TO_MEMBERS) == -50_00
    assert ledger.balance(book, Account.BANK) == -50_00
    assert "户名与账号不符" in client.get(path).text
    page = client.get("/cooperative/payouts").text
    assert "the bank sent it back, and nobody has checked the account since" in page
    assert "Make the batch" not in page
    batch_page = client.get(f"/cooperative/payouts/{batch.id}").text
    assert "returned by the bank" in batch_page
    assert "All of it has arrived" not in batch_page


def test_one_line_arrives_by_itself_and_may_still_come_back(client, enter, run):
    cashier = enter(StaffRole.CASHIER)
    batch = make_sent(run, by=cashier)
    path = f"/cooperative/payouts/lines/{payouts_of(batch)[1].id}"
    assert client.post(f"{path}/settle", data={"on": today()}).status_code == 303
    assert client.post(f"{path}/settle", data={"on": today()}).status_code == 422
    assert client.post(f"{path}/return", data={"returned_on": today(), "reason": "退回"}).status_code == 303
    assert states(batch) == [PayoutState.SENT, PayoutState.RETURNED, PayoutState.SENT]


@pytest.mark.parametrize(
    ("deed", "typed", "words"),
    [
        ("settle", {"on": "2999-01-01"}, "This day lies ahead of us."),
        ("settle", {"on": "2000-01-01"}, "This day lies before the batch was sent."),
        ("settle", {"on": "soon"}, "Enter a day as 2026-10-08."),
        ("return", {"returned_on": "2999-01-01", "reason": "退回"}, "This day lies ahead of us."),
        ("return", {"returned_on": "2026-01-01", "reason": " "}, "Say why, in a few words."),
        ("return", {"returned_on": "2026-01-01", "reason": "长" * 201}, "At most 200 characters."),
    ],
)
def test_a_bad_answer_of_the_bank_comes_back_as_typed(client, enter, run, deed, typed, words):
    batch = make_sent(run, by=enter(StaffRole.CASHIER))
    answer = client.post(f"/cooperative/payouts/lines/{payouts_of(batch)[0].id}/{deed}", data=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(f'value="{value}"' in answer.text for value in typed.values() if value.strip())
    assert set(states(batch)) == {PayoutState.SENT}
    if deed == "settle":
        whole = client.post(f"/cooperative/payouts/{batch.id}/settle", data=typed)
        assert whole.status_code == 422
        assert words in whole.text
        assert set(states(batch)) == {PayoutState.SENT}


def test_who_had_a_part_in_the_run_does_not_pay_it(client, log_in, run):
    with atomic():
        duty = db.session.scalars(select(Staff).where(Staff.user_id == run.prepared_by_id)).one()
        duty.role = StaffRole.CASHIER
    log_in(client, run.prepared_by)
    assert "You had a part in this run, so someone else pays it." in client.get("/cooperative/payouts").text
    refused = client.post(f"/cooperative/runs/{run.id}/batch", data={"once": "one"})
    assert refused.status_code == 422
    assert "Another person has to do this" in refused.text
    assert db.session.scalar(select(func.count(PayoutBatch.id))) == 0


def test_an_unchecked_run_is_not_paid(client, log_in, stays):
    season, _members = make_pool()
    run = make_approved(season)
    log_in(client, make_staff(run.cooperative, StaffRole.CASHIER))
    assert "Nothing is owed now" in client.get("/cooperative/payouts").text
    answer = client.post(f"/cooperative/runs/{run.id}/batch", data={"once": "one"})
    assert answer.status_code == 422
    assert "The coordinator has not checked this run yet." in answer.text


def test_a_stranger_finds_nothing(client, log_in, run):
    batch = make_sent(run)
    draft = db.session.scalar(select(func.count(PayoutBatch.id)))
    line = payouts_of(batch)[0]
    log_in(client, make_staff(make_cooperative(), StaffRole.CASHIER))
    typed = {"on": today(), "returned_on": today(), "reason": "x", "once": "x"}
    for path in (f"payouts/{batch.id}", f"payouts/{batch.id}/file", f"payouts/lines/{line.id}"):
        assert client.get(f"/cooperative/{path}").status_code == 404
    for path in (
        f"runs/{run.id}/batch",
        *(f"payouts/{batch.id}/{deed}" for deed in ("send", "discard", "settle")),
        *(f"payouts/lines/{line.id}/{deed}" for deed in ("settle", "return")),
    ):
        assert client.post(f"/cooperative/{path}", data=typed).status_code == 404
    assert set(states(batch)) == {PayoutState.SENT}
    assert db.session.scalar(select(func.count(PayoutBatch.id))) == draft


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.MANAGER, StaffRole.SUPERVISOR])
def test_only_the_cashier_pays_and_takes_the_file(client, enter, run, role):
    batch = make_batch(run)
    enter(role)
    page = client.get(f"/cooperative/payouts/{batch.id}").text
    assert "Send to the bank" not in page
    for deed in ("send", "discard", "settle"):
        assert client.post(f"/cooperative/payouts/{batch.id}/{deed}", data={"on": today()}).status_code == 404
    assert client.get(f"/cooperative/payouts/{batch.id}/file").status_code == 404
    assert db.session.get(PayoutBatch, batch.id, populate_existing=True).state is BatchState.DRAFT


def test_nobody_is_sent_to_log_in(client, session):
    for path in ("payouts", "payouts/1", "payouts/1/file", "payouts/lines/1"):
        assert "/login" in client.get(f"/cooperative/{path}").location


def test_pages_ask_as_much_for_three_as_for_forty(client, log_in, stays, queries):
    counts = []
    for size in (3, 40):
        season, _members = make_pool([1_000 * (n + 1) for n in range(size)], sales_minor=size * 100_00)
        run = make_checked(season)
        cashier = make_staff(run.cooperative, StaffRole.CASHIER)
        log_in(client, cashier)
        db.session.expunge_all()
        with queries(20) as owed:
            client.get("/cooperative/payouts")
        batch = make_sent(db.session.merge(run, load=False), by=db.session.merge(cashier, load=False))
        batch_id = batch.id
        db.session.expunge_all()
        with queries(20) as lines:
            assert "Batch 1" in client.get(f"/cooperative/payouts/{batch_id}").text
        counts.append((len(owed), len(lines)))
    assert counts[0] == counts[1]
    assert db.session.scalar(select(func.count(Payout.id))) == 43
