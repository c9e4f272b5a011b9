"""Writing down and telling what becomes of a refund."""

from sqlalchemy import select

from marketplace import notifications, trail
from marketplace.cooperatives import Staff, StaffRole
from marketplace.extensions import db
from marketplace.ordering import Order
from marketplace.payments.models import Refund


def note(refund: Refund, verb: str, by: int | None = None) -> None:
    """Record a step of a refund on the trail."""
    trail.record(
        verb,
        f"refund:{refund.id}",
        by=by,
        cooperative_id=refund.payment.cooperative_id,
        after={
            "payment": refund.payment_id,
            "amount_minor": refund.amount_minor,
            "currency": refund.currency,
            "reason": refund.reason.value,
            "attempt": refund.attempt,
        },
    )


def tell_buyer(template: str, refund: Refund, order: Order) -> None:
    """Write to the buyer, once for each attempt."""
    notifications.enqueue(
        template,
        order.user_id,
        order.user.locale,
        _parameters(refund, order),
        dedupe=f"refund:{refund.id}:{refund.attempt}:{template}",
    )


def tell_staff(refund: Refund, order: Order) -> None:
    """Tell those who can pay by transfer that the processor could not."""
    tellers = db.session.scalars(
        select(Staff)
        .where(Staff.cooperative_id == order.cooperative_id, Staff.ended_on.is_(None))
        .where(Staff.role.in_((StaffRole.MANAGER, StaffRole.CASHIER)))
        .order_by(Staff.id)
    )
    for staff in tellers:
        notifications.enqueue(
            "refund.failed",
            staff.user_id,
            staff.user.locale,
            _parameters(refund, order),
            dedupe=f"refund:{refund.id}:{refund.attempt}:failed:{staff.user_id}",
        )


def _parameters(refund: Refund, order: Order) -> dict[str, str | int]:
    return {
        "order": order.number,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "reason": refund.reason.value,
    }
