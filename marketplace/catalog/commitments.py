"""The one door through which stock is locked: promised to a holder, made firm, shipped or freed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_

from marketplace.catalog import stock
from marketplace.catalog.errors import NotEnough, NotFirm
from marketplace.catalog.models import Commitment, CommitmentState, Priority, Stock
from marketplace.core import clock
from marketplace.extensions import db

LIVE = (CommitmentState.HELD, CommitmentState.FIRM)


def reserve(
    holder: str, wants: Mapping[stock.Key, int], *, priority: Priority = Priority.SHOP, until: datetime
) -> list[Commitment]:
    """Promise grams of (season, grade) to a holder such as `order:9`, until an instant.

    Raises NotEnough (left_g=, season_id=, grade_id=) before anything is changed, ValueError for nothing or less.
    """
    if not wants or any(grams <= 0 for grams in wants.values()):
        raise ValueError("nothing to reserve")
    found = {
        (row.season_id, row.grade_id): row
        for row in db.session.scalars(
            select(Stock)
            .where(tuple_(Stock.season_id, Stock.grade_id).in_(list(wants)))
            .order_by(Stock.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for key, grams in wants.items():
        left = found[key].available_g if key in found else 0
        if grams > left:
            raise NotEnough(left_g=left, season_id=key[0], grade_id=key[1])
    made = []
    for key, row in sorted(found.items(), key=lambda pair: pair[1].id):
        if not stock.change(row.id, {"committed_g": wants[key]}, at_least_g=wants[key]):
            raise NotEnough(left_g=0, season_id=key[0], grade_id=key[1])
        made.append(
            Commitment(
                stock_id=row.id,
                holder=holder,
                priority=priority,
                grams=wants[key],
                state=CommitmentState.HELD,
                held_until=until,
                created_at=clock.now(),
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made


def make_firm(holder: str) -> bool:
    """Keep a holder's goods for good; say whether they still are the holder's. Doing it twice changes nothing."""
    commitments = _locked(holder)
    if not commitments or any(row.state is CommitmentState.FREED for row in commitments):
        return False
    for row in commitments:
        if row.state is CommitmentState.HELD:
            row.state, row.held_until = CommitmentState.FIRM, None
    db.session.flush()
    return True


def free(holder: str) -> bool:
    """Give a holder's goods back to the store, exactly once; say whether it was now. Shipped goods stay shipped."""
    live = [row for row in _locked(holder) if row.state in LIVE]
    for row in live:
        row.state, row.held_until = CommitmentState.FREED, None
    db.session.flush()
    for row in live:
        stock.change(row.stock_id, {"committed_g": -row.grams}, at_least_g=0)
    return bool(live)


def ship(holder: str) -> None:
    """Let a holder's goods leave the store. Doing it twice changes nothing; raises NotFirm."""
    commitments = _locked(holder)
    if not commitments or any(row.state not in (CommitmentState.FIRM, CommitmentState.SHIPPED) for row in commitments):
        raise NotFirm(holder=holder)
    leaving = [row for row in commitments if row.state is CommitmentState.FIRM]
    for row in leaving:
        row.state = CommitmentState.SHIPPED
    db.session.flush()
    for row in leaving:
        stock.change(row.stock_id, {"committed_g": -row.grams, "shipped_g": row.grams}, at_least_g=0)


def expired_holders(limit: int) -> list[str]:
    """List holders whose time is over and whose goods are still held, longest first."""
    rows = db.session.scalars(
        select(Commitment.holder)
        .where(Commitment.state == CommitmentState.HELD, Commitment.held_until <= clock.now())
        .group_by(Commitment.holder)
        .order_by(func.min(Commitment.held_until), Commitment.holder)
        .limit(limit)
    )
    return list(rows)


def _locked(holder: str) -> Sequence[Commitment]:
    """Load a holder's commitments in the order of their stocks, and hold them until the transaction ends."""
    return db.session.scalars(
        select(Commitment)
        .where(Commitment.holder == holder)
        .order_by(Commitment.stock_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
