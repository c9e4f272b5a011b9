"""A buyer's orders: where each stands, what it comes to, and the buyer's word that it has arrived."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from marketplace import access, fulfilment, ordering, payments
from marketplace.core import clock
from marketplace.extensions import atomic
from marketplace.fulfilment import AcceptedBy, Shipment
from marketplace.ordering import CancelReason, Order, OrderState
from marketplace.web.buyer import bp
from marketplace.web.forms import Form, gives_back
from marketplace.web.paging import page_of
from marketplace.web.policy import allow

CANCELLABLE = frozenset({OrderState.PLACED, OrderState.PAID})


@bp.get("/orders")
@allow("buyer")
def orders() -> ResponseReturnValue:
    """List the buyer's orders, newest first."""
    query = (
        access.select_visible(current_user, Order)
        .options(joinedload(Order.cooperative), selectinload(Order.lines))
        .order_by(Order.placed_on.desc(), Order.id.desc())
    )
    return render_template("buyer/orders.html", page=page_of(query))


@bp.get("/orders/<number>")
@allow("buyer")
def order(number: str) -> ResponseReturnValue:
    """Show one order."""
    return _page(access.get(current_user, Order, number=number), Form())


def _page(row: Order, form: Form) -> ResponseReturnValue:
    answer = render_template(
        "buyer/order.html",
        order=row,
        shipment=fulfilment.find_shipment(row.id),
        refunds=payments.list_refunds(row.id),
        can_pay=row.state is OrderState.PLACED and row.hold_until > clock.now(),
        can_cancel=row.state in CANCELLABLE,
        form=form,
    )
    return answer, 422 if form.is_submitted() else 200


@bp.post("/orders/<number>/cancel")
@allow("buyer")
@gives_back
def cancel_order(number: str) -> ResponseReturnValue:
    """Cancel an order that is not packed yet; what was paid goes back."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Order, lock=True, number=number)
                refunds = fulfilment.cancel(row, CancelReason.BUYER, by=current_user.by)
        except ordering.WrongMove as error:
            form.refuse(error)
        else:
            words = _("Cancelled. What you paid goes back the way it came.") if refunds else _("Cancelled.")
            flash(words, "success")
            return redirect(url_for("buyer.order", number=number), 303)
    return _page(access.get(current_user, Order, number=number), form)


@bp.post("/orders/<number>/accept")
@allow("buyer")
@gives_back
def accept_order(number: str) -> ResponseReturnValue:
    """Take the buyer's word that the goods have arrived and are good."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Order, lock=True, number=number)
                if row.state is not OrderState.ACCEPTED:
                    ordering.check_move(row, OrderState.ACCEPTED)
                shipment = access.get(current_user, Shipment, order_id=row.id)
                fulfilment.accept(shipment, AcceptedBy.WORD, by=current_user.by)
        except ordering.WrongMove as error:
            form.refuse(error)
        else:
            flash(_("Accepted. The money now goes to the households' pool."), "success")
            return redirect(url_for("buyer.order", number=number), 303)
    return _page(access.get(current_user, Order, number=number), form)
