"""Bookkeeping recipes of money in: a fact goes in, a ledger draft comes out. Nothing here reads the database."""

from collections.abc import Mapping
from datetime import date

from marketplace.ledger import Account, Draft, Leg, credit, debit
from marketplace.ordering import Order
from marketplace.payments.models import Payment, ProcessorPayout, Refund
from marketplace.payments.rules import divide

Place = tuple[Account, str | None]  # an account and a pool


def payment_received(payment: Payment, order: Order, on: date) -> Draft:
    """Debit processor clearing, credit the buyer's advances: the money is there, the goods are not accepted yet."""
    return Draft(
        f"payment:{payment.id}",
        on,
        [
            debit(Account.CLEARING, payment.amount_minor, payment.currency, source=order.source),
            credit(
                Account.BUYER_ADVANCES, payment.amount_minor, payment.currency, party=order.party, source=order.source
            ),
        ],
    )


def payment_unmatched(payment: Payment, order: Order, received: tuple[int, str], on: date) -> Draft:
    """Debit processor clearing, credit unallocated receipts: money came that is not what the order asks for."""
    amount_minor, currency = received
    return Draft(
        f"payment:{payment.id}",
        on,
        [
            debit(Account.CLEARING, amount_minor, currency, source=order.source),
            credit(Account.UNALLOCATED_RECEIPTS, amount_minor, currency, party=order.party, source=order.source),
        ],
    )


def fees_taken(
    payment: Payment, order: Order, fees: tuple[int, int, str], sold_by_pool: Mapping[str, int], on: date
) -> Draft:
    """Debit processor fees by pool and the platform's fee as prepaid, credit processor clearing.

    `fees` is what the processor took for itself, what it took for the platform, and their currency. The first is an
    expense of the pools by the amount that each sold, the second waits until the goods are accepted.
    """
    processor_minor, platform_minor, currency = fees
    by_pool = divide(processor_minor, sold_by_pool, f"payment:{payment.id}")
    return Draft(
        f"payment:{payment.id}:fee",
        on,
        [
            *(
                debit(Account.PROCESSOR_FEES, part, currency, pool=pool, source=order.source)
                for pool, part in by_pool.items()
            ),
            debit(Account.PLATFORM_FEE_PREPAID, platform_minor, currency, source=order.source),
            credit(Account.CLEARING, processor_minor + platform_minor, currency, source=order.source),
        ],
    )


def platform_fee_received(payment: Payment, order: Order, fee: tuple[int, str], on: date) -> Draft:
    """In the platform's book: debit clearing, credit fees in advance."""
    amount_minor, currency = fee
    party = f"cooperative:{payment.cooperative_id}"
    return Draft(
        f"payment:{payment.id}:fee",
        on,
        [
            debit(Account.CLEARING, amount_minor, currency, source=order.source),
            credit(Account.FEES_IN_ADVANCE, amount_minor, currency, party=party, source=order.source),
        ],
    )


def refund_decided(refund: Refund, order: Order, taken_back: Mapping[Place, int], on: date) -> Draft:
    """Debit what the buyer's money had become, credit refunds payable.

    `taken_back` adds up to the refund: the buyer's advances before the goods were accepted; after it sales returns,
    delivery income and tax, by pool; unallocated receipts for money that never matched an order.
    """
    waiting = (Account.BUYER_ADVANCES, Account.UNALLOCATED_RECEIPTS)
    return Draft(
        f"refund:{refund.id}",
        on,
        [
            *(
                debit(
                    account,
                    amount_minor,
                    refund.currency,
                    pool=pool,
                    party=order.party if account in waiting else None,
                    source=order.source,
                )
                for (account, pool), amount_minor in taken_back.items()
            ),
            _payable(refund, order, -refund.amount_minor),
        ],
    )


def refund_paid(refund: Refund, order: Order, on: date) -> Draft:
    """Debit refunds payable, credit processor clearing: the processor says that the money is on its way."""
    return Draft(
        f"refund:{refund.id}:{refund.attempt}:paid",
        on,
        [
            _payable(refund, order, refund.amount_minor),
            credit(Account.CLEARING, refund.amount_minor, refund.currency, source=order.source),
        ],
    )


def refund_failed(refund: Refund, order: Order, on: date) -> Draft:
    """Debit processor clearing, credit refunds payable: the money came back to us and is owed to the buyer again."""
    return Draft(
        f"refund:{refund.id}:{refund.attempt}:failed",
        on,
        [
            debit(Account.CLEARING, refund.amount_minor, refund.currency, source=order.source),
            _payable(refund, order, -refund.amount_minor),
        ],
    )


def fee_reference(refund: Refund) -> str:
    """Name the posting of the fee given back; the attempts after the first carry their number."""
    return f"refund:{refund.id}:fee" if refund.attempt == 1 else f"refund:{refund.id}:{refund.attempt}:fee"


def fee_given_back(refund: Refund, order: Order, from_: Mapping[Place, int], on: date) -> Draft:
    """Debit processor clearing, credit the platform's fee: prepaid before acceptance, the pools' expense after it.

    The processor keeps its own fee, so that stays an expense of the pools.
    """
    return Draft(
        fee_reference(refund),
        on,
        [
            debit(Account.CLEARING, refund.fee_back_minor, refund.currency, source=order.source),
            *(
                credit(account, amount_minor, refund.currency, pool=pool, source=order.source)
                for (account, pool), amount_minor in from_.items()
            ),
        ],
    )


def platform_fee_given_back(refund: Refund, order: Order, *, earned: bool, on: date) -> Draft:
    """In the platform's book: debit fees in advance, or fee income once earned, credit clearing."""
    account = Account.FEE_INCOME if earned else Account.FEES_IN_ADVANCE
    party = f"cooperative:{order.cooperative_id}"
    return Draft(
        fee_reference(refund),
        on,
        [
            debit(account, refund.fee_back_minor, refund.currency, party=party, source=order.source),
            credit(Account.CLEARING, refund.fee_back_minor, refund.currency, source=order.source),
        ],
    )


def processor_paid_out(payout: ProcessorPayout) -> Draft:
    """Debit the bank, credit processor clearing; the other way round when the processor took money back."""
    to, from_ = Account.BANK, Account.CLEARING
    if payout.amount_minor < 0:
        to, from_ = from_, to
    return Draft(
        f"processor-payout:{payout.id}",
        payout.paid_on,
        [
            debit(to, abs(payout.amount_minor), payout.currency),
            credit(from_, abs(payout.amount_minor), payout.currency),
        ],
    )


def _payable(refund: Refund, order: Order, amount_minor: int) -> Leg:
    """Debit refunds payable with a positive amount, credit it with a negative one."""
    side = debit if amount_minor > 0 else credit
    return side(Account.REFUNDS_PAYABLE, abs(amount_minor), refund.currency, party=order.party, source=order.source)
