"""The cooperatives, as everybody may know them: no member is named."""

from flask import abort, render_template
from sqlalchemy import select

from marketplace import catalog, cooperatives, reporting
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.web.paging import page_of
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.public.shop import cards_of


@bp.get("/cooperatives", endpoint="cooperatives")
@allow("anyone")
def list_all() -> str:
    """List the cooperatives."""
    page = page_of(select(Cooperative).where(Cooperative.suspended_at.is_(None)).order_by(Cooperative.id))
    return render_template("public/cooperatives.html", page=page)


@bp.get("/cooperatives/<slug>")
@allow("anyone")
def cooperative(slug: str) -> str:
    """Show one: its story, its figures, what it sells."""
    row = cooperatives.find_cooperative(slug) if slug.isprintable() else None
    if row is None or row.suspended_at is not None:
        abort(404)
    page = page_of(catalog.browse(on=clock.today(row.zone), cooperative_id=row.id))
    return render_template(
        "public/cooperative.html",
        row=row,
        page=page,
        cards=cards_of(page.items),
        figures=reporting.season_figures(row.id),
    )
