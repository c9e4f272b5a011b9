"""The page behind a box's code: what is in it, how it came, and what happened to the money (`domain.md` 10).

It names village and group, never a household or its number, and links to no notice.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import abort, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import fulfilment, reporting
from marketplace.fulfilment import Origin, Shipment
from marketplace.web.locale import day, is_chinese
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.strips import ShownStrip, shown

Step = tuple[str, str, str]
LONGEST = 40


@bp.get("/box/<code>")
@allow("anyone")
def box(code: str) -> ResponseReturnValue:
    """Show a box; an unknown code is not found."""
    wanted = code.strip().upper()
    shipment = fulfilment.find_box(wanted) if wanted.isalnum() and len(wanted) <= LONGEST else None
    if shipment is None:
        abort(404)
    origins = fulfilment.origins(shipment.order_id)
    strip = shown(reporting.strip_of_order(shipment.order))
    page = render_template(
        "public/box.html",
        shipment=shipment,
        order=shipment.order,
        origins=[(origin, joined(origin.groups)) for origin in origins],
        strip=strip,
        steps=_steps(shipment, origins, strip),
    )
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def joined(texts: Sequence[str]) -> str:
    """Return names in a row, as the page's language sets them apart."""
    return ("、" if is_chinese() else ", ").join(texts)


def _steps(shipment: Shipment, origins: Sequence[Origin], strip: ShownStrip | None) -> list[Step]:
    """Return how far goods and money have come: what is done, the step of now, and what is to come."""
    zone = shipment.order.cooperative.zone
    done: list[tuple[str, str]] = []
    if origins:
        groups = sorted({group for origin in origins for group in origin.groups})
        first = min(origin.taken_in_on for origin in origins)
        done.append((_("Weighed in, %(day)s", day=day(first)), joined(groups)))
    lots = joined(sorted({origin.lot_code for origin in origins}))
    done.append((_("Packed, %(day)s", day=day(shipment.packed_at, zone)), _("from lot %(lots)s", lots=lots)))
    if shipment.shipped_at:
        done.append((_("Shipped, %(day)s", day=day(shipment.shipped_at, zone)), shipment.carrier))
    open_ = [
        (_("On its way"), ""),
        (_("Shared out"), _("when the cooperative's next run is checked")),
        (_("In the households' bank accounts"), ""),
    ]
    if shipment.accepted_at is not None:
        done.append((_("Accepted, %(day)s", day=day(shipment.accepted_at, zone)), ""))
        open_ = open_[1:]
        if strip is not None and strip.is_settled:
            shared, arrived = _money_steps(shipment, shipment.accepted_at)
            done.append(shared)
            (arrival, _detail) = open_[-1]
            done += [(arrival, "")] if arrived else []
            open_ = [] if arrived else [(arrival, _("not all of them have it yet"))]
    return [
        *((words, detail, "done") for words, detail in done),
        *((words, detail, "" if at else "now") for at, (words, detail) in enumerate(open_)),
    ]


def _money_steps(shipment: Shipment, accepted_at: datetime) -> tuple[tuple[str, str], bool]:
    """Return the step of sharing out, and whether all of it has arrived at the households' banks."""
    runs = reporting.runs_that_shared(shipment.order, accepted_at)
    paid = reporting.paid_out([run.id for run in runs])
    arrived = all(run.id in paid and paid[run.id].settled_minor == run.paid_minor for run in runs if run.paid_minor)
    days = [day(run.checked_at, shipment.order.cooperative.zone) for run in runs if run.checked_at]
    words = _("Shared out, %(day)s", day=joined(days)) if days else _("Shared out")
    return (words, _("posted in the village, recomputed and checked by the coordinator")), arrived and bool(days)
