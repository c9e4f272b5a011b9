"""Named reads of what is owed, of batches and payouts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import joinedload, undefer

from marketplace.cooperatives import AccountChange, ChangeState, Member
from marketplace.core import clock
from marketplace.distribution import Allocation, Run, RunState
from marketplace.extensions import db
from marketplace.payouts.models import Payout, PayoutBatch
from marketplace.payouts.states import PayoutState
from marketplace.produce import Season

LIVE = (PayoutState.DRAFT, PayoutState.SENT, PayoutState.SETTLED)


class Hindrance(StrEnum):
    """Why a payable cannot go to the bank now."""

    NO_ACCOUNT = "no_account"
    RETURNED = "returned_account_unchanged"  # the bank sent it back, and nobody has checked the account since


@dataclass(frozen=True)
class Owed:
    """A payable without a live payout."""

    allocation: Allocation
    hindrance: Hindrance | None


def list_owed(run: Run) -> list[Owed]:
    """List what a checked run still owes: lines above zero that have no live payout, by the members' numbers.

    A line that the bank returned needs a checked account (`domain.md` 8): another one than was tried, or the same one
    confirmed anew by two people.
    """
    return _owed(Allocation.run_id == run.id) if run.state is RunState.CHECKED else []


def list_owed_in(cooperative_id: int) -> list[Owed]:
    """List what all checked runs of a cooperative still owe, by run and number, each line with its run and pool."""
    return _owed(
        Allocation.run_id.in_(select(Run.id).where(Run.cooperative_id == cooperative_id, Run.state == RunState.CHECKED))
    )


def _owed(wanted: ColumnElement[bool]) -> list[Owed]:
    live = exists().where(Payout.allocation_id == Allocation.id, Payout.state.in_(LIVE))
    lines = db.session.scalars(
        select(Allocation)
        .join(Allocation.member)
        .options(
            joinedload(Allocation.member).undefer(Member.bank_account),
            joinedload(Allocation.run).joinedload(Run.season).joinedload(Season.product),
        )
        .where(wanted, Allocation.amount_minor > 0, ~live)
        .order_by(Allocation.run_id, Member.number)
    ).all()
    returned = _returned([line.id for line in lines])
    checked = _checked_accounts({payout.member_id for payout in returned})
    tried: dict[int, list[Payout]] = {}
    for payout in returned:
        confirmed_at = checked.get(payout.member_id)
        zone = payout.batch.cooperative.zone
        if confirmed_at is None or payout.returned_on is None or clock.on_day(confirmed_at, zone) < payout.returned_on:
            tried.setdefault(payout.allocation_id, []).append(payout)
    return [Owed(line, _hindrance(line, tried.get(line.id, []))) for line in lines]


def _hindrance(line: Allocation, tried: Sequence[Payout]) -> Hindrance | None:
    member = line.member
    if not member.bank_account:
        return Hindrance.NO_ACCOUNT
    if (member.payee, member.bank_account) in {(payout.payee, payout.bank_account) for payout in tried}:
        return Hindrance.RETURNED
    return None


def _returned(allocation_ids: Sequence[int]) -> Sequence[Payout]:
    return db.session.scalars(
        select(Payout)
        .options(undefer(Payout.bank_account), joinedload(Payout.batch).joinedload(PayoutBatch.cooperative))
        .where(Payout.allocation_id.in_(allocation_ids), Payout.state == PayoutState.RETURNED)
    ).all()


def _checked_accounts(member_ids: Collection[int]) -> dict[int, datetime]:
    """Say when two people last confirmed the account of some members."""
    rows = db.session.execute(
        select(AccountChange.member_id, func.max(AccountChange.decided_at))
        .where(AccountChange.member_id.in_(member_ids), AccountChange.state == ChangeState.CONFIRMED)
        .group_by(AccountChange.member_id)
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def select_batches(cooperative_id: int) -> Select[PayoutBatch]:
    """Return a select of a cooperative's batches, newest first, with run, pool and cashier."""
    return (
        select(PayoutBatch)
        .options(
            joinedload(PayoutBatch.run).joinedload(Run.season).joinedload(Season.product),
            joinedload(PayoutBatch.made_by),
        )
        .where(PayoutBatch.cooperative_id == cooperative_id)
        .order_by(PayoutBatch.id.desc())
    )


def select_payouts(*, batch: PayoutBatch | None = None, member_id: int | None = None) -> Select[Payout]:
    """Return a select of payouts with member, line and run: of a batch by number, else newest first."""
    query = select(Payout).options(
        joinedload(Payout.member),
        joinedload(Payout.allocation),
        joinedload(Payout.batch).joinedload(PayoutBatch.run).joinedload(Run.season).joinedload(Season.product),
    )
    if batch is not None:
        return query.join(Payout.member).where(Payout.batch_id == batch.id).order_by(Member.number)
    query = query.order_by(Payout.id.desc())
    return query.where(Payout.member_id == member_id) if member_id is not None else query


def count_by_state(batch: PayoutBatch) -> dict[PayoutState, tuple[int, int]]:
    """Count a batch's payouts by state, each with its sum in minor units."""
    rows = db.session.execute(
        select(Payout.state, func.count(Payout.id), func.sum(Payout.amount_minor))
        .where(Payout.batch_id == batch.id)
        .group_by(Payout.state)
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


def bank_file(batch: PayoutBatch) -> str | None:
    """Return the file as it was sent to the bank."""
    return (
        db.session.scalars(
            select(PayoutBatch).where(PayoutBatch.id == batch.id).options(undefer(PayoutBatch.bank_file))
        )
        .one()
        .bank_file
    )
