"""The coordinator's desk: what waits in the cooperatives that somebody follows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from marketplace import ledger
from marketplace.cooperatives import Assignment, Cooperative, Member
from marketplace.core import clock
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.ledger import Account
from marketplace.payouts import Payout, PayoutBatch, PayoutState
from marketplace.produce import Season

LATE = timedelta(days=14)  # a run that was checked so long ago and is not paid


@dataclass(frozen=True)
class Followed:
    """A cooperative that somebody follows, with its figures."""

    cooperative: Cooperative
    members: int
    owed_minor: int  # to its members, by the ledger
    in_transit_minor: int
    waiting: int  # runs that wait for the check


@dataclass(frozen=True)
class Desk:
    """What a coordinator finds in the morning."""

    to_check: Sequence[Run]
    published: Sequence[Run]
    returned: int  # payouts that a bank sent back and that nobody sent anew
    returned_minor: int
    unpaid: Sequence[Run]  # checked, and something is still owed
    members: int


def followed_ids(user_id: int) -> list[int]:
    """List the ids of the cooperatives that a coordinator follows now."""
    return list(
        db.session.scalars(
            select(Assignment.cooperative_id).where(Assignment.user_id == user_id, Assignment.ended_on.is_(None))
        )
    )


def desk_of(cooperative_ids: Collection[int]) -> Desk:
    """Return what waits in some cooperatives, in a constant number of queries."""
    runs = _runs(Run.cooperative_id.in_(cooperative_ids), Run.state.in_((RunState.APPROVED, RunState.PUBLISHED)))
    returned, returned_minor = _returned(cooperative_ids)
    members = db.session.scalar(
        select(func.count(Member.id)).where(Member.cooperative_id.in_(cooperative_ids), Member.left_on.is_(None))
    )
    return Desk(
        to_check=[run for run in runs if run.state is RunState.APPROVED],
        published=[run for run in runs if run.state is RunState.PUBLISHED],
        returned=returned,
        returned_minor=returned_minor,
        unpaid=_unpaid(cooperative_ids),
        members=members or 0,
    )


def list_followed(cooperative_ids: Collection[int]) -> list[Followed]:
    """List some cooperatives with their figures."""
    rows = db.session.scalars(
        select(Cooperative).where(Cooperative.id.in_(cooperative_ids)).order_by(Cooperative.id)
    ).all()
    members = _count(
        select(Member.cooperative_id, func.count(Member.id))
        .where(Member.left_on.is_(None))
        .group_by(Member.cooperative_id)
    )
    waiting = _count(
        select(Run.cooperative_id, func.count(Run.id))
        .where(Run.state == RunState.APPROVED)
        .group_by(Run.cooperative_id)
    )
    found = []
    for cooperative in rows:
        sums = {
            row.account: row.amount_minor
            for row in ledger.balances(
                ledger.book_of(cooperative.id), account=(Account.OWED_TO_MEMBERS, Account.PAYOUTS_IN_TRANSIT)
            )
            if row.currency == cooperative.currency
        }
        found.append(
            Followed(
                cooperative,
                members.get(cooperative.id, 0),
                -sums.get(Account.OWED_TO_MEMBERS, 0),
                -sums.get(Account.PAYOUTS_IN_TRANSIT, 0),
                waiting.get(cooperative.id, 0),
            )
        )
    return found


def _runs(*conditions: ColumnElement[bool]) -> Sequence[Run]:
    return db.session.scalars(
        select(Run)
        .options(joinedload(Run.cooperative), joinedload(Run.season).joinedload(Season.product))
        .where(*conditions)
        .order_by(Run.published_at, Run.id)
    ).all()


def _returned(cooperative_ids: Collection[int]) -> tuple[int, int]:
    sent_anew = select(Payout.allocation_id).where(
        Payout.state.in_((PayoutState.DRAFT, PayoutState.SENT, PayoutState.SETTLED))
    )
    row = db.session.execute(
        select(func.count(Payout.id), func.coalesce(func.sum(Payout.amount_minor), 0))
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .where(
            PayoutBatch.cooperative_id.in_(cooperative_ids),
            Payout.state == PayoutState.RETURNED,
            Payout.allocation_id.not_in(sent_anew),
        )
    ).one()
    return row[0], int(row[1])


def _unpaid(cooperative_ids: Collection[int]) -> Sequence[Run]:
    sent = select(PayoutBatch.run_id).where(PayoutBatch.sent_at.is_not(None))
    return _runs(
        Run.cooperative_id.in_(cooperative_ids),
        Run.state == RunState.CHECKED,
        Run.checked_at < clock.now() - LATE,
        Run.id.not_in(sent),
    )


def _count(query: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.session.execute(query)}
