"""A household's own statement, in large type: what it brought, what it gets, and how that was worked out."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace import access, distribution, intake, payouts
from marketplace.core.errors import DomainError
from marketplace.distribution import Allocation, Run, RunState
from marketplace.extensions import atomic, db
from marketplace.intake import Weighing
from marketplace.payouts import Payout, PayoutState
from marketplace.produce import Season
from marketplace.web.forms import Form
from marketplace.web.household import bp
from marketplace.web.messages import words_for
from marketplace.web.paging import page_of
from marketplace.web.policy import allow

SHOWN = (RunState.PUBLISHED, RunState.APPROVED, RunState.CHECKED)


@bp.get("/")
@allow("household")
def statement() -> str:
    """Show the newest line, and the earlier ones below it."""
    lines = db.session.scalars(
        access.select_visible(current_user, Allocation)
        .join(Allocation.run)
        .where(Run.state.in_(SHOWN))
        .options(
            joinedload(Allocation.member),
            joinedload(Allocation.run).joinedload(Run.season).joinedload(Season.product),
            joinedload(Allocation.run).joinedload(Run.cooperative),
        )
        .order_by(Allocation.id.desc())
    ).all()
    sent = _payouts_of(lines)
    newest = lines[0] if lines else None
    return render_template(
        "household/statement.html",
        newest=newest,
        earlier=lines[1:],
        sent=sent,
        brought=_brought(newest) if newest else [],
        form=Form(),
    )


@bp.post("/payouts/<int:payout_id>/came")
@allow("household")
def confirm(payout_id: int) -> ResponseReturnValue:
    """Say that the money came."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                payout = access.get(current_user, Payout, lock=True, id=payout_id)
                payouts.confirm(payout, member_id=current_user.member_id)
        except DomainError as error:
            if error.code == "not_found":
                raise
            flash(words_for(error), "warning")
        else:
            flash(_("Noted: the money came. Thank you for saying so."), "success")
    return redirect(url_for(".statement"), 303)


@bp.get("/weighings")
@allow("household")
def weighings() -> str:
    """List the household's own weighings, newest first."""
    query = (
        access.select_visible(current_user, Weighing)
        .where(intake.is_effective())
        .options(joinedload(Weighing.grade), joinedload(Weighing.season).joinedload(Season.product))
        .order_by(Weighing.id.desc())
    )
    return render_template("household/weighings.html", page=page_of(query))


def _payouts_of(lines: Sequence[Allocation]) -> dict[int, Payout]:
    rows = db.session.scalars(
        select(Payout)
        .where(
            Payout.allocation_id.in_([line.id for line in lines]),
            Payout.state.in_((PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED)),
        )
        .order_by(Payout.id)
    )
    return {row.allocation_id: row for row in rows}


def _brought(line: Allocation) -> list[tuple[str, str | None, int]]:
    """Return (grade, English, grams) of what the household brought, as the run's snapshot has it."""
    inputs, _settlement = distribution.read_snapshot(distribution.snapshot_of(line.run) or "")
    grades = {grade.rank: grade for grade in line.run.season.product.grades}
    return [
        (grades[row.grade_rank].name, grades[row.grade_rank].name_en, row.accepted_g)
        for row in inputs.brought
        if row.token == line.token and row.grade_rank in grades
    ]
