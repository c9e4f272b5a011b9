"""Following a payout back to the scale."""

from flask import abort, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from marketplace import access, audit
from marketplace import payouts as room
from marketplace.cooperatives import Member
from marketplace.extensions import db
from marketplace.payouts import Payout, PayoutState
from marketplace.web.coordinator import bp
from marketplace.web.paging import page_of
from marketplace.web.policy import allow

STATES = (PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED)


@bp.get("/payouts")
@allow("coordinator")
def payouts() -> str:
    """List the payouts of the cooperatives followed, newest first."""
    state = request.args.get("state", "")
    query = room.select_payouts().where(access.visible(current_user, Payout), Payout.state.in_(STATES))
    if state in {shown.value for shown in STATES}:
        query = query.where(Payout.state == PayoutState(state))
    return render_template("coordinator/payouts.html", page=page_of(query), state=state, states=STATES)


@bp.get("/payouts/<int:payout_id>")
@allow("coordinator")
def payout(payout_id: int) -> str:
    """Show all that stands behind a payout: weighings, sales, payments, ledger."""
    number = request.args.get("page", 1, type=int)
    if not 0 < number < 10**6:
        abort(404)
    row = access.get(current_user, Payout, id=payout_id)
    trace = audit.trace(row, offset=(number - 1) * audit.PAGE)
    last = max(1, -(-trace.sales_total // audit.PAGE))
    if number > last:
        abort(404)
    before, after = _neighbours(row)
    return render_template(
        "coordinator/payout.html",
        payout=row,
        trace=trace,
        run=row.batch.run,
        number=number,
        last=last,
        before=before,
        after=after,
        line=next(line for line in trace.settlement.lines if line.token == trace.allocation.token),
        here=url_for(".payout", payout_id=row.id),
    )


def _neighbours(row: Payout) -> tuple[Payout | None, Payout | None]:
    """Find the payouts of the member before and the member after, in the same batch."""
    rest = select(Payout).join(Payout.member).where(Payout.batch_id == row.batch_id)
    before = rest.where(Member.number < row.member.number).order_by(Member.number.desc()).limit(1)
    after = rest.where(Member.number > row.member.number).order_by(Member.number).limit(1)
    return db.session.scalars(before).first(), db.session.scalars(after).first()
