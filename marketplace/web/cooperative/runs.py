"""Sharing out: pools and their plans, runs from the draft to the approval."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import StringField
from wtforms.validators import InputRequired

from marketplace import access, distribution, reporting
from marketplace.core import clock
from marketplace.core.errors import DomainError, FieldError
from marketplace.distribution import Plan, Run, RunState
from marketplace.extensions import atomic, db
from marketplace.produce import Season
from marketplace.reporting import PaidOut
from marketplace.web.cooperative import bp
from marketplace.web.cooperative.run_sheet import Sheet, life_of, names_of, permille_of_income, sheet_of
from marketplace.web.forms import DayField, Form, gives_back
from marketplace.web.locale import moment
from marketplace.web.messages import words_for
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow
from marketplace.web.printed import printed_url, qr

_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?", re.ASCII)
OPEN = (RunState.DRAFT, RunState.PUBLISHED, RunState.APPROVED)
FIXED = (RunState.PUBLISHED, RunState.APPROVED, RunState.CHECKED, RunState.SENT_BACK)  # figures are stored


class PlanForm(Form):
    """Which part of a pool is paid to its households."""

    paid = StringField(
        _l("Part that is paid to the households, in percent"),
        [InputRequired(_l("Say which part is paid."))],
        description=_l("Of what is left after costs, such as 80 or 72.5."),
        render_kw={"inputmode": "decimal"},
    )
    kept_for = StringField(
        _l("What is the rest kept for?"),
        description=_l("It stands on the notice. With 100 nothing is kept and none is left for the annual surplus."),
    )
    decided_on = DayField(_l("Decided on"), [InputRequired(_l("Enter the day of the decision."))])

    def read_bp(self) -> int | None:
        """Return the typed percentage in basis points; None when it cannot be read, with a message beside it."""
        typed = (self.paid.data or "").strip().rstrip("%％").strip()
        found = _PERCENT.fullmatch(typed)
        if found is None:
            self.refuse(FieldError("not_a_share", "paid"))
            return None
        return int(Decimal(typed).scaleb(2))


class PublishForm(Form):
    """How long the notice hangs."""

    days = StringField(
        _l("Days on the notice board"),
        [InputRequired(_l("Say for how many days."))],
        default=str(distribution.NOTICE_DAYS),
        render_kw={"inputmode": "numeric"},
    )

    def read_days(self) -> int:
        """Return the typed days; what is no number is refused like a number out of range."""
        typed = (self.days.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0  # noqa: PLR2004


class WithdrawForm(Form):
    """Why a run is withdrawn."""

    reason = StringField(_l("Why is it withdrawn?"), [InputRequired(_l("Say why, in a few words."))])


@bp.get("/runs")
@allow(*STAFF)
def runs() -> ResponseReturnValue:
    """List the pools: what is in them, their plans, their runs."""
    return _pools(Form())


@bp.route("/pools/<int:season_id>/plan", methods=["GET", "POST"])
@allow("manager")
@gives_back
def plan(season_id: int) -> ResponseReturnValue:
    """Set the next version of a pool's plan."""
    season = access.get(current_user, Season, id=season_id)
    form = PlanForm()
    if not form.is_submitted():
        form.decided_on.data = clock.today(current_user.zone)
    paid_bp = form.read_bp() if form.validate_on_submit() else None
    if paid_bp is not None:
        try:
            with atomic():
                distribution.set_plan(
                    access.get(current_user, Season, id=season_id),
                    paid_bp=paid_bp,
                    kept_for=form.kept_for.data or "",
                    decided_on=form.decided_on.data,
                    by=current_user.by,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The plan is set. Runs that are drafted from now on follow it."), "success")
            return redirect(url_for(".runs"), 303)
    versions = db.session.scalars(
        access.select_visible(current_user, Plan).where(Plan.season_id == season_id).order_by(Plan.version.desc())
    ).all()
    return render_template("cooperative/runs/plan.html", form=form, season=season, versions=versions), (
        422 if form.is_submitted() else 200
    )


@bp.post("/pools/<int:season_id>/runs")
@allow("clerk", "manager")
@gives_back
def run_new(season_id: int) -> ResponseReturnValue:
    """Draft a run of a pool under its newest plan."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                season = access.get(current_user, Season, id=season_id)
                run_id = distribution.draft_run(season, token=form.once.data, by=current_user.by).id
        except DomainError as error:
            if error.code == "not_found":
                raise
            form.refuse(error)
        else:
            return redirect(url_for(".run", run_id=run_id), 303)
    return _pools(form), 422


@bp.get("/runs/<int:run_id>")
@allow(*STAFF)
def run(run_id: int) -> ResponseReturnValue:
    """Show a run: a draft as it would be published now, or what was published."""
    return _show(run_id)


@bp.post("/runs/<int:run_id>/publish")
@allow("clerk", "manager")
@gives_back
def publish_run(run_id: int) -> ResponseReturnValue:
    """Hang out the notice; from now on the figures never change."""
    form = PublishForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Run, lock=True, id=run_id)
                distribution.publish(row, days=form.read_days(), by=current_user.by)
                until = moment(row.notice_until, current_user.zone) if row.notice_until else ""
        except DomainError as error:
            if error.code == "not_found":
                raise
            form.refuse(error)
        else:
            flash(_("It hangs on the board until %(until)s. Print the notice now.", until=until), "success")
            return redirect(url_for(".run", run_id=run_id), 303)
    return _show(run_id, publish=form), 422


@bp.post("/runs/<int:run_id>/approve")
@allow("manager")
@gives_back
def approve_run(run_id: int) -> ResponseReturnValue:
    """Approve a run after its notice period, never one's own."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                distribution.approve(access.get(current_user, Run, lock=True, id=run_id), by=current_user.by)
        except DomainError as error:
            if error.code == "not_found":
                raise
            form.refuse(error)
        else:
            flash(_("Approved. The coordinator checks it next; nothing is posted before."), "success")
            return redirect(url_for(".run", run_id=run_id), 303)
    return _show(run_id, approve=form), 422


@bp.post("/runs/<int:run_id>/withdraw")
@allow("clerk", "manager")
@gives_back
def withdraw_run(run_id: int) -> ResponseReturnValue:
    """Take a run back before it is approved, with a reason."""
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Run, lock=True, id=run_id)
                distribution.withdraw(row, form.reason.data, by=current_user.by)
        except DomainError as error:
            if error.code == "not_found":
                raise
            form.refuse(error)
        else:
            flash(_("Withdrawn. Its notice is closed; a new run can be drafted."), "success")
            return redirect(url_for(".run", run_id=run_id), 303)
    return _show(run_id, withdraw=form), 422


def _pools(form: Form) -> str:
    page = page_of(
        access.select_visible(current_user, Season)
        .options(joinedload(Season.product))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    )
    ids = [season.id for season in page.items]
    of_pool: dict[int, list[Run]] = {season_id: [] for season_id in ids}
    for row in db.session.scalars(select(Run).where(Run.season_id.in_(ids)).order_by(Run.id.desc())):
        of_pool[row.season_id].append(row)
    return render_template(
        "cooperative/runs/list.html",
        page=page,
        form=form,
        figures=reporting.pool_figures(current_user.cooperative_id, page.items, current_user.currency),
        plans=_newest_plans(ids),
        runs=of_pool,
        open={row.season_id for rows in of_pool.values() for row in rows if row.state in OPEN},
    )


def _newest_plans(season_ids: Sequence[int]) -> dict[int, Plan]:
    rows = db.session.scalars(select(Plan).where(Plan.season_id.in_(season_ids)).order_by(Plan.version))
    return {row.season_id: row for row in rows}


def _show(run_id: int, **forms: Form) -> str:
    row = access.get(current_user, Run, id=run_id)
    sheet, problem = _read(row)
    paid = reporting.paid_out([row.id]).get(row.id, PaidOut())
    names = names_of(row)
    return render_template(
        "cooperative/runs/run.html",
        run=row,
        sheet=sheet,
        problem=problem,
        permille=permille_of_income(sheet) if sheet else None,
        names=names,
        life=life_of(row, names, paid),
        paid=paid,
        publish=forms.get("publish") or PublishForm(formdata=None),
        approve=forms.get("approve") or Form(formdata=None),
        withdraw=forms.get("withdraw") or WithdrawForm(formdata=None),
        **_duties(row),
        **_notice(row),
    )


def _read(row: Run) -> tuple[Sheet | None, str]:
    """Compute the figures, or say in words why there are none."""
    if row.state is RunState.WITHDRAWN and row.snapshot_hash is None:
        return None, _("It was withdrawn as a draft, so no figures were kept.")
    try:
        return sheet_of(row), ""
    except DomainError as error:
        return None, words_for(error)


def _duties(row: Run) -> dict[str, Any]:
    """Say what the reader may do with a run, so that no page offers what would be refused."""
    part = current_user.by in (row.prepared_by_id, row.published_by_id)
    hangs = row.notice_until is not None and clock.now() < row.notice_until
    writes = current_user.role in ("clerk", "manager")
    return {
        "hangs": row.state is RunState.PUBLISHED and hangs,
        "can_publish": writes and row.state is RunState.DRAFT,
        "can_withdraw": writes and row.state in (RunState.DRAFT, RunState.PUBLISHED),
        "waits_for_approval": row.state is RunState.PUBLISHED and not hangs,
        "can_approve": current_user.role == "manager" and row.state is RunState.PUBLISHED and not hangs and not part,
        "had_part": part,
        "fixed": row.state in FIXED,
    }


def _notice(row: Run) -> dict[str, Any]:
    """Return the printed address of a notice that hangs, and its picture."""
    if row.state is not RunState.PUBLISHED or row.notice_until is None or clock.now() >= row.notice_until:
        return {"notice_url": "", "notice_qr": ""}
    url = printed_url("public.notice", token=row.notice_token)
    return {"notice_url": url, "notice_qr": qr(url)}
