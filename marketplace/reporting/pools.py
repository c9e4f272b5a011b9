"""What stands in each pool, and what became of the runs that were paid from it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace import intake, ledger
from marketplace.distribution import Allocation
from marketplace.extensions import db
from marketplace.intake import Weighing
from marketplace.ledger import Account, AccountType, Entry, Transaction
from marketplace.payouts import Payout, PayoutState
from marketplace.produce import Season

RESULTS = tuple(account.value for account in Account if account.type is AccountType.RESULT)


@dataclass(frozen=True)
class PoolFigures:
    """A pool as the books have it now, amounts in minor units."""

    income_minor: int = 0
    net_minor: int = 0  # income less costs, before anything was settled with members
    settled_minor: int = 0  # by checked runs
    accepted_g: int = 0


@dataclass(frozen=True)
class PaidOut:
    """How far a run's money has come, in minor units."""

    sent_minor: int = 0
    settled_minor: int = 0


def pool_figures(cooperative_id: int, seasons: Sequence[Season], currency: str) -> dict[int, PoolFigures]:
    """Read what is in the pools of some seasons, by season, in two queries."""
    if not seasons:
        return {}
    income, net, settled = ({season.pool: 0 for season in seasons} for _figure in range(3))
    for row in ledger.balances(ledger.book_of(cooperative_id), by=("pool", "account"), account=RESULTS, pool=[*income]):
        if row.pool is None or row.currency != currency:
            continue
        if row.account == Account.MEMBER_SETTLEMENT:
            settled[row.pool] += row.amount_minor
            continue
        net[row.pool] -= row.amount_minor
        if row.account in (Account.SALES, Account.DELIVERY_INCOME):
            income[row.pool] -= row.amount_minor
    grams = accepted_by_season([season.id for season in seasons])
    return {
        season.id: PoolFigures(income[season.pool], net[season.pool], settled[season.pool], grams.get(season.id, 0))
        for season in seasons
    }


def accepted_by_season(season_ids: Collection[int]) -> dict[int, int]:
    """Add up the grams that were accepted in each of some seasons, corrected slips left out."""
    rows = db.session.execute(
        select(Weighing.season_id, func.sum(Weighing.accepted_g))
        .where(Weighing.season_id.in_(season_ids), intake.is_effective())
        .group_by(Weighing.season_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def count_sold(season: Season, cooperative_id: int, until: int | None = None) -> int:
    """Count the orders whose sales stand in a pool, up to a ledger transaction."""
    query = (
        select(func.count(Entry.source.distinct()))
        .join(Entry.transaction)
        .where(
            Entry.book == ledger.book_of(cooperative_id),
            Entry.pool == season.pool,
            Entry.account == Account.SALES.value,
            Transaction.posted.is_(True),
        )
    )
    return db.session.scalar(query if until is None else query.where(Entry.transaction_id <= until)) or 0


def paid_out(run_ids: Collection[int]) -> dict[int, PaidOut]:
    """Say of some runs how much is on its way and how much has arrived."""
    rows = db.session.execute(
        select(Allocation.run_id, Payout.state, func.sum(Payout.amount_minor))
        .join(Payout.allocation)
        .where(Allocation.run_id.in_(run_ids), Payout.state.in_((PayoutState.SENT, PayoutState.SETTLED)))
        .group_by(Allocation.run_id, Payout.state)
    )
    found: dict[int, dict[PayoutState, int]] = {}
    for run_id, state, total in rows:
        found.setdefault(run_id, {})[state] = int(total)
    return {
        run_id: PaidOut(sums.get(PayoutState.SENT, 0), sums.get(PayoutState.SETTLED, 0))
        for run_id, sums in found.items()
    }
