"""Boxes and the runs that shared their money out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.cooperatives import Cooperative
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.fulfilment import Shipment
from marketplace.ordering import Order, OrderLine
from marketplace.reporting.money import MoneyStrip, strip_of_order

LOOK_AT = 5  # so many boxes at most are looked at; the first is right but for orders of several pools


def find_settled_box() -> tuple[Shipment, MoneyStrip] | None:
    """Find a box whose money has come all the way, with its strip: of the smallest boxes the newest."""
    boxes = db.session.scalars(
        select(Shipment)
        .join(Shipment.order)
        .join(Order.cooperative)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Run, (Run.season_id == OrderLine.season_id) & (Run.state == RunState.CHECKED))
        .where(Cooperative.suspended_at.is_(None), Shipment.accepted_at <= Run.published_at)
        .order_by(OrderLine.quantity, Shipment.accepted_at.desc(), Shipment.id.desc())
        .limit(LOOK_AT)
        .options(joinedload(Shipment.order).joinedload(Order.cooperative))
    )
    for box in boxes:
        strip = strip_of_order(box.order)
        if strip is not None and strip.is_settled:
            return box, strip
    return None


def runs_that_shared(order: Order, accepted_at: datetime) -> Sequence[Run]:
    """List the runs that shared an order's money out: of each of its pools the first checked one after acceptance."""
    runs = db.session.scalars(
        select(Run)
        .where(
            Run.season_id.in_({line.season_id for line in order.lines}),
            Run.state == RunState.CHECKED,
            Run.published_at >= accepted_at,
        )
        .order_by(Run.id.desc())
    )
    return list({run.season_id: run for run in runs}.values())
