"""The cooperatives, as everybody may know them: no member is named."""

from flask import abort, render_template
from sqlalchemy import select

from marketplace import catalog, reporting
from marketplace.cooperatives import Cooperative, find_cooperative
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.public.shop import cards_of


@bp.get("/cooperatives")
@allow("anyone")
def cooperatives() -> str:
    """List the cooperatives."""
    rows = db.session.scalars(
        select(Cooperative).where(Cooperative.suspended_at.is_(None)).order_by(Cooperative.id)
    ).all()
    return render_template("public/cooperatives.html", rows=rows)


@bp.get("/cooperatives/<slug>")
@allow("anyone")
def cooperative(slug: str) -> str:
    """Show one: its story, its figures, what it sells."""
    row = find_cooperative(slug)
    if row is None or row.suspended_at is not None:
        abort(404)
    listings = db.session.scalars(catalog.browse(on=clock.today(row.zone), cooperative_id=row.id)).unique().all()
    return render_template(
        "public/cooperative.html", row=row, cards=cards_of(listings), figures=reporting.season_figures(row.id)
    )
