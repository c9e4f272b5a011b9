"""Named reads of plans, runs and allocations, and the gathering of a run's inputs from the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, undefer

from marketplace import intake, ledger
from marketplace.cooperatives import Member
from marketplace.distribution import rules
from marketplace.distribution.models import Allocation, Plan, Run
from marketplace.distribution.states import OPEN, RunState
from marketplace.extensions import db
from marketplace.ledger import Account, AccountType
from marketplace.produce import Grade, Season

RESULTS = tuple(account.value for account in Account if account.type is AccountType.RESULT)


@dataclass(frozen=True)
class Gathered:
    """A run's inputs, and which member stands behind each token."""

    inputs: rules.Inputs
    members: Mapping[str, int]


def gather(run: Run, ledger_until: int | None = None, weighing_until: int | None = None) -> Gathered:
    """Read what a run is computed from as the books stood at a ledger transaction and a weighing, or stand now.

    Raises MixedCurrency when the pool holds another currency than the run.
    """
    rows = ledger.balances(
        ledger.book_of(run.cooperative_id), by=("account",), account=RESULTS, pool=run.season.pool, until=ledger_until
    )
    rules.single_currency([row.currency for row in rows], run.currency)
    grades = {
        grade.id: grade for grade in db.session.scalars(select(Grade).where(Grade.product_id == run.season.product_id))
    }
    accepted = [row for row in intake.accepted_by_member(run.season_id, weighing_until) if row.accepted_g]
    earlier = _earlier(run)
    tokens = rules.tokens_for(run.secret, _pool_secret(run), {*earlier, *(row.member_id for row in accepted)})
    brought = [
        rules.Brought(
            tokens[row.member_id], grades[row.grade_id].rank, grades[row.grade_id].differential, row.accepted_g
        )
        for row in accepted
    ]
    inputs = rules.Inputs(
        pool=run.season.pool,
        currency=run.currency,
        plan_version=run.plan.version,
        paid_bp=run.plan.paid_bp,
        ledger_until=ledger_until or 0,
        weighing_until=weighing_until or 0,
        books={
            row.account: -row.amount_minor
            for row in rows
            if row.account is not None and row.account != Account.MEMBER_SETTLEMENT
        },
        brought=tuple(sorted(brought, key=lambda row: (row.token, row.grade_rank))),
        earlier={tokens[member_id]: amount for member_id, amount in earlier.items()},
    )
    return Gathered(inputs, {token: member_id for member_id, token in tokens.items()})


def _earlier(run: Run) -> dict[int, int]:
    rows = db.session.execute(
        select(Allocation.member_id, func.sum(Allocation.amount_minor))
        .join(Run, Run.id == Allocation.run_id)
        .where(Run.season_id == run.season_id, Run.state == RunState.CHECKED, Run.id < run.id)
        .group_by(Allocation.member_id)
    )
    return {row[0]: int(row[1]) for row in rows if row[1]}


def _pool_secret(run: Run) -> str:
    """Return the secret of the pool's first run, which orders its members in all of them."""
    return db.session.scalars(select(Run.secret).where(Run.season_id == run.season_id).order_by(Run.id).limit(1)).one()


def find_plan(season_id: int) -> Plan | None:
    """Find the newest version of a pool's plan."""
    return db.session.scalars(
        select(Plan).where(Plan.season_id == season_id).order_by(Plan.version.desc()).limit(1)
    ).one_or_none()


def find_open_run(season_id: int) -> Run | None:
    """Find the run of a pool that is not finished."""
    return db.session.scalars(select(Run).where(Run.season_id == season_id, Run.state.in_(OPEN))).one_or_none()


def select_runs(cooperative_id: int | None = None, *, state: RunState | None = None) -> Select[Run]:
    """Return a select of runs, newest first, with pool, product and cooperative."""
    query = (
        select(Run)
        .options(joinedload(Run.season).joinedload(Season.product), joinedload(Run.cooperative), joinedload(Run.plan))
        .order_by(Run.id.desc())
    )
    if cooperative_id is not None:
        query = query.where(Run.cooperative_id == cooperative_id)
    return query.where(Run.state == state) if state is not None else query


def select_allocations(run: Run) -> Select[Allocation]:
    """Return a select of a run's lines in the order of the members' numbers, each with its member."""
    return (
        select(Allocation)
        .join(Allocation.member)
        .options(joinedload(Allocation.member))
        .where(Allocation.run_id == run.id)
        .order_by(Member.number)
    )


def list_allocations(run: Run) -> Sequence[Allocation]:
    """List a run's lines in the order of the members' numbers."""
    return db.session.scalars(select_allocations(run)).all()


def find_notice(token: str) -> Run | None:
    """Find the published run whose printed token this is."""
    return db.session.scalars(
        select(Run)
        .options(joinedload(Run.season).joinedload(Season.product), joinedload(Run.cooperative), joinedload(Run.plan))
        .where(Run.notice_token == token)
    ).one_or_none()


def snapshot_of(run: Run) -> str | None:
    """Return a run's stored snapshot."""
    return db.session.scalars(select(Run).where(Run.id == run.id).options(undefer(Run.snapshot))).one().snapshot
