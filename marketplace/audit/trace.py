"""Following a fen: from a payout line back to weighings, sales, payments, bills and ledger transactions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace import distribution, intake, ledger
from marketplace.costs import Bill
from marketplace.distribution import Allocation, Inputs, Line, Run, Settlement
from marketplace.extensions import db
from marketplace.fulfilment import LotAllocation, Shipment
from marketplace.intake import Lot, Weighing
from marketplace.ledger import Account, Entry
from marketplace.ordering import Order, OrderLine
from marketplace.payments import Payment, PaymentState
from marketplace.payouts import Payout

PAGE = 20


@dataclass(frozen=True)
class Sale:
    """An order whose goods were accepted and whose money went into the pool."""

    order: Order
    lines: tuple[OrderLine, ...]  # those of this pool
    shipment: Shipment
    payments: tuple[Payment, ...]  # that succeeded
    has_own_goods: bool  # goods of a lot that this member helped to fill
    entries: tuple[Entry, ...]  # everything in the books that came of the order, with its transactions

    @property
    def line(self) -> OrderLine:
        """The first line; most orders have one of a pool."""
        return self.lines[0]

    @property
    def grams(self) -> int:
        """Grams of this pool."""
        return sum(line.grams for line in self.lines)

    @property
    def amount_minor(self) -> int:
        """What the goods of this pool cost, tax included, in minor units."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def payment(self) -> Payment | None:
        """The payment that came first; a second one was sent back."""
        return self.payments[0] if self.payments else None


@dataclass(frozen=True)
class Trace:
    """All that stands behind one payout."""

    payout: Payout
    allocation: Allocation
    settlement: Settlement  # as published: its steps are the pool's sales, fees and costs
    line: Line
    weighings: Sequence[Weighing]  # the member's own, as they stood at the snapshot
    lots: Sequence[Lot]  # that these went into
    bills: Sequence[Bill]  # that the pool bore up to the snapshot
    sales: Sequence[Sale]  # one page of the pool's sales up to the snapshot, oldest first
    sales_total: int
    entries: Sequence[Entry]  # of the run's line and all its payouts, with their transactions


def trace(payout: Payout, *, offset: int = 0) -> Trace:
    """Follow a payout back, in a constant number of queries; the pool's sales come `PAGE` at a time from `offset`."""
    allocation = payout.allocation
    run = allocation.run
    inputs, settlement = distribution.read_snapshot(distribution.snapshot_of(run) or "")
    weighings = _weighings(run, payout.member_id, inputs)
    lots = {weighing.lot.id: weighing.lot for weighing in weighings if weighing.lot is not None}
    sales, total = _sales(run, inputs, lots.keys(), offset)
    return Trace(
        payout=payout,
        allocation=allocation,
        settlement=settlement,
        line=next(line for line in settlement.lines if line.token == allocation.token),
        weighings=weighings,
        lots=list(lots.values()),
        bills=_bills(run, inputs),
        sales=sales,
        sales_total=total,
        entries=_entries(run, allocation),
    )


def _weighings(run: Run, member_id: int, inputs: Inputs) -> Sequence[Weighing]:
    return db.session.scalars(
        select(Weighing)
        .where(
            Weighing.season_id == run.season_id,
            Weighing.member_id == member_id,
            Weighing.accepted_g > 0,
            intake.is_effective(inputs.weighing_until),
        )
        .options(joinedload(Weighing.grade), joinedload(Weighing.lot), joinedload(Weighing.by))
        .order_by(Weighing.id)
    ).all()


def _bills(run: Run, inputs: Inputs) -> Sequence[Bill]:
    """List the bills whose posting the snapshot holds; the books say which, not the bill's present state."""
    costs = [account for account in Account if account.value.startswith("cost_")]
    posted = ledger.balances(
        ledger.book_of(run.cooperative_id), by=("source",), account=costs, pool=inputs.pool, until=inputs.ledger_until
    )
    return db.session.scalars(
        select(Bill)
        .where(Bill.id.in_(_ids(row.source for row in posted)))
        .options(joinedload(Bill.supplier), joinedload(Bill.entered_by), joinedload(Bill.decided_by))
        .order_by(Bill.id)
    ).all()


def _sales(run: Run, inputs: Inputs, own_lots: Collection[int], offset: int) -> tuple[list[Sale], int]:
    book = ledger.book_of(run.cooperative_id)
    pool, until = inputs.pool, inputs.ledger_until
    total = ledger.count_entries(book, account=Account.SALES, pool=pool, until=until)
    page = ledger.entries(book, account=Account.SALES, pool=pool, until=until, limit=PAGE, offset=offset)
    order_ids = _ids(entry.source for entry in page)
    orders = db.session.scalars(select(Order).where(Order.id.in_(order_ids)).options(joinedload(Order.buyer))).all()
    lines = db.session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id.in_(order_ids), OrderLine.season_id == run.season_id)
        .order_by(OrderLine.id)
    ).all()
    shipments = db.session.scalars(select(Shipment).where(Shipment.order_id.in_(order_ids))).all()
    payments = db.session.scalars(
        select(Payment)
        .where(Payment.order_id.in_(order_ids), Payment.state == PaymentState.SUCCEEDED)
        .order_by(Payment.id)
    ).all()
    with_own = db.session.scalars(
        select(OrderLine.order_id)
        .join(LotAllocation, LotAllocation.order_line_id == OrderLine.id)
        .where(OrderLine.order_id.in_(order_ids), LotAllocation.lot_id.in_(own_lots))
    ).all()
    entries = ledger.entries(book, source=[order.source for order in orders])
    by_id = {order.id: order for order in orders}
    shipped = {shipment.order_id: shipment for shipment in shipments}
    return [
        Sale(
            order=by_id[order_id],
            lines=tuple(line for line in lines if line.order_id == order_id),
            shipment=shipped[order_id],
            payments=tuple(payment for payment in payments if payment.order_id == order_id),
            has_own_goods=order_id in with_own,
            entries=tuple(entry for entry in entries if entry.source == by_id[order_id].source),
        )
        for order_id in order_ids
        if order_id in by_id and order_id in shipped
    ], total


def _ids(sources: Iterable[str | None]) -> list[int]:
    """Return the ids in sources such as `order:9`, in their order, each once."""
    found = dict.fromkeys(source.partition(":")[2] for source in sources if source)
    return [int(number) for number in found if number.isdigit()]


def _entries(run: Run, allocation: Allocation) -> Sequence[Entry]:
    """List the legs of a line: what the run settled and owes to its member, and what its payouts came to."""
    book = ledger.book_of(run.cooperative_id)
    tries = db.session.scalars(select(Payout.id).where(Payout.allocation_id == allocation.id)).all()
    references = [f"run:{run.id}"]
    for number in tries:
        references += [f"payout:{number}", f"payout:{number}:settled", f"payout:{number}:returned"]
    party = f"member:{allocation.member_id}"
    return db.session.scalars(
        select(Entry)
        .join(Entry.transaction)
        .options(joinedload(Entry.transaction))
        .where(
            Entry.transaction_id.in_([found.id for found in ledger.list_transactions(book, references)]),
            (Entry.party == party) | Entry.party.is_(None),  # a run's other legs belong to other households
        )
        .order_by(Entry.id)
    ).all()
