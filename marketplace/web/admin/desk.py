"""The administrator's desk: what failed, and who was admitted. Never members, never bank accounts."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from marketplace import queue
from marketplace.cooperatives import Cooperative, Staff
from marketplace.extensions import atomic, db
from marketplace.payments import EventState, ProcessorEvent
from marketplace.queue import Job, JobState
from marketplace.web.admin import bp
from marketplace.web.forms import Form
from marketplace.web.paging import page_of
from marketplace.web.policy import allow


@bp.get("/")
@allow("administrator")
def today() -> str:
    """Show what needs a hand."""
    dead_jobs = queue.count_by_state()[JobState.DEAD]
    dead_events = db.session.scalar(
        select(func.count(ProcessorEvent.id)).where(ProcessorEvent.state == EventState.DEAD)
    )
    cooperatives = db.session.scalar(select(func.count(Cooperative.id)))
    return render_template(
        "admin/today.html", dead_jobs=dead_jobs, dead_events=dead_events or 0, cooperatives=cooperatives or 0
    )


@bp.get("/cooperatives")
@allow("administrator")
def cooperatives() -> str:
    """List the cooperatives that were admitted."""
    staff = dict(
        db.session.execute(
            select(Staff.cooperative_id, func.count(Staff.id))
            .where(Staff.ended_on.is_(None))
            .group_by(Staff.cooperative_id)
        ).all()
    )
    page = page_of(select(Cooperative).order_by(Cooperative.id))
    return render_template("admin/cooperatives.html", page=page, staff=staff)


@bp.get("/jobs")
@allow("administrator")
def jobs() -> str:
    """List the jobs that were laid aside."""
    page = page_of(select(Job).where(Job.state == JobState.DEAD).order_by(Job.id.desc()))
    return render_template("admin/jobs.html", page=page, counts=queue.count_by_state(), form=Form(formdata=None))


@bp.post("/jobs/<int:job_id>/again")
@allow("administrator")
def run_again(job_id: int) -> ResponseReturnValue:
    """Make a job that was laid aside due again."""
    form = Form()
    if form.validate_on_submit() and job_id < 2**62:
        with atomic():
            revived = queue.revive(job_id)
        if revived:
            flash(_("It runs again within a minute."), "success")
        else:
            flash(_("It is not laid aside any more."), "info")
    return redirect(url_for(".jobs"), 303)
