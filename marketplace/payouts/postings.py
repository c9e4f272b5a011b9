"""Bookkeeping recipes of payouts; the payable is what a run made: owed to the member, on the pool."""

from datetime import date

from marketplace.ledger import Account, Draft, Leg, credit, debit
from marketplace.payouts.models import Payout


def payout_sent(payout: Payout, on: date) -> Draft:
    """Debit what was owed to the member, credit payouts in transit."""
    return Draft(f"payout:{payout.id}", on, [_owed(payout, back=False), _transit(payout, out=True)])


def payout_settled(payout: Payout, on: date) -> Draft:
    """Debit payouts in transit, credit the bank: the money has arrived."""
    return Draft(f"payout:{payout.id}:settled", on, [_transit(payout, out=False), _bank(payout, back=False)])


def payout_returned_in_transit(payout: Payout, on: date) -> Draft:
    """Debit payouts in transit, credit the member: the bank sent it back before it arrived, so it is owed again."""
    return Draft(f"payout:{payout.id}:returned", on, [_transit(payout, out=False), _owed(payout, back=True)])


def payout_returned_after_settlement(payout: Payout, on: date) -> Draft:
    """Debit the bank, credit the member: it had arrived and came back, so it is owed again."""
    return Draft(f"payout:{payout.id}:returned", on, [_bank(payout, back=True), _owed(payout, back=True)])


def _currency(payout: Payout) -> str:
    return payout.batch.currency


def _owed(payout: Payout, *, back: bool) -> Leg:
    make = credit if back else debit
    run = payout.batch.run
    return make(
        Account.OWED_TO_MEMBERS,
        payout.amount_minor,
        _currency(payout),
        pool=run.season.pool,
        party=f"member:{payout.member_id}",
        source=run.source,
    )


def _transit(payout: Payout, *, out: bool) -> Leg:
    make = credit if out else debit
    return make(Account.PAYOUTS_IN_TRANSIT, payout.amount_minor, _currency(payout), party=f"member:{payout.member_id}")


def _bank(payout: Payout, *, back: bool) -> Leg:
    make = debit if back else credit
    return make(Account.BANK, payout.amount_minor, _currency(payout), source=payout.batch.run.source)
