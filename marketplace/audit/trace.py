"""Following a fen: from a payout line back to weighings, orders, payments and ledger transactions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace import distribution, intake, ledger
from marketplace.distribution import Allocation, Settlement
from marketplace.extensions import db
from marketplace.fulfilment import Shipment
from marketplace.intake import Weighing
from marketplace.ledger import Entry
from marketplace.ordering import Order, OrderLine
from marketplace.payments import Payment, PaymentState
from marketplace.payouts import Payout
from marketplace.produce import Season

PAGE = 20


@dataclass(frozen=True)
class Sale:
    """An order line whose money went into the pool, with its payment and shipment."""

    order: Order
    line: OrderLine
    shipment: Shipment
    payment: Payment | None


@dataclass(frozen=True)
class Trace:
    """All that stands behind one payout."""

    payout: Payout
    allocation: Allocation
    settlement: Settlement
    weighings: Sequence[Weighing]  # the member's own, as they stood at the snapshot
    sales: Sequence[Sale]  # one page of the pool's accepted sales, oldest first
    sales_total: int
    entries: Sequence[Entry]  # of the payout and its run, with their transactions


def trace(payout: Payout, *, offset: int = 0) -> Trace:
    """Follow a payout back, in a constant number of queries; the pool's sales come `PAGE` at a time from `offset`."""
    allocation = payout.allocation
    run = allocation.run
    inputs, settlement = distribution.read_snapshot(distribution.snapshot_of(run) or "")
    weighings = [
        weighing
        for weighing in intake.effective_weighings(run.season_id, inputs.weighing_until)
        if weighing.member_id == payout.member_id
    ]
    sales, total = _sales(run.season, offset)
    return Trace(payout, allocation, settlement, weighings, sales, total, _entries(payout))


def _sales(season: Season, offset: int) -> tuple[list[Sale], int]:
    query = (
        select(OrderLine, Shipment, Payment)
        .join(OrderLine.order)
        .join(Shipment, Shipment.order_id == Order.id)
        .outerjoin(Payment, (Payment.order_id == Order.id) & (Payment.state == PaymentState.SUCCEEDED))
        .where(OrderLine.season_id == season.id, Shipment.accepted_at.is_not(None))
    )
    total = db.session.scalar(
        select(func.count(OrderLine.id))
        .join(Shipment, Shipment.order_id == OrderLine.order_id)
        .where(OrderLine.season_id == season.id, Shipment.accepted_at.is_not(None))
    )
    rows = db.session.execute(
        query.options(joinedload(OrderLine.order))
        .order_by(Shipment.accepted_at, OrderLine.id)
        .limit(PAGE)
        .offset(offset)
    )
    return [Sale(line.order, line, shipment, payment) for line, shipment, payment in rows], total or 0


def _entries(payout: Payout) -> Sequence[Entry]:
    run = payout.batch.run
    book = ledger.book_of(run.cooperative_id)
    references = [
        f"run:{run.id}",
        *(f"payout:{payout.id}{suffix}" for suffix in ("", ":settled", ":returned")),
    ]
    transactions = ledger.list_transactions(book, references)
    wanted = {transaction.id for transaction in transactions}
    party = f"member:{payout.member_id}"
    return db.session.scalars(
        select(Entry)
        .join(Entry.transaction)
        .options(joinedload(Entry.transaction))
        .where(
            Entry.transaction_id.in_(wanted),
            # a run's other legs belong to other households
            (Entry.party == party) | Entry.party.is_(None),
        )
        .order_by(Entry.id)
    ).all()
