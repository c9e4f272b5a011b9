"""A cooperative's orders: pack, ship, cancel; and the list by which goods are picked."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from marketplace import access, fulfilment, payments
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic, db
from marketplace.ordering import MOVES, CancelReason, Order, OrderState
from marketplace.web.cooperative import bp
from marketplace.web.forms import Form, gives_back
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow

CARRIERS = ("顺丰速运", "中国邮政", "京东物流", "中通快递", "圆通速递", "德邦快递")
HANDS = ("clerk", "manager")  # who packs and ships; the others look
CANCELLABLE = frozenset({OrderState.PLACED, OrderState.PAID, OrderState.PACKED})


class ShipForm(Form):
    """Who carries the parcel, and its number."""

    carrier = StringField(
        _l("Carrier"),
        validators=[
            InputRequired(_l("Enter who carries the parcel.")),
            Length(max=60, message=_l("At most 60 characters.")),
        ],
        render_kw={"list": "carriers"},
    )
    tracking_number = StringField(
        _l("Tracking number"),
        validators=[
            InputRequired(_l("Enter the parcel's tracking number.")),
            Length(max=40, message=_l("At most 40 characters.")),
        ],
    )


@bp.get("/orders")
@allow(*STAFF)
def orders() -> ResponseReturnValue:
    """List orders, newest first, all or those in one state."""
    wanted = request.args.get("state", "")
    if wanted and wanted not in {state.value for state in OrderState}:
        abort(404)
    query = (
        access.select_visible(current_user, Order)
        .options(joinedload(Order.buyer), selectinload(Order.lines))
        .order_by(Order.placed_on.desc(), Order.id.desc())
    )
    if wanted:
        query = query.where(Order.state == OrderState(wanted))
    counted = db.session.execute(
        select(Order.state, func.count(Order.id)).where(access.visible(current_user, Order)).group_by(Order.state)
    )
    counts = dict.fromkeys(OrderState, 0) | {row[0]: row[1] for row in counted}
    return render_template("cooperative/orders/list.html", page=page_of(query), counts=counts, wanted=wanted)


@bp.get("/orders/picks")
@allow(*STAFF)
def picks() -> ResponseReturnValue:
    """Show, lot by lot, what the paid orders are packed from; it prints on A4."""
    lots = fulfilment.pick_list(current_user.cooperative_id)
    return render_template("cooperative/orders/picks.html", lots=lots, now=clock.now())


@bp.get("/orders/<number>")
@allow(*STAFF)
def order(number: str) -> ResponseReturnValue:
    """Show one order and what is to be done with it."""
    return _page(access.get(current_user, Order, number=number), ShipForm())


def _page(row: Order, form: Form) -> ResponseReturnValue:
    acts = str(current_user.role) in HANDS
    answer = render_template(
        "cooperative/orders/order.html",
        order=row,
        shipment=fulfilment.find_shipment(row.id),
        traced=fulfilment.trace(row.id),
        refunds=payments.list_refunds(row.id),
        can_pack=acts and OrderState.PACKED in MOVES[row.state],
        can_ship=acts and OrderState.SHIPPED in MOVES[row.state],
        can_cancel=acts and row.state in CANCELLABLE,
        form=form if isinstance(form, ShipForm) else ShipForm(formdata=None),
        refused=form,
        bare=Form(formdata=None),
        carriers=CARRIERS,
    )
    return answer, 422 if form.is_submitted() else 200


@bp.post("/orders/<number>/pack")
@allow(*HANDS)
@gives_back
def pack_order(number: str) -> ResponseReturnValue:
    """Put an order into its boxes."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Order, lock=True, number=number)
                fulfilment.pack(row, by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Packed. The lots are written down; now hand it to the carrier."), "success")
            return redirect(url_for("cooperative.order", number=number), 303)
    return _page(access.get(current_user, Order, number=number), form)


@bp.post("/orders/<number>/ship")
@allow(*HANDS)
@gives_back
def ship_order(number: str) -> ResponseReturnValue:
    """Send a packed order on its way."""
    form = ShipForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Order, lock=True, number=number)
                fulfilment.ship(
                    row, carrier=form.carrier.data, tracking_number=form.tracking_number.data, by=current_user.by
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Shipped. The buyer sees the tracking number."), "success")
            return redirect(url_for("cooperative.order", number=number), 303)
    return _page(access.get(current_user, Order, number=number), form)


@bp.post("/orders/<number>/cancel")
@allow(*HANDS)
@gives_back
def cancel_order(number: str) -> ResponseReturnValue:
    """Cancel an order that has not left; what was paid goes back."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Order, lock=True, number=number)
                fulfilment.cancel(row, CancelReason.COOPERATIVE, by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Cancelled. The goods are back in store, and what was paid goes back."), "success")
            return redirect(url_for("cooperative.order", number=number), 303)
    return _page(access.get(current_user, Order, number=number), form)
