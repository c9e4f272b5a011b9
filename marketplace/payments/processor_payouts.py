"""What the processor transfers to a cooperative's bank account, or takes back."""

from sqlalchemy import select

from marketplace import ledger, trail
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.gateway import PayoutSnapshot
from marketplace.payments import postings
from marketplace.payments.models import ProcessorPayout


def record_processor_payout(snapshot: PayoutSnapshot) -> ProcessorPayout:
    """Write down a transfer that was made, and post it; the same one again changes nothing.

    Raises NoResultFound when the account is no cooperative's.
    """
    cooperative = db.session.scalars(
        select(Cooperative).where(Cooperative.merchant_account == snapshot.account).with_for_update()
    ).one()
    first = db.session.scalar(
        select(ProcessorPayout).filter_by(account=snapshot.account, provider_id=snapshot.provider_id)
    )
    if first is not None:
        return first
    payout = ProcessorPayout(
        cooperative=cooperative,
        account=snapshot.account,
        provider_id=snapshot.provider_id,
        amount_minor=snapshot.amount_minor,
        currency=snapshot.currency,
        paid_on=clock.today(cooperative.zone),
    )
    db.session.add(payout)
    db.session.flush()
    ledger.post(ledger.book_of(cooperative.id), postings.processor_paid_out(payout))
    trail.record(
        "processor_payout.recorded",
        f"processor_payout:{payout.id}",
        by=None,
        cooperative_id=cooperative.id,
        after={"amount_minor": payout.amount_minor, "currency": payout.currency},
    )
    return payout
