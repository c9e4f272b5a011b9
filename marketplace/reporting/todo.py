"""What is to be done now in a cooperative: of each kind of deed how many, how much, since when the oldest waits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from marketplace import payouts
from marketplace.audit import RunReview, Verdict
from marketplace.cooperatives import AccountChange, ChangeState, Member, StaffRole
from marketplace.core import clock
from marketplace.costs import Bill, BillState
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.fulfilment import Shipment
from marketplace.ordering import Order, OrderLine, OrderState
from marketplace.payouts import BatchState, Payout, PayoutBatch, PayoutState

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


class Thing(StrEnum):
    """A kind of deed that waits for somebody."""

    PACK = "pack"
    SHIP = "ship"
    APPROVE_BILL = "approve_bill"
    PAY_BILL = "pay_bill"
    CONFIRM_ACCOUNT = "confirm_account"
    PUBLISH_RUN = "publish_run"
    APPROVE_RUN = "approve_run"
    REPLACE_RUN = "replace_run"  # it was sent back
    PAY_RUN = "pay_run"
    MEND_ACCOUNT = "mend_account"  # money is owed and cannot be sent
    SEND_BATCH = "send_batch"
    SETTLE = "settle"


THINGS: dict[StaffRole, frozenset[Thing]] = {
    StaffRole.CLERK: frozenset({Thing.PACK, Thing.SHIP, Thing.PUBLISH_RUN, Thing.REPLACE_RUN, Thing.MEND_ACCOUNT}),
    StaffRole.MANAGER: frozenset(
        {
            Thing.PACK,
            Thing.SHIP,
            Thing.APPROVE_BILL,
            Thing.CONFIRM_ACCOUNT,
            Thing.PUBLISH_RUN,
            Thing.APPROVE_RUN,
            Thing.MEND_ACCOUNT,
        }
    ),
    StaffRole.CASHIER: frozenset(
        {Thing.PAY_BILL, Thing.CONFIRM_ACCOUNT, Thing.PAY_RUN, Thing.SEND_BATCH, Thing.SETTLE}
    ),
    StaffRole.SUPERVISOR: frozenset(Thing),  # to read
}


@dataclass(frozen=True)
class Todo:
    """One line of the list; what it is not counted in stays 0."""

    thing: Thing
    count: int
    since: datetime  # the oldest waits since then
    subject_id: int | None  # of the order, bill, member, run or batch, when all of it is one
    amount_minor: int = 0
    grams: int = 0


@dataclass(frozen=True)
class _Asked:
    """Whose list is read: nobody is asked to do what they may not do for having prepared it."""

    cooperative_id: int
    by: int | None  # None reads all


def list_todo(cooperative_id: int, role: StaffRole, *, by: int) -> list[Todo]:
    """List what a member of staff can do now, what waits longest first; a supervisor reads all of it."""
    asked = _Asked(cooperative_id, None if role is StaffRole.SUPERVISOR else by)
    wanted = THINGS[role]
    found = [_read(thing, query(asked)) for thing, query in QUERIES.items() if thing in wanted]
    if wanted & {Thing.PAY_RUN, Thing.MEND_ACCOUNT}:
        found += [todo for todo in _owed(asked) if todo.thing in wanted]
    return sorted((todo for todo in found if todo is not None), key=lambda todo: todo.since)


def _read(thing: Thing, query: Select[Any]) -> Todo | None:
    count, since, first, last, amount, grams = db.session.execute(query).one()
    if not count:
        return None
    return Todo(thing, count, since, first if first == last else None, int(amount or 0), int(grams or 0))


def _sum(counted: Column, since: Column, *, subject: Column, amount: Any = 0, grams: Any = 0) -> Select[Any]:
    return select(
        func.count(counted.distinct()),
        func.min(since),
        func.min(subject),
        func.max(subject),
        func.sum(amount),
        func.sum(grams),
    )


def _not_by(asked: _Asked, *columns: Column) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if asked.by is not None:
        for column in columns:
            wanted = wanted & (column.is_(None) | (column != asked.by))
    return wanted


def _to_pack(asked: _Asked) -> Select[Any]:
    return (
        _sum(Order.id, Order.paid_at, subject=Order.id, grams=OrderLine.grams)
        .join(Order.lines)
        .where(Order.cooperative_id == asked.cooperative_id, Order.state == OrderState.PAID)
    )


def _to_ship(asked: _Asked) -> Select[Any]:
    return (
        _sum(Order.id, Shipment.packed_at, subject=Order.id, grams=OrderLine.grams)
        .select_from(Order)
        .join(Shipment, Shipment.order_id == Order.id)
        .join(Order.lines)
        .where(Order.cooperative_id == asked.cooperative_id, Order.state == OrderState.PACKED)
    )


def _bills_to_approve(asked: _Asked) -> Select[Any]:
    return _sum(Bill.id, Bill.entered_at, subject=Bill.id, amount=Bill.amount_minor).where(
        Bill.cooperative_id == asked.cooperative_id,
        Bill.state == BillState.ENTERED,
        _not_by(asked, Bill.entered_by_id),
    )


def _bills_to_pay(asked: _Asked) -> Select[Any]:
    return _sum(Bill.id, Bill.decided_at, subject=Bill.id, amount=Bill.amount_minor).where(
        Bill.cooperative_id == asked.cooperative_id,
        Bill.state == BillState.APPROVED,
        _not_by(asked, Bill.entered_by_id),
    )


def _accounts_to_confirm(asked: _Asked) -> Select[Any]:
    return (
        _sum(AccountChange.id, AccountChange.proposed_at, subject=AccountChange.member_id)
        .join(AccountChange.member)
        .where(
            Member.cooperative_id == asked.cooperative_id,
            AccountChange.state == ChangeState.PROPOSED,
            _not_by(asked, AccountChange.proposed_by_id),
        )
    )


def _runs_to_publish(asked: _Asked) -> Select[Any]:
    return _sum(Run.id, Run.prepared_at, subject=Run.id).where(
        Run.cooperative_id == asked.cooperative_id, Run.state == RunState.DRAFT
    )


def _runs_to_approve(asked: _Asked) -> Select[Any]:
    return _sum(Run.id, Run.notice_until, subject=Run.id, amount=Run.paid_minor).where(
        Run.cooperative_id == asked.cooperative_id,
        Run.state == RunState.PUBLISHED,
        Run.notice_until <= clock.now(),
        _not_by(asked, Run.prepared_by_id, Run.published_by_id),
    )


def _runs_to_replace(asked: _Asked) -> Select[Any]:
    later = aliased(Run)
    return (
        _sum(Run.id, func.coalesce(RunReview.at, Run.approved_at), subject=Run.id)
        .select_from(Run)
        .outerjoin(RunReview, (RunReview.run_id == Run.id) & (RunReview.verdict == Verdict.SENT_BACK))
        .where(
            Run.cooperative_id == asked.cooperative_id,
            Run.state == RunState.SENT_BACK,
            ~exists().where(later.season_id == Run.season_id, later.id > Run.id),
        )
    )


def _batches_to_send(asked: _Asked) -> Select[Any]:
    return _sum(PayoutBatch.id, PayoutBatch.made_at, subject=PayoutBatch.id, amount=PayoutBatch.total_minor).where(
        PayoutBatch.cooperative_id == asked.cooperative_id, PayoutBatch.state == BatchState.DRAFT
    )


def _payouts_to_settle(asked: _Asked) -> Select[Any]:
    return (
        _sum(Payout.id, PayoutBatch.sent_at, subject=Payout.batch_id, amount=Payout.amount_minor)
        .join(Payout.batch)
        .where(PayoutBatch.cooperative_id == asked.cooperative_id, Payout.state == PayoutState.SENT)
    )


def _owed(asked: _Asked) -> list[Todo]:
    """Say what checked runs owe: runs that can be paid, and lines that cannot."""
    payable, stuck = [], []
    for owed in payouts.list_owed_in(asked.cooperative_id):
        run = owed.allocation.run
        if owed.hindrance is not None:
            stuck.append(owed.allocation)
        elif asked.by not in (run.prepared_by_id, run.published_by_id, run.approved_by_id, run.checked_by_id):
            payable.append(owed.allocation)
    found = []
    for thing, lines, ids in (
        (Thing.PAY_RUN, payable, {line.run_id for line in payable}),
        (Thing.MEND_ACCOUNT, stuck, {line.member_id for line in stuck}),
    ):
        checked = [line.run.checked_at for line in lines if line.run.checked_at is not None]
        if checked:
            total = sum(line.amount_minor for line in lines)
            found.append(Todo(thing, len(ids), min(checked), next(iter(ids)) if len(ids) == 1 else None, total))
    return found


QUERIES: dict[Thing, Callable[[_Asked], Select[Any]]] = {
    Thing.PACK: _to_pack,
    Thing.SHIP: _to_ship,
    Thing.APPROVE_BILL: _bills_to_approve,
    Thing.PAY_BILL: _bills_to_pay,
    Thing.CONFIRM_ACCOUNT: _accounts_to_confirm,
    Thing.PUBLISH_RUN: _runs_to_publish,
    Thing.APPROVE_RUN: _runs_to_approve,
    Thing.REPLACE_RUN: _runs_to_replace,
    Thing.SEND_BATCH: _batches_to_send,
    Thing.SETTLE: _payouts_to_settle,
}
