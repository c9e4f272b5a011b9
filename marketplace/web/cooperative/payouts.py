"""Paying out: what runs still owe, batches for the bank, and what the bank answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import InputRequired

from marketplace import access, payouts, trail
from marketplace.core import clock
from marketplace.core.errors import DomainError, FieldError, NotFound
from marketplace.distribution import Run
from marketplace.extensions import atomic
from marketplace.payouts import BatchState, Owed, Payout, PayoutBatch
from marketplace.web.cooperative import bp
from marketplace.web.forms import DayField, Form, gives_back
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow

MOST_NAMED = 20  # households that cannot be paid, named on the list of a run


class SettleForm(Form):
    """On which day the bank paid."""

    on = DayField(_l("Arrived on"), [InputRequired(_l("Enter the day on which it arrived."))])


class ReturnForm(Form):
    """When and why the bank sent a payout back."""

    returned_on = DayField(_l("Came back on"), [InputRequired(_l("Enter the day on which it came back."))])
    reason = StringField(
        _l("What does the bank say?"),
        [InputRequired(_l("Say why, in a few words."))],
        description=_l("Such as: name and account do not match."),
    )


@dataclass(frozen=True)
class Owing:
    """A checked run that still owes something."""

    run: Run
    payable: Sequence[Owed]
    stuck: Sequence[Owed]
    had_part: bool  # the reader prepared, approved or checked it

    @property
    def payable_minor(self) -> int:
        """All that a batch would hold."""
        return sum(owed.allocation.amount_minor for owed in self.payable)

    @property
    def stuck_minor(self) -> int:
        """All that no bank can be told to pay now."""
        return sum(owed.allocation.amount_minor for owed in self.stuck)


@bp.get("/payouts", endpoint="payouts")
@allow(*STAFF)
def payouts_page() -> ResponseReturnValue:
    """List what checked runs still owe, and the batches, newest first."""
    return _list(Form())


@bp.post("/runs/<int:run_id>/batch")
@allow("cashier")
@gives_back
def batch_new(run_id: int) -> ResponseReturnValue:
    """Put all that a checked run owes and that can be paid into a batch."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                run = access.get(current_user, Run, id=run_id)
                batch_id = payouts.make_batch(run, token=form.once.data, by=current_user.by).id
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for(".batch", batch_id=batch_id), 303)
    return _list(form), 422


@bp.get("/payouts/<int:batch_id>")
@allow(*STAFF)
def batch(batch_id: int) -> ResponseReturnValue:
    """Show a batch with its lines."""
    return _show(batch_id)


@bp.post("/payouts/<int:batch_id>/send")
@allow("cashier")
@gives_back
def send_batch(batch_id: int) -> ResponseReturnValue:
    """Make the bank's file, once, and post every line as on its way."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                payouts.send(access.get(current_user, PayoutBatch, lock=True, id=batch_id), by=current_user.by)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Sent. Download the file and hand it to the bank; it is not made again."), "success")
            return redirect(url_for(".batch", batch_id=batch_id), 303)
    return _show(batch_id, send=form), 422


@bp.post("/payouts/<int:batch_id>/discard")
@allow("cashier")
@gives_back
def discard_batch(batch_id: int) -> ResponseReturnValue:
    """Throw a batch away that was not sent; what is in it stays owed."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                payouts.discard(access.get(current_user, PayoutBatch, lock=True, id=batch_id), by=current_user.by)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Discarded. Everything in it is still owed."), "success")
            return redirect(url_for(".payouts"), 303)
    return _show(batch_id, send=form), 422


@bp.get("/payouts/<int:batch_id>/file")
@allow("cashier")
def bank_file(batch_id: int) -> Response:
    """Hand out the file as it was sent to the bank; the trail keeps who took it."""
    row = access.get(current_user, PayoutBatch, id=batch_id)
    text, number, by = payouts.bank_file(row), row.number, current_user.by
    if text is None:
        abort(404)
    with atomic():
        trail.record("batch.downloaded", f"batch:{batch_id}", by=by, cooperative_id=current_user.cooperative_id)
    answer = Response(text, mimetype="text/csv")
    name = quote(f"付款-{number}.csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=payout-{number}.csv; filename*=UTF-8''{name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/payouts/<int:batch_id>/settle")
@allow("cashier")
@gives_back
def settle_batch(batch_id: int) -> ResponseReturnValue:
    """Note that all of a batch that is on its way arrived on one day."""
    form = SettleForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, PayoutBatch, lock=True, id=batch_id)
                count = payouts.settle_all(row, form.on.data, by=current_user.by)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            words = ngettext("One payment has arrived.", "%(num)s payments have arrived.", count)
            flash(words if count else _("Nothing was on its way any more."), "success")
            return redirect(url_for(".batch", batch_id=batch_id), 303)
    return _show(batch_id, settle=form), 422


@bp.get("/payouts/lines/<int:payout_id>")
@allow(*STAFF)
def payout(payout_id: int) -> ResponseReturnValue:
    """Show one payment of a batch."""
    return _line(payout_id)


@bp.post("/payouts/lines/<int:payout_id>/settle")
@allow("cashier")
@gives_back
def settle_payout(payout_id: int) -> ResponseReturnValue:
    """Note that one payment arrived."""
    form = SettleForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Payout, lock=True, id=payout_id)
                payouts.settle(row, form.on.data, by=current_user.by)
                batch_id = row.batch_id
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Noted: it has arrived."), "success")
            return redirect(url_for(".batch", batch_id=batch_id), 303)
    return _line(payout_id, settle=form), 422


@bp.post("/payouts/lines/<int:payout_id>/return")
@allow("cashier")
@gives_back
def return_payout(payout_id: int) -> ResponseReturnValue:
    """Note that the bank sent one payment back; it is owed again."""
    form = ReturnForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Payout, lock=True, id=payout_id)
                payouts.mark_returned(row, form.returned_on.data, form.reason.data, by=current_user.by)
                batch_id = row.batch_id
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, "returned_on" if isinstance(error, FieldError) and error.field == "on" else "")
        else:
            flash(_("Noted: it came back and is owed again, until the account is checked."), "success")
            return redirect(url_for(".batch", batch_id=batch_id), 303)
    return _line(payout_id, back=form), 422


def _list(form: Form) -> str:
    page = page_of(payouts.select_batches(current_user.cooperative_id))
    return render_template("cooperative/payouts/list.html", form=form, page=page, owing=_owing(), most_named=MOST_NAMED)


def _owing() -> list[Owing]:
    by_run: dict[int, list[Owed]] = {}
    for owed in payouts.list_owed_in(current_user.cooperative_id):
        by_run.setdefault(owed.allocation.run_id, []).append(owed)
    found = []
    for lines in by_run.values():
        run = lines[0].allocation.run
        people = (run.prepared_by_id, run.published_by_id, run.approved_by_id, run.checked_by_id)
        payable = [owed for owed in lines if owed.hindrance is None]
        stuck = [owed for owed in lines if owed.hindrance is not None]
        found.append(Owing(run, payable, stuck, current_user.by in people))
    return found


def _show(batch_id: int, **forms: Form) -> str:
    row = access.get(current_user, PayoutBatch, id=batch_id)
    return render_template(
        "cooperative/payouts/batch.html",
        batch=row,
        page=page_of(payouts.select_payouts(batch=row)),
        totals=payouts.count_by_state(row),
        send=forms.get("send") or Form(formdata=None),
        settle=forms.get("settle") or SettleForm(formdata=None, on=clock.today(current_user.zone)),
        works=current_user.role == "cashier",
        is_draft=row.state is BatchState.DRAFT,
        is_sent=row.state is BatchState.SENT,
    )


def _line(payout_id: int, **forms: Any) -> str:
    row = access.get(current_user, Payout, id=payout_id)
    today = clock.today(current_user.zone)
    return render_template(
        "cooperative/payouts/line.html",
        payout=row,
        settle=forms.get("settle") or SettleForm(formdata=None, on=today),
        back=forms.get("back") or ReturnForm(formdata=None, returned_on=today),
        works=current_user.role == "cashier",
    )
