"""What the timetable does to orders: holds end, silence is acceptance."""

from datetime import timedelta

from sqlalchemy import select

from marketplace import jobs, ledger
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.fulfilment import AcceptedBy, Shipment
from marketplace.jobs import TIMETABLE
from marketplace.ordering import HOLD, CancelReason, Order, OrderState
from tests.factories.fulfilment import make_shipped, post_payment
from tests.factories.ordering import make_order, make_paid_order


def test_the_sweeps_of_the_timetable_end_holds_and_accept_what_nobody_spoke_against(real_app):
    with real_app.app_context():
        shipped = make_paid_order()
        post_payment(shipped)
        accept_by = make_shipped(shipped).accept_by
        unpaid = make_order()
        shipped_id, unpaid_id = shipped.id, unpaid.id
    with real_app.app_context(), clock.travel(clock.now() + HOLD + TIMETABLE["ordering.expire_holds"]):
        jobs.sweep()
        order = db.session.get_one(Order, unpaid_id)
        assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.HOLD_EXPIRED)
        assert db.session.get_one(Order, shipped_id).state is OrderState.SHIPPED
    with real_app.app_context(), clock.travel(accept_by + TIMETABLE["fulfilment.accept_silent"] + timedelta(seconds=1)):
        jobs.sweep()
        shipment = db.session.scalars(select(Shipment)).one()
        assert (shipment.order.state, shipment.accepted_by) == (OrderState.ACCEPTED, AcceptedBy.SILENCE)
        assert ledger.verify().is_clean
