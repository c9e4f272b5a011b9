"""What becomes of an order: paid, packed, shipped, accepted, cancelled; its goods follow."""

import logging

from sqlalchemy import select

from marketplace import catalog, notifications, trail
from marketplace.core import clock
from marketplace.extensions import db, lock
from marketplace.ordering.errors import WrongMove
from marketplace.ordering.models import Order
from marketplace.ordering.states import MOVES, CancelReason, OrderState

log = logging.getLogger(__name__)

BATCH = 200
# what a buyer reads who did not cancel; of goods that were gone the refund tells
TOLD = {CancelReason.COOPERATIVE: "order.cancelled", CancelReason.HOLD_EXPIRED: "order.expired"}
PAID_FOR = frozenset({OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.ACCEPTED})


def mark_paid(order: Order) -> bool:
    """Take an order as paid and keep its goods for good; say false when the goods are gone. Twice changes nothing."""
    lock_order(order)
    if order.state in PAID_FOR:
        return True
    if order.state is OrderState.CANCELLED or not catalog.make_firm(order.source):
        return False
    _move(order, OrderState.PAID)
    order.paid_at = clock.now()
    db.session.flush()
    _record("order.paid", order, by=None)
    return True


def mark_packed(order: Order) -> None:
    """Say that an order lies in its boxes; raises WrongMove."""
    _move(order, OrderState.PACKED)


def mark_unpacked(order: Order) -> None:
    """Say that an order was taken out of its boxes; it is to be packed again, or cancelled. Raises WrongMove."""
    if order.state is not OrderState.PACKED:
        raise WrongMove(number=order.number, state=order.state, to=OrderState.PAID)
    _move(order, OrderState.PAID)


def mark_shipped(order: Order) -> None:
    """Say that an order has left, and let its goods leave the store; raises WrongMove."""
    _move(order, OrderState.SHIPPED)
    catalog.ship(order.source)


def mark_accepted(order: Order) -> None:
    """Say that the buyer has accepted an order; raises WrongMove."""
    _move(order, OrderState.ACCEPTED)


def cancel(order: Order, reason: CancelReason, *, by: int | None) -> bool:
    """Cancel an order and give its goods back to the store, exactly once; say whether it was now. No money moves here.

    Raises WrongMove for one that is packed (`fulfilment.cancel` unpacks it first) or has left.
    """
    lock_order(order)
    if order.state is OrderState.CANCELLED:
        return False
    before = order.state
    _move(order, OrderState.CANCELLED, reason)
    catalog.free(order.source)
    _record("order.cancelled", order, by=by, before={"state": before.value}, after={"reason": reason.value})
    template = TOLD.get(reason)
    if template is not None:
        notifications.enqueue(
            template, order.user_id, order.user.locale, {"order": order.number}, dedupe=f"order:{order.id}:cancelled"
        )
    return True


def expire_holds() -> int:
    """Cancel the orders whose goods were held long enough without a payment; return how many.

    One order that cannot be cancelled is logged and stops none of the others.
    """
    due = db.session.scalars(
        select(Order.id)
        .where(Order.state == OrderState.PLACED, Order.hold_until <= clock.now())
        .order_by(Order.id)
        .limit(BATCH)
    ).all()
    done = 0
    for order_id in due:
        try:
            with db.session.begin_nested():
                done += _expire(order_id)
        except Exception:  # the others wait for the same goods
            log.exception("order %s could not be cancelled", order_id)
    return done


def _expire(order_id: int) -> bool:
    order = db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)
    if order.state is not OrderState.PLACED:  # paid or cancelled meanwhile
        return False
    return cancel(order, CancelReason.HOLD_EXPIRED, by=None)


def lock_order(order: Order) -> None:
    """Hold an order until the transaction ends, and read it afresh."""
    db.session.flush()
    lock(order)


def check_move(order: Order, to: OrderState) -> None:
    """Refuse a move that the life of an order does not have; raises WrongMove."""
    if to not in MOVES[order.state]:
        raise WrongMove(number=order.number, state=order.state, to=to)


def _move(order: Order, to: OrderState, reason: CancelReason | None = None) -> None:
    check_move(order, to)
    order.state = to
    if to is OrderState.CANCELLED:
        order.cancelled_at, order.cancel_reason = clock.now(), reason
    db.session.flush()


def _record(
    verb: str,
    order: Order,
    *,
    by: int | None,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    trail.record(verb, f"order:{order.id}", by=by, cooperative_id=order.cooperative_id, before=before, after=after)
