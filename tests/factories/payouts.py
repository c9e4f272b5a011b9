"""Batches of payouts."""

from itertools import count

from marketplace import payouts
from marketplace.cooperatives import StaffRole
from marketplace.distribution import Run
from marketplace.extensions import atomic, db
from marketplace.identity import User
from marketplace.payouts import Payout, PayoutBatch
from tests.factories.cooperatives import make_staff

_numbers = count(1)


def make_batch(run: Run, *, by: User | None = None) -> PayoutBatch:
    """Let a cashier put what a run owes into a batch."""
    cashier = by or make_staff(run.cooperative, StaffRole.CASHIER)
    with atomic():
        return payouts.make_batch(run, token=f"batch {next(_numbers)}", by=cashier.id)


def make_sent(run: Run, *, by: User | None = None) -> PayoutBatch:
    """Make a batch and send it to the bank."""
    batch = make_batch(run, by=by)
    with atomic():
        payouts.send(batch, by=batch.made_by_id)
    return batch


def payouts_of(batch: PayoutBatch) -> list[Payout]:
    """Return a batch's payouts in the order of the members' numbers."""
    return list(db.session.scalars(payouts.select_payouts(batch=batch).execution_options(populate_existing=True)))
