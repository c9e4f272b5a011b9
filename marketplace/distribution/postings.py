"""The bookkeeping recipe of a run."""

from collections.abc import Iterable
from datetime import date

from marketplace.distribution.models import Allocation, Run
from marketplace.ledger import Account, Draft, credit, debit


def run_checked(run: Run, allocations: Iterable[Allocation], on: date) -> Draft:
    """Debit what the pool settles with its members, credit what is owed to each; one transaction with all its legs."""
    owed = [line for line in allocations if line.amount_minor]
    return Draft(
        f"run:{run.id}",
        on,
        [
            debit(
                Account.MEMBER_SETTLEMENT,
                sum(line.amount_minor for line in owed),
                run.currency,
                pool=run.season.pool,
                source=run.source,
            ),
            *(
                credit(
                    Account.OWED_TO_MEMBERS,
                    line.amount_minor,
                    run.currency,
                    pool=run.season.pool,
                    party=f"member:{line.member_id}",
                    source=run.source,
                )
                for line in owed
            ),
        ],
    )
