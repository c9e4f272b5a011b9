"""Named reads of suppliers and bills."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.costs.models import Bill, Supplier
from marketplace.costs.states import BillState
from marketplace.extensions import db
from marketplace.produce import Season


def list_suppliers(cooperative_id: int) -> Sequence[Supplier]:
    """List a cooperative's suppliers by name."""
    return db.session.scalars(
        select(Supplier).where(Supplier.cooperative_id == cooperative_id).order_by(Supplier.name)
    ).all()


def select_bills(cooperative_id: int, *, state: BillState | None = None, season_id: int | None = None) -> Select[Bill]:
    """Return a select of a cooperative's bills, newest first, with supplier, pool and who entered them."""
    query = (
        select(Bill)
        .where(Bill.cooperative_id == cooperative_id)
        .options(
            joinedload(Bill.supplier), joinedload(Bill.season).joinedload(Season.product), joinedload(Bill.entered_by)
        )
        .order_by(Bill.id.desc())
    )
    if state is not None:
        query = query.where(Bill.state == state)
    return query.where(Bill.season_id == season_id) if season_id is not None else query
