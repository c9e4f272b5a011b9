"""What the season has brought so far, for everybody to read."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from marketplace import intake
from marketplace.cooperatives import Member
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.intake import Weighing
from marketplace.payouts import Payout, PayoutBatch, PayoutState

CURRENCY = "CNY"  # of the sum over all cooperatives; yuan and other money do not add up


@dataclass(frozen=True)
class SeasonFigures:
    """Figures of one cooperative or of all; the amount is in the cooperative's own currency, of all in CNY only."""

    paid_minor: int  # arrived at households' bank accounts
    households: int  # to which something arrived
    accepted_g: int
    weighings: int
    runs_checked: int
    members: int


def season_figures(cooperative_id: int | None = None) -> SeasonFigures:
    """Add up payouts that arrived, goods that were accepted and runs that were checked, in four queries."""

    def of(column: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
        return [] if cooperative_id is None else [column == cooperative_id]

    paid, households = db.session.execute(
        select(func.coalesce(func.sum(Payout.amount_minor), 0), func.count(func.distinct(Payout.member_id)))
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .where(
            Payout.state == PayoutState.SETTLED,
            PayoutBatch.currency == CURRENCY
            if cooperative_id is None
            else PayoutBatch.cooperative_id == cooperative_id,
        )
    ).one()
    accepted, weighings = db.session.execute(
        select(func.coalesce(func.sum(Weighing.accepted_g), 0), func.count(Weighing.id)).where(
            intake.is_effective(), *of(Weighing.cooperative_id)
        )
    ).one()
    runs = db.session.scalar(select(func.count(Run.id)).where(Run.state == RunState.CHECKED, *of(Run.cooperative_id)))
    members = db.session.scalar(
        select(func.count(Member.id)).where(Member.left_on.is_(None), *of(Member.cooperative_id))
    )
    return SeasonFigures(int(paid), households, int(accepted), weighings, runs or 0, members or 0)
