"""The page behind a box's code: what is in it, how it came, and what happened to the money (`domain.md` 10).

It names village and group, never a household or its number, and links to no notice.
"""

from flask import abort, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace import fulfilment, reporting
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.fulfilment import Origin, Shipment
from marketplace.web.locale import day
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.strips import ShownStrip, shown

Step = tuple[str, str, str]


@bp.get("/box/<code>")
@allow("anyone")
def box(code: str) -> ResponseReturnValue:
    """Show a box; an unknown code is not found."""
    shipment = fulfilment.find_box(code.strip().upper())
    if shipment is None:
        abort(404)
    origins = fulfilment.origins(shipment.order_id)
    strip = shown(reporting.strip_of_order(shipment.order))
    page = render_template(
        "public/box.html",
        shipment=shipment,
        order=shipment.order,
        origins=origins,
        strip=strip,
        steps=_steps(shipment, origins, strip),
    )
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _steps(shipment: Shipment, origins: list[Origin], strip: ShownStrip | None) -> list[Step]:
    zone = shipment.order.cooperative.zone
    steps: list[Step] = []
    if origins:
        first = min(origin.taken_in_on for origin in origins)
        steps.append((_("Weighed in, %(day)s", day=day(first)), _groups(origins), "done"))
    lots = ", ".join(sorted({origin.lot_code for origin in origins}))
    steps.append((_("Packed, %(day)s", day=day(shipment.packed_at, zone)), _("from lot %(lots)s", lots=lots), "done"))
    if shipment.shipped_at:
        steps.append((_("Shipped, %(day)s", day=day(shipment.shipped_at, zone)), shipment.carrier, "done"))
    if shipment.accepted_at is None:
        return [*steps, (_("On its way"), "", "now"), (_("Accepted"), "", ""), (_("Shared out"), "", "")]
    steps.append((_("Accepted, %(day)s", day=day(shipment.accepted_at, zone)), "", "done"))
    if strip is None or not strip.is_settled:
        return [*steps, (_("Shared out"), _("when the cooperative's next run is checked"), "now")]
    run = db.session.scalars(
        select(Run)
        .where(
            Run.season_id.in_([line.season_id for line in shipment.order.lines]),
            Run.state == RunState.CHECKED,
            Run.published_at >= shipment.accepted_at,
        )
        .order_by(Run.id)
        .limit(1)
    ).first()
    if run is not None and run.checked_at is not None:
        words = _("Shared out, %(day)s", day=day(run.checked_at, zone))
        steps.append((words, _("posted in the village, recomputed and checked by the coordinator"), "done"))
    return steps


def _groups(origins: list[Origin]) -> str:
    return "、".join(sorted({group for origin in origins for group in origin.groups}))
