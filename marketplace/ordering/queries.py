"""Named reads of orders."""

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.ordering.address import Address
from marketplace.ordering.models import Order


def order_for_number(number: str) -> Order | None:
    """Find an order by the number that people see."""
    return db.session.scalars(select(Order).where(Order.number == number)).one_or_none()


def find_last_address(buyer_id: int) -> Address | None:
    """Find where a buyer's last order went, for the next one; its note was for that one only."""
    order = db.session.scalars(
        select(Order).where(Order.buyer_id == buyer_id).order_by(Order.placed_on.desc(), Order.id.desc()).limit(1)
    ).first()
    if order is None:
        return None
    return Address(
        recipient=order.recipient,
        phone=order.phone,
        province=order.province,
        city=order.city,
        district=order.district,
        street=order.street,
        postcode=order.postcode or "",
    )
