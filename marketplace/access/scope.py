"""Which rows an actor may see, said once for lists and single rows alike."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.access.actor import Actor, Role
from marketplace.audit import RunReview
from marketplace.catalog import Listing, Pack
from marketplace.cooperatives import AccountChange, Assignment, Cooperative, HouseholdKey, Member, Staff
from marketplace.core.errors import NotFound
from marketplace.costs import Bill, Supplier
from marketplace.distribution import Allocation, Plan, Run
from marketplace.extensions import Base, db
from marketplace.fulfilment import Shipment
from marketplace.identity import Buyer
from marketplace.intake import Lot, Weighing
from marketplace.ordering import Order
from marketplace.payments import Payment, ProcessorPayout, Refund
from marketplace.payouts import Payout, PayoutBatch
from marketplace.produce import Grade, Product, Season

T = TypeVar("T", bound=Base)
Column = ColumnElement[Any] | InstrumentedAttribute[Any]

_LARGEST = 2**63 - 1  # a number in an address may be longer than any id

_STAFF = frozenset({Role.CLERK, Role.MANAGER, Role.CASHIER, Role.SUPERVISOR})


def _through(model: type[Base], target: Column, link: ColumnElement[bool]) -> ColumnElement[Any]:
    """Reach a column of the row that a row of `model` belongs to, in queries that join the other table too."""
    return select(target).where(link).correlate(model).scalar_subquery()


_OF_SEASON = select(Product.cooperative_id).join(Season, Season.product_id == Product.id)

COOPERATIVE: dict[type[Base], Column] = {
    Cooperative: Cooperative.id,
    Member: Member.cooperative_id,
    AccountChange: _through(AccountChange, Member.cooperative_id, Member.id == AccountChange.member_id),
    HouseholdKey: _through(HouseholdKey, Member.cooperative_id, Member.id == HouseholdKey.member_id),
    Staff: Staff.cooperative_id,
    Product: Product.cooperative_id,
    Grade: _through(Grade, Product.cooperative_id, Product.id == Grade.product_id),
    Season: _through(Season, Product.cooperative_id, Product.id == Season.product_id),
    Weighing: Weighing.cooperative_id,
    Lot: Lot.cooperative_id,
    Supplier: Supplier.cooperative_id,
    Bill: Bill.cooperative_id,
    Listing: Listing.cooperative_id,
    Pack: _through(Pack, Listing.cooperative_id, Listing.id == Pack.listing_id),
    Order: Order.cooperative_id,
    Payment: Payment.cooperative_id,
    Refund: _through(Refund, Payment.cooperative_id, Payment.id == Refund.payment_id),
    ProcessorPayout: ProcessorPayout.cooperative_id,
    Shipment: _through(Shipment, Order.cooperative_id, Order.id == Shipment.order_id),
    Plan: _OF_SEASON.where(Season.id == Plan.season_id).correlate(Plan).scalar_subquery(),
    Run: Run.cooperative_id,
    Allocation: _through(Allocation, Run.cooperative_id, Run.id == Allocation.run_id),
    RunReview: _through(RunReview, Run.cooperative_id, Run.id == RunReview.run_id),
    PayoutBatch: PayoutBatch.cooperative_id,
    Payout: _through(Payout, PayoutBatch.cooperative_id, PayoutBatch.id == Payout.batch_id),
}

BUYER: dict[type[Base], Column] = {
    Buyer: Buyer.id,
    Order: Order.buyer_id,
    Payment: _through(Payment, Order.buyer_id, Order.id == Payment.order_id),
    Shipment: _through(Shipment, Order.buyer_id, Order.id == Shipment.order_id),
}

MEMBER: dict[type[Base], Column] = {
    Member: Member.id,
    Weighing: Weighing.member_id,
    Payout: Payout.member_id,
    # an allocation is a household's business once the notice hangs out
    Allocation: Allocation.member_id,
}

ADMINISTRATOR: frozenset[type[Base]] = frozenset({Cooperative, Staff})


def visible(actor: Actor, model: type[T]) -> ColumnElement[bool]:
    """Return the condition under which `actor` may see rows of `model`; what is not named here is seen by nobody."""
    if actor.role in _STAFF:
        return COOPERATIVE[model] == actor.cooperative_id if model in COOPERATIVE else false()
    if actor.role is Role.COORDINATOR:
        assigned = select(Assignment.cooperative_id).where(
            Assignment.user_id == actor.user_id, Assignment.ended_on.is_(None)
        )
        return COOPERATIVE[model].in_(assigned) if model in COOPERATIVE else false()
    if actor.role is Role.BUYER:
        return BUYER[model] == actor.buyer_id if model in BUYER else false()
    if actor.role is Role.HOUSEHOLD:
        return MEMBER[model] == actor.member_id if model in MEMBER else false()
    return true() if model in ADMINISTRATOR else false()


def select_visible(actor: Actor, model: type[T]) -> Select[T]:
    """Return a select of the rows of `model` that `actor` may see, for lists."""
    return select(model).where(visible(actor, model))


def get(actor: Actor, model: type[T], *, lock: bool = False, **by: Any) -> T:
    """Load one row of `model` that `actor` may see, by its columns; `lock` holds it until the transaction ends.

    Raises NotFound alike for a stranger's row and for one that does not exist.
    """
    if any(isinstance(value, int) and value > _LARGEST for value in by.values()):
        raise NotFound(kind=model.__name__)
    query = select_visible(actor, model).filter_by(**by)
    if lock:
        query = query.with_for_update(of=model).execution_options(populate_existing=True)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(kind=model.__name__)
    return row
