"""What waits for a buyer: orders to pay before their goods go back, boxes to look at before silence accepts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from marketplace.core import clock
from marketplace.extensions import db
from marketplace.fulfilment import Shipment
from marketplace.ordering import Order, OrderState

SHOWN = 5


@dataclass(frozen=True)
class Purchase:
    """An order that waits for its buyer, until an instant."""

    order: Order
    until: datetime


def list_waiting(buyer_id: int) -> Sequence[Purchase]:
    """List a buyer's orders to pay and boxes to accept, the nearest deadline first, at most five."""
    rows = db.session.execute(
        select(Order, Shipment.accept_by)
        .outerjoin(Shipment, Shipment.order_id == Order.id)
        .options(joinedload(Order.cooperative))
        .where(
            Order.buyer_id == buyer_id,
            or_(
                and_(Order.state == OrderState.PLACED, Order.hold_until > clock.now()),
                and_(Order.state == OrderState.SHIPPED, Shipment.accept_by.is_not(None)),
            ),
        )
    )
    found = [
        Purchase(order, accept_by or order.hold_until)  # a placed order has no shipment yet
        for order, accept_by in rows
    ]
    return sorted(found, key=lambda purchase: purchase.until)[:SHOWN]
