"""Runs at the coordinator's desk: recompute, check, send back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace import access, audit, distribution, trail
from marketplace.core.errors import DomainError
from marketplace.distribution import Run, RunState
from marketplace.extensions import atomic
from marketplace.web.coordinator import bp
from marketplace.web.deeds import deeds_of
from marketplace.web.forms import Form, gives_back
from marketplace.web.paging import page_of
from marketplace.web.policy import allow
from marketplace.web.settlements import falls_of, lines_of

SHOWN = (RunState.PUBLISHED, RunState.APPROVED, RunState.CHECKED, RunState.SENT_BACK, RunState.WITHDRAWN)


class CheckForm(Form):
    """Checking a run."""


class SendBackForm(Form):
    """Sending a run back."""

    reason = TextAreaField(
        _l("Why it goes back"),
        description=_l("The clerk and the manager read this. Say which figure and which voucher."),
        validators=[
            InputRequired(_l("Say why, so that it can be mended.")),
            Length(max=500, message=_l("At most 500 characters.")),
        ],
    )


@bp.get("/runs")
@allow("coordinator")
def runs() -> str:
    """List the runs of the cooperatives followed, but for drafts."""
    state = request.args.get("state", "")
    query = distribution.select_runs().where(access.visible(current_user, Run), Run.state.in_(SHOWN))
    if state in {shown.value for shown in SHOWN}:
        query = query.where(Run.state == RunState(state))
    return render_template("coordinator/runs.html", page=page_of(query), state=state, states=SHOWN)


@bp.get("/runs/<int:run_id>")
@allow("coordinator")
def run(run_id: int) -> ResponseReturnValue:
    """Show a run with the coordinator's own computation beside it."""
    return _page(access.get(current_user, Run, id=run_id), SendBackForm())


@bp.post("/runs/<int:run_id>/check")
@allow("coordinator")
def check_run(run_id: int) -> ResponseReturnValue:
    """Check a run: the recomputation must give what was published."""
    form = CheckForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Run, lock=True, id=run_id)
                audit.check(row, by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Checked and posted. The cashier can pay now."), "success")
            return redirect(url_for(".run", run_id=run_id), 303)
    return _page(access.get(current_user, Run, id=run_id), SendBackForm(), form)


@bp.post("/runs/<int:run_id>/send-back")
@allow("coordinator")
@gives_back
def send_run_back(run_id: int) -> ResponseReturnValue:
    """Send a run back with a reason."""
    form = SendBackForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Run, lock=True, id=run_id)
                audit.send_back(row, form.reason.data, by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Sent back. A new run replaces it."), "success")
            return redirect(url_for(".run", run_id=run_id), 303)
    return _page(access.get(current_user, Run, id=run_id), form)


def _page(row: Run, form: SendBackForm, check: CheckForm | None = None) -> ResponseReturnValue:
    if row.state not in SHOWN or row.snapshot_hash is None:
        return render_template("coordinator/run_bare.html", run=row, deeds=deeds_of(trail.list_of(f"run:{row.id}")))
    found = audit.recompute(row)
    shown = None
    if audit.Difference.SNAPSHOT not in found.differences:
        shown = distribution.preview(row)
    page = render_template(
        "coordinator/run.html",
        run=row,
        found=found,
        preview=shown,
        falls=falls_of(shown.settlement, row.currency, shown.inputs.paid_bp) if shown else None,
        lines=lines_of(shown) if shown else [],
        form=form,
        check=check or CheckForm(formdata=None),
        deeds=deeds_of(trail.list_of(f"run:{row.id}")),
    )
    refused = form.is_submitted() and (form.errors or (check and check.form_errors))
    return page, 422 if refused else 200
