"""Shipments, made through the front door; money comes in by the postings that a payment makes."""

from marketplace import fulfilment, ledger
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic
from marketplace.fulfilment import Shipment
from marketplace.identity import User
from marketplace.ledger import PLATFORM, Account, Draft, credit, debit
from marketplace.ordering import Order
from tests.factories.cooperatives import make_staff
from tests.factories.ordering import make_paid_order


def post_payment(order: Order, amount_minor: int | None = None, *, processor_fee_minor: int = 0) -> None:
    """Post what a payment by card posts: the advance, then the fees."""
    amount = order.total_minor if amount_minor is None else amount_minor
    fee, today = sum(line.fee_minor for line in order.lines), clock.today(order.cooperative.zone)
    book, source = ledger.book_of(order.cooperative_id), order.source
    with atomic():
        ledger.post(
            book,
            Draft(
                f"payment:order-{order.id}",
                today,
                [
                    debit(Account.CLEARING, amount, order.currency, source=source),
                    credit(Account.BUYER_ADVANCES, amount, order.currency, party=order.party, source=source),
                ],
            ),
        )
        if fee:
            legs = [
                debit(Account.PLATFORM_FEE_PREPAID, fee, order.currency, source=source),
                credit(Account.CLEARING, fee, order.currency, source=source),
            ]
            ledger.post(book, Draft(f"payment:order-{order.id}:fee", today, legs))
            party = f"cooperative:{order.cooperative_id}"
            legs = [
                debit(Account.CLEARING, fee, order.currency, source=source),
                credit(Account.FEES_IN_ADVANCE, fee, order.currency, party=party, source=source),
            ]
            ledger.post(PLATFORM, Draft(f"payment:order-{order.id}:fee", today, legs))


def make_packed(order: Order | None = None, *, by: User | None = None) -> Shipment:
    """Pack a paid order."""
    paid = order or make_paid_order()
    clerk = by or make_staff(paid.cooperative, StaffRole.CLERK)
    with atomic():
        return fulfilment.pack(paid, by=clerk.id)


def make_shipped(order: Order | None = None, *, by: User | None = None) -> Shipment:
    """Pack and ship a paid order."""
    paid = order or make_paid_order()
    clerk = by or make_staff(paid.cooperative, StaffRole.CLERK)
    make_packed(paid, by=clerk)
    with atomic():
        return fulfilment.ship(paid, carrier="顺丰速运", tracking_number="SF1400000001", by=clerk.id)
