"""Batches of payouts: making, sending, settling, and what the bank returns."""

import hashlib
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from marketplace import ledger, trail
from marketplace.cooperatives import Cooperative, Member
from marketplace.core import clock
from marketplace.core.errors import FieldError, NotFound
from marketplace.distribution import Run, RunState
from marketplace.extensions import db, lock
from marketplace.payouts.errors import AccountChanged, AlreadyPaid, NotChecked, NotNow, SamePerson
from marketplace.payouts.models import Payout, PayoutBatch
from marketplace.payouts.postings import (
    payout_returned_after_settlement,
    payout_returned_in_transit,
    payout_sent,
    payout_settled,
)
from marketplace.payouts.queries import Owed, list_owed
from marketplace.payouts.rules import Transfer, bank_csv, reference_for
from marketplace.payouts.states import MOVES, BatchState, PayoutState

LONGEST_REASON = 200


def make_batch(run: Run, *, token: str, by: int) -> PayoutBatch:
    """Put what a checked run owes into a batch; the same token gives the first batch again.

    A payable has at most one live payout, held by a partial unique index. Raises NotChecked, SamePerson when the
    cashier prepared, approved or checked the run, and AlreadyPaid when nothing is left that can be paid.
    """
    cooperative = db.session.get_one(Cooperative, run.cooperative_id, with_for_update=True, populate_existing=True)
    first = db.session.scalars(
        select(PayoutBatch).where(PayoutBatch.cooperative_id == cooperative.id, PayoutBatch.form_token == token)
    ).one_or_none()
    if first is not None:
        return first
    lock(run)
    if run.state is not RunState.CHECKED:
        raise NotChecked
    _another_person(run, by)
    payable = [owed for owed in list_owed(run) if owed.hindrance is None]
    if not payable:
        raise AlreadyPaid
    last = db.session.scalar(select(func.max(PayoutBatch.number)).where(PayoutBatch.cooperative_id == cooperative.id))
    batch = PayoutBatch(
        cooperative_id=cooperative.id,
        run_id=run.id,
        number=(last or 0) + 1,
        state=BatchState.DRAFT,
        currency=run.currency,
        total_minor=sum(owed.allocation.amount_minor for owed in payable),
        made_by_id=by,
        made_at=clock.now(),
        form_token=token,
    )
    db.session.add(batch)
    db.session.flush()
    db.session.add_all([_payout(batch, owed) for owed in payable])
    db.session.flush()
    _record("batch.made", batch, by)
    return batch


def discard(batch: PayoutBatch, *, by: int) -> None:
    """Throw a batch away that was not sent; what is in it stays owed. Raises NotNow."""
    payouts = _open(batch, BatchState.DRAFT)
    batch.state = BatchState.DISCARDED
    for payout in payouts:
        payout.state = PayoutState.DISCARDED
    db.session.flush()
    _record("batch.discarded", batch, by)


def send(batch: PayoutBatch, *, by: int) -> None:
    """Send a batch to the bank, once: keep the file as it is sent, and post each payout.

    Raises NotNow, SamePerson, and AccountChanged when an account was changed since: then the batch is made again.
    """
    payouts = _open(batch, BatchState.DRAFT)
    _another_person(batch.run, by)
    _same_accounts(payouts)
    today = clock.today(batch.cooperative.zone)
    text = bank_csv(
        Transfer(
            p.reference,
            p.payee,
            p.bank_name,
            p.bank_account,
            p.amount_minor,
            batch.currency,
            f"{batch.cooperative.name} 第 {batch.run.number} 次分配",
        )
        for p in payouts
    )
    batch.bank_file, batch.bank_file_hash = text, hashlib.sha256(text.encode()).hexdigest()
    batch.state, batch.sent_at = BatchState.SENT, clock.now()
    book = ledger.book_of(batch.cooperative_id)
    for payout in payouts:
        payout.state = PayoutState.SENT
        ledger.post(book, payout_sent(payout, today))
    db.session.flush()
    _record("batch.sent", batch, by)


def settle(payout: Payout, on: date, *, by: int) -> None:
    """Note that the bank has paid a payout on a day; raises NotNow, FieldError `date_in_future`, `date_before_sent`."""
    _move(payout, PayoutState.SETTLED, on)
    payout.state, payout.settled_on = PayoutState.SETTLED, on
    db.session.flush()
    ledger.post(ledger.book_of(payout.batch.cooperative_id), payout_settled(payout, on))
    _record_payout("payout.settled", payout, by)


def settle_all(batch: PayoutBatch, on: date, *, by: int) -> int:
    """Note that the bank has paid all payouts of a batch that are on their way; return how many. Raises as `settle`."""
    sent = [payout for payout in _open(batch, BatchState.SENT) if payout.state is PayoutState.SENT]
    for payout in sent:
        settle(payout, on, by=by)
    return len(sent)


def mark_returned(payout: Payout, on: date, reason: str, *, by: int) -> None:
    """Note that the bank sent a payout back, before or after it arrived: it is owed again under a new reference.

    Raises NotNow, FieldError `reason_missing`, `text_too_long`, `date_in_future`, `date_before_sent`,
    `date_before_settled`.
    """
    words = reason.strip()
    if not words:
        raise FieldError("reason_missing", "reason")
    if len(words) > LONGEST_REASON:
        raise FieldError("text_too_long", "reason", longest=LONGEST_REASON)
    _move(payout, PayoutState.RETURNED, on)
    if payout.settled_on is not None and on < payout.settled_on:
        raise FieldError("date_before_settled", "on")
    recipe = payout_returned_after_settlement if payout.state is PayoutState.SETTLED else payout_returned_in_transit
    payout.state, payout.returned_on, payout.return_reason = PayoutState.RETURNED, on, words
    db.session.flush()
    ledger.post(ledger.book_of(payout.batch.cooperative_id), recipe(payout, on))
    _record_payout("payout.returned", payout, by)


def confirm(payout: Payout, *, member_id: int) -> None:
    """Let the household say that its money came; doing it twice changes nothing.

    Raises NotFound for another household's payout, NotNow before it was sent.
    """
    if payout.member_id != member_id:
        raise NotFound(kind=Payout.__name__)
    lock(payout)
    if payout.state not in (PayoutState.SENT, PayoutState.SETTLED):
        raise NotNow
    if payout.confirmed_at is None:
        payout.confirmed_at = clock.now()
        db.session.flush()
        _record_payout("payout.confirmed", payout, f"member:{member_id}")


def _payout(batch: PayoutBatch, owed: Owed) -> Payout:
    member = owed.allocation.member
    return Payout(
        batch_id=batch.id,
        allocation_id=owed.allocation.id,
        member_id=member.id,
        reference=reference_for(batch.id, owed.allocation.id),
        state=PayoutState.DRAFT,
        amount_minor=owed.allocation.amount_minor,
        payee=member.payee,
        bank_name=member.bank_name or "",
        bank_account=member.bank_account,
        bank_last4=member.bank_last4 or "",
    )


def _another_person(run: Run, by: int) -> None:
    if by in (run.prepared_by_id, run.published_by_id, run.approved_by_id, run.checked_by_id):
        raise SamePerson


def _same_accounts(payouts: Sequence[Payout]) -> None:
    members = db.session.scalars(
        select(Member)
        .where(Member.id.in_([payout.member_id for payout in payouts]))
        .options(undefer(Member.bank_account))
        .execution_options(populate_existing=True)
    )
    now = {member.id: member for member in members}
    changed = [
        now[payout.member_id].number
        for payout in payouts
        if (payout.payee, payout.bank_account) != (now[payout.member_id].payee, now[payout.member_id].bank_account)
    ]
    if changed:
        raise AccountChanged(numbers=sorted(changed))


def _open(batch: PayoutBatch, state: BatchState) -> list[Payout]:
    lock(batch)
    if batch.state is not state:
        raise NotNow(state=batch.state.value)
    return list(
        db.session.scalars(
            select(Payout)
            .where(Payout.batch_id == batch.id)
            .options(undefer(Payout.bank_account))
            .order_by(Payout.id)
            .with_for_update()
        )
    )


def _move(payout: Payout, state: PayoutState, on: date) -> None:
    lock(payout)
    if state not in MOVES[payout.state]:
        raise NotNow(state=payout.state.value)
    zone = payout.batch.cooperative.zone
    if on > clock.today(zone):
        raise FieldError("date_in_future", "on")
    if payout.batch.sent_at is not None and on < clock.on_day(payout.batch.sent_at, zone):
        raise FieldError("date_before_sent", "on")


def _record(verb: str, batch: PayoutBatch, by: int) -> None:
    trail.record(
        verb,
        f"batch:{batch.id}",
        by=by,
        cooperative_id=batch.cooperative_id,
        after={"run": batch.run_id, "total_minor": batch.total_minor, "file_hash": batch.bank_file_hash},
    )


def _record_payout(verb: str, payout: Payout, by: int | str) -> None:
    trail.record(
        verb,
        f"payout:{payout.id}",
        by=by,
        cooperative_id=payout.batch.cooperative_id,
        after={"amount_minor": payout.amount_minor, "member": payout.member_id, "reason": bool(payout.return_reason)},
    )
