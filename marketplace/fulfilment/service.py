"""Packing, shipping, accepting, and taking a packed order out of its boxes again."""

import logging
from collections.abc import Mapping

from sqlalchemy import select

from marketplace import intake, ledger, notifications, ordering, payments, trail
from marketplace.core import clock, ids
from marketplace.extensions import db, lock
from marketplace.fulfilment import postings, rules
from marketplace.fulfilment.errors import StillTime
from marketplace.fulfilment.models import AcceptedBy, LotAllocation, Shipment
from marketplace.fulfilment.queries import find_shipment
from marketplace.identity import BuyerKind
from marketplace.ledger import PLATFORM, Account
from marketplace.ordering import CancelReason, Order, OrderState
from marketplace.payments import Refund
from marketplace.produce import ReturnClass

log = logging.getLogger(__name__)

BATCH = 200


def pack(order: Order, *, by: int) -> Shipment:
    """Put an order into its boxes: take its grams out of the lots, first in, first out, and give the boxes a code.

    Packing a packed order again gives its shipment. Raises `ordering.WrongMove`, `intake.LotsShort`.
    """
    ordering.lock_order(order)
    there = find_shipment(order.id)
    if there is not None and order.state is OrderState.PACKED:
        return there
    ordering.check_move(order, OrderState.PACKED)
    shipment = Shipment(
        order=order, box_code=ids.new_code(), packed_at=clock.now(), packed_by_id=by, carrier="", tracking_number=""
    )
    db.session.add(shipment)
    for line in sorted(order.lines, key=lambda line: (line.season_id, line.grade_id, line.id)):
        for lot, grams in intake.allocate_lots(line.season_id, line.grade_id, line.grams):
            shipment.allocations.append(LotAllocation(order_line=line, lot=lot, allocated_g=grams))
    ordering.mark_packed(order)
    after = {"order": order.id, "lots": len(shipment.allocations)}
    _record("shipment.packed", shipment, order, by=by, after=after)
    return shipment


def ship(order: Order, *, carrier: str, tracking_number: str, by: int) -> Shipment:
    """Send a packed order on its way, and say until when its buyer may look it over (`rules.accept_by`).

    The same parcel sent twice is sent once. Raises `ordering.WrongMove`, FieldError `carrier_missing`,
    `tracking_number_missing`, `too_long`.
    """
    carrier, tracking = rules.clean_carrier(carrier), rules.clean_tracking(tracking_number)
    ordering.lock_order(order)
    shipment = find_shipment(order.id)
    if shipment is not None and (shipment.carrier, shipment.tracking_number) == (carrier, tracking):
        return shipment
    ordering.check_move(order, OrderState.SHIPPED)
    if shipment is None:
        raise ValueError("a packed order has a shipment")
    ordering.mark_shipped(order)
    now = clock.now()
    shipment.carrier, shipment.tracking_number = carrier, tracking
    shipment.shipped_at, shipment.shipped_by_id = now, by
    shipment.accept_by = rules.accept_by(
        now,
        may_return=any(line.season.product.return_class is ReturnClass.SEVEN_DAYS for line in order.lines),
        is_person=order.buyer.kind is BuyerKind.PERSON,
    )
    db.session.flush()
    _record("shipment.shipped", shipment, order, by=by, after={"accept_by": shipment.accept_by.isoformat()})
    notifications.enqueue(
        "order.shipped",
        order.user_id,
        order.user.locale,
        {"order": order.number, "carrier": carrier, "tracking_number": tracking},
        dedupe=f"order:{order.id}:shipped",
    )
    return shipment


def accept(shipment: Shipment, how: AcceptedBy, *, by: int | None = None) -> None:
    """Take goods as accepted, by the buyer's word or by silence, and post what was sold, once.

    Accepting twice changes nothing. Raises `ordering.WrongMove`, and StillTime for a silence that is too short.
    """
    order = shipment.order
    ordering.lock_order(order)
    lock(shipment)
    if shipment.accepted_at is not None:
        return
    ordering.check_move(order, OrderState.ACCEPTED)
    if how is AcceptedBy.SILENCE and (shipment.accept_by is None or shipment.accept_by > clock.now()):
        raise StillTime(number=order.number)
    ordering.mark_accepted(order)
    shipment.accepted_at, shipment.accepted_by = clock.now(), how
    db.session.flush()
    _post_acceptance(shipment, order)
    _record("shipment.accepted", shipment, order, by=by, after={"how": how.value})


def accept_silent() -> int:
    """Accept the goods about which their buyers kept silent for long enough; return how many.

    One that cannot be accepted is logged and stops none of the others.
    """
    due = db.session.scalars(
        select(Shipment.id)
        .where(Shipment.accepted_at.is_(None), Shipment.accept_by <= clock.now())
        .order_by(Shipment.id)
        .limit(BATCH)
    ).all()
    done = 0
    for shipment_id in due:
        try:
            with db.session.begin_nested():
                accept(db.session.get_one(Shipment, shipment_id), AcceptedBy.SILENCE)
            done += 1
        except Exception:  # the others' goods are sold all the same
            log.exception("shipment %s could not be accepted", shipment_id)
    return done


def cancel(order: Order, reason: CancelReason, *, by: int | None) -> list[Refund]:
    """Cancel an order with its goods and its money: a packed one gives its lots back first.

    Returns the refunds, as `payments.cancel_order` does. Raises `ordering.WrongMove` for goods that have left, and to a
    buyer for goods that are packed.
    """
    ordering.lock_order(order)
    if order.state is OrderState.PACKED and reason is not CancelReason.BUYER:
        _unpack(order, by)
    return payments.cancel_order(order, reason, by=by)


def _unpack(order: Order, by: int | None) -> None:
    shipment = find_shipment(order.id)
    if shipment is None:
        raise ValueError("a packed order has a shipment")
    intake.free_lots((row.lot, row.allocated_g) for row in shipment.allocations)
    _record("shipment.unpacked", shipment, order, by=by, after={"order": order.id})
    for row in list(shipment.allocations):
        db.session.delete(row)
    db.session.flush()
    db.session.expire(shipment, ["allocations"])
    db.session.delete(shipment)
    ordering.mark_unpacked(order)


def _post_acceptance(shipment: Shipment, order: Order) -> None:
    book, today = ledger.book_of(order.cooperative_id), clock.today(order.cooperative.zone)
    advances = -ledger.balance(
        book, Account.BUYER_ADVANCES, party=order.party, source=order.source, currency=order.currency
    )
    ledger.post(book, postings.goods_accepted(shipment, order, max(advances, 0), today))
    prepaid = ledger.balance(book, Account.PLATFORM_FEE_PREPAID, source=order.source, currency=order.currency)
    fee = postings.fee_earned(shipment, order, max(prepaid, 0), today)
    if not fee.is_empty:
        ledger.post(book, fee)
        ledger.post(PLATFORM, postings.platform_fee_earned(shipment, order, max(prepaid, 0), today))


def _record(verb: str, shipment: Shipment, order: Order, *, by: int | None, after: Mapping[str, int | str]) -> None:
    db.session.flush()
    trail.record(verb, f"shipment:{shipment.id}", by=by, cooperative_id=order.cooperative_id, after=after)
