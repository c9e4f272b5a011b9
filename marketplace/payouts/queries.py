"""Named reads of what is owed, of batches and payouts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload, undefer

from marketplace.cooperatives import Member
from marketplace.distribution import Allocation, Run, RunState
from marketplace.extensions import db
from marketplace.payouts.models import Payout, PayoutBatch
from marketplace.payouts.states import PayoutState
from marketplace.produce import Season

LIVE = (PayoutState.DRAFT, PayoutState.SENT, PayoutState.SETTLED)


class Hindrance(StrEnum):
    """Why a payable cannot go to the bank now."""

    NO_ACCOUNT = "no_account"
    RETURNED = "returned_account_unchanged"  # the bank sent it back, and the account is still the same


@dataclass(frozen=True)
class Owed:
    """A payable without a live payout."""

    allocation: Allocation
    hindrance: Hindrance | None


def list_owed(run: Run) -> list[Owed]:
    """List what a checked run still owes: lines above zero that have no live payout, by the members' numbers.

    A line that the bank returned needs another account than the one that was tried (`domain.md` 8).
    """
    if run.state is not RunState.CHECKED:
        return []
    live = exists().where(Payout.allocation_id == Allocation.id, Payout.state.in_(LIVE))
    lines = db.session.scalars(
        select(Allocation)
        .join(Allocation.member)
        .options(joinedload(Allocation.member).undefer(Member.bank_account))
        .where(Allocation.run_id == run.id, Allocation.amount_minor > 0, ~live)
        .order_by(Member.number)
    ).all()
    tried = _returned_accounts([line.id for line in lines])
    return [Owed(line, _hindrance(line, tried.get(line.id, set()))) for line in lines]


def _hindrance(line: Allocation, tried: set[tuple[str, str]]) -> Hindrance | None:
    member = line.member
    if not member.bank_account:
        return Hindrance.NO_ACCOUNT
    if (member.payee, member.bank_account) in tried:
        return Hindrance.RETURNED
    return None


def _returned_accounts(allocation_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    rows = db.session.scalars(
        select(Payout)
        .options(undefer(Payout.bank_account))
        .where(Payout.allocation_id.in_(allocation_ids), Payout.state == PayoutState.RETURNED)
    )
    tried: dict[int, set[tuple[str, str]]] = {}
    for row in rows:
        tried.setdefault(row.allocation_id, set()).add((row.payee, row.bank_account))
    return tried


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
