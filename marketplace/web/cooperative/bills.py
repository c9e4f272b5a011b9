"""Bills of a cooperative: entered by one person, approved by another, paid by the cashier."""

from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from marketplace import access, costs, reporting
from marketplace.core import clock
from marketplace.core.errors import DomainError, FieldError
from marketplace.core.money import exponent, parse_minor, ratio
from marketplace.costs import Bill, BillFacts, BillState, CostKind
from marketplace.extensions import atomic, db
from marketplace.identity import User
from marketplace.produce import Season
from marketplace.web.cooperative import bp
from marketplace.web.forms import DayField, Filter, Form, gives_back
from marketplace.web.locale import is_chinese, number, of
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow
from marketplace.web.words import WORDS, word

KINDS = [SelectChoice(kind.value, WORDS[kind]) for kind in CostKind]


class BillForm(Form):
    """What a bill says."""

    supplier_name = StringField(
        _l("Supplier"), [InputRequired(_l("Say who sent the bill."))], render_kw={"list": "suppliers"}
    )
    kind = RadioField(_l("What for?"), choices=KINDS, validate_choice=False)
    voucher_number = StringField(_l("Voucher number"), [InputRequired(_l("Enter the number on the voucher."))])
    billed_on = DayField(_l("Day of the bill"), [InputRequired(_l("Enter the day on the bill."))])
    amount = StringField(
        _l("Amount in yuan"),
        [InputRequired(_l("Enter what the bill comes to."))],
        description=_l("Such as 1234.50"),
        render_kw={"inputmode": "decimal"},
    )
    season = SelectField(
        _l("Which pool bears it?"),
        [InputRequired(_l("Choose the pool that bears it."))],
        choices=[],
        validate_choice=False,
        description=_l("Its households' share gets smaller by this amount."),
    )
    note = StringField(_l("Note"))

    def read(self, currency: str) -> BillFacts | None:
        """Return what was typed; None when something cannot be read, with a message beside it."""
        kind = next((kind for kind in CostKind if kind.value == self.kind.data), None)
        if kind is None:
            self.kind.errors = [*self.kind.errors, _("Choose what the bill is for.")]
        if self.season.data not in {choice.value for choice in self.season.choices}:
            self.season.errors = [*self.season.errors, _("Choose the pool that bears it.")]
        minor = None
        try:
            minor = parse_minor(self.amount.data, currency)
        except FieldError as error:
            self.refuse(error, "amount")
        if kind is None or minor is None or self.season.errors:
            return None
        return BillFacts(
            supplier_name=self.supplier_name.data,
            kind=kind,
            voucher_number=self.voucher_number.data,
            billed_on=self.billed_on.data,
            amount_minor=minor,
            note=self.note.data or "",
        )


class RefuseForm(Form):
    """Why a bill is refused."""

    reason = StringField(_l("Why is it refused?"), [InputRequired(_l("Say why, in a few words."))])


class PayForm(Form):
    """When the bank paid."""

    on = DayField(_l("Paid from the bank on"), [InputRequired(_l("Enter the day on which the bank paid."))])


class BillFilter(Filter):
    """Filters of the list of bills."""

    state = SelectField(_l("State"), choices=[], validate_choice=False)
    pool = SelectField(_l("Pool"), choices=[], validate_choice=False)


@bp.get("/bills")
@allow(*STAFF)
def bills() -> ResponseReturnValue:
    """List the bills, newest first, by state and pool."""
    filters = BillFilter(request.args)
    filters.state.choices = [SelectChoice("", _("All states"))]
    filters.state.choices += [SelectChoice(state.value, word(state)) for state in BillState]
    pools = pool_choices()
    filters.pool.choices = [SelectChoice("", _("All pools")), *pools]
    state = next((state for state in BillState if state.value == filters.state.data), None)
    pool = next((choice.value for choice in pools if choice.value == filters.pool.data), None)
    page = page_of(costs.select_bills(current_user.cooperative_id, state=state, season_id=int(pool) if pool else None))
    return render_template(
        "cooperative/bills/list.html",
        filters=filters,
        page=page,
        accepted=reporting.accepted_by_season({bill.season_id for bill in page.items}),
    )


@bp.route("/bills/new", methods=["GET", "POST"])
@allow("clerk", "manager")
@gives_back
def bill_new() -> ResponseReturnValue:
    """Enter a bill; another person approves it."""
    form = BillForm()
    form.season.choices = pool_choices()
    if not form.is_submitted():
        form.billed_on.data = clock.today(current_user.zone)
    facts = form.read(current_user.currency) if form.validate_on_submit() else None
    if facts is not None:
        try:
            with atomic():
                season = access.get(current_user, Season, id=int(form.season.data))
                bill_id = costs.enter_bill(season, token=form.once.data, by=current_user.by, **facts).id
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The bill is entered. Someone else approves it."), "success")
            return redirect(url_for(".bill", bill_id=bill_id), 303)
    suppliers = costs.list_suppliers(current_user.cooperative_id)
    return render_template("cooperative/bills/new.html", form=form, suppliers=suppliers), (
        422 if form.is_submitted() else 200
    )


@bp.get("/bills/<int:bill_id>")
@allow(*STAFF)
def bill(bill_id: int) -> ResponseReturnValue:
    """Show a bill, and what its reader may do with it."""
    return _show(bill_id)


@bp.post("/bills/<int:bill_id>/approve")
@allow("manager")
@gives_back
def approve_bill(bill_id: int) -> ResponseReturnValue:
    """Approve a bill, never one's own; it is posted at once."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                costs.approve_bill(access.get(current_user, Bill, lock=True, id=bill_id), by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Approved and posted. The cashier pays it."), "success")
            return redirect(url_for(".bill", bill_id=bill_id), 303)
    return _show(bill_id, approve=form), 422


@bp.post("/bills/<int:bill_id>/refuse")
@allow("manager")
@gives_back
def refuse_bill(bill_id: int) -> ResponseReturnValue:
    """Refuse a bill with a reason, never one's own; nothing is posted."""
    form = RefuseForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Bill, lock=True, id=bill_id)
                costs.refuse_bill(row, form.reason.data, by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Refused. Nothing was posted."), "success")
            return redirect(url_for(".bill", bill_id=bill_id), 303)
    return _show(bill_id, refuse=form), 422


@bp.post("/bills/<int:bill_id>/pay")
@allow("cashier")
@gives_back
def pay_bill(bill_id: int) -> ResponseReturnValue:
    """Note that an approved bill was paid from the bank."""
    form = PayForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Bill, lock=True, id=bill_id)
                costs.pay_bill(row, form.on.data, by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Noted as paid."), "success")
            return redirect(url_for(".bill", bill_id=bill_id), 303)
    return _show(bill_id, pay=form), 422


def pool_choices() -> list[SelectChoice]:
    """List the cooperative's pools for a select, newest first."""
    seasons = db.session.scalars(
        access.select_visible(current_user, Season)
        .options(joinedload(Season.product))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    )
    return [SelectChoice(str(season.id), pool_name(season)) for season in seasons]


def pool_name(season: Season) -> str:
    """Name a pool in the reader's language: variety, product, season."""
    product = season.product
    between, after = ("", "，") if is_chinese() else (" ", ", ")
    return f"{of(product, 'variety')}{between}{of(product, 'name')}{after}{season.name}"


def rate(minor: int, weight: int, currency: str) -> str:
    """Return an amount per kilogram with two more decimals than the currency has; `weight` in thousandths of a gram.

    For information only: proceeds are allocated, never multiplied by a rate.
    """
    digits = exponent(currency) + 2
    figure = number(Decimal(ratio(minor * 100_000_000, weight)).scaleb(-digits), digits)
    return f"¥{figure}" if currency == "CNY" else f"{currency} {figure}"


bp.add_app_template_filter(rate, "rate")
bp.add_app_template_filter(pool_name, "pool_name")


def _show(bill_id: int, **forms: Form) -> str:
    row = access.get(current_user, Bill, id=bill_id)
    payer = db.session.scalar(select(User.name).where(User.id == row.paid_by_id)) if row.paid_by_id else None
    return render_template(
        "cooperative/bills/bill.html",
        bill=row,
        payer=payer,
        accepted_g=reporting.accepted_by_season([row.season_id]).get(row.season_id, 0),
        approve=forms.get("approve") or Form(formdata=None),
        refuse=forms.get("refuse") or RefuseForm(formdata=None),
        pay=forms.get("pay") or PayForm(formdata=None, on=clock.today(current_user.zone)),
        is_own=current_user.by == row.entered_by_id,
    )
