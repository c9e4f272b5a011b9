"""The first page of a coordinator, the cooperatives followed, and the trail."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from marketplace import access, audit, distribution, reporting, trail
from marketplace.cooperatives import Cooperative
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.web.coordinator import bp
from marketplace.web.deeds import deeds_of
from marketplace.web.locale import day, money, of
from marketplace.web.paging import SIZE
from marketplace.web.policy import allow


@bp.get("/")
@allow("coordinator")
def today() -> str:
    """Show what waits, the checks first."""
    ids = reporting.followed_ids(current_user.by)
    desk = reporting.desk_of(ids)
    same = {run.id: audit.recompute(run).is_same for run in desk.to_check}
    items = [_to_check(run, same[run.id]) for run in desk.to_check]
    items += [_unpaid(run) for run in desk.unpaid]
    if desk.returned:
        items.append(_returned(desk))
    items += [_published(run) for run in desk.published]
    return render_template(
        "coordinator/today.html",
        desk=desk,
        items=items,
        same=sum(same.values()),
        to_check_minor=sum(run.paid_minor for run in desk.to_check),
        cooperatives=len(ids),
    )


def _title(run: Run) -> str:
    return f"{of(run.cooperative, 'name')} · {of(run.season.product, 'name')} {run.season.name}"


def _to_check(run: Run, same: bool) -> dict[str, Any]:
    agrees = (_("recomputed, same hash"), "go", "check2-circle")
    differs = (_("recomputed, it differs"), "stop", "exclamation-triangle")
    return {
        "figure": 1,
        "amount": money(run.paid_minor, run.currency),
        "title": _title(run),
        "why": _("Run %(n)s waits for your check. Nothing is posted or paid before it.", n=run.number),
        "chip": agrees if same else differs,
        "href": url_for(".run", run_id=run.id),
        "act": _("Check the run"),
    }


def _unpaid(run: Run) -> dict[str, Any]:
    return {
        "figure": 1,
        "amount": money(run.paid_minor, run.currency),
        "title": _title(run),
        "why": _("Checked on %(day)s and not yet sent to the bank.", day=day(run.checked_at or run.prepared_at)),
        "chip": (_("late"), "wait", "hourglass-split"),
        "href": url_for(".run", run_id=run.id),
        "act": _("Look at the run"),
    }


def _returned(desk: reporting.Desk) -> dict[str, Any]:
    return {
        "figure": desk.returned,
        "title": ngettext("%(num)s payout came back", "%(num)s payouts came back", desk.returned),
        "why": _("The bank returned it; it is owed again."),
        "chip": (_("owed again"), "wait", "arrow-return-left"),
        "href": url_for(".payouts", state="returned"),
        "act": _("See the payouts"),
    }


def _published(run: Run) -> dict[str, Any]:
    until = day(run.notice_until or run.prepared_at, run.cooperative.zone)
    return {
        "figure": 1,
        "amount": money(run.paid_minor, run.currency),
        "title": _title(run),
        "why": _("Run %(n)s hangs out until %(day)s; it comes to you when it is approved.", n=run.number, day=until),
        "chip": (_("published"), "info", "megaphone"),
        "href": url_for(".run", run_id=run.id),
        "act": _("Read along"),
    }


@bp.get("/cooperatives")
@allow("coordinator")
def cooperatives() -> str:
    """List the cooperatives followed, with what the ledger says of each."""
    rows = reporting.list_followed(reporting.followed_ids(current_user.by))
    return render_template("coordinator/cooperatives.html", rows=rows)


@bp.get("/cooperatives/<slug>")
@allow("coordinator")
def cooperative(slug: str) -> str:
    """Show one cooperative: its figures, its runs and what was done in it last."""
    row = access.get(current_user, Cooperative, slug=slug)
    (followed,) = reporting.list_followed([row.id])
    runs = db.session.scalars(distribution.select_runs(row.id).where(Run.state != RunState.DRAFT).limit(SIZE)).all()
    deeds = deeds_of(trail.list_in([row.id], limit=10))
    return render_template("coordinator/cooperative.html", followed=followed, runs=runs, deeds=deeds)


@bp.get("/trail", endpoint="trail")
@allow("coordinator")
def trail_() -> str:
    """Show what was done in the cooperatives followed, newest first, a stretch at a time."""
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < 2**62:
        abort(404)
    entries = trail.list_in(reporting.followed_ids(current_user.by), limit=SIZE + 1, before_id=before)
    older = entries[SIZE - 1].id if len(entries) > SIZE else None
    return render_template("coordinator/trail.html", deeds=deeds_of(entries[:SIZE]), older=older, before=before)
