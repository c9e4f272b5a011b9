"""What delivery costs, and what the platform takes; both are dated and never rewritten."""

from datetime import date

from sqlalchemy import exists, select

from marketplace import trail
from marketplace.catalog import rules
from marketplace.catalog.errors import NoTariff
from marketplace.catalog.models import DeliveryTariff, FeeRate
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import db

SHANGHAI = "Asia/Shanghai"  # the platform's own days
MOST_BP = 3000


def find_tariff(cooperative_id: int, on: date) -> DeliveryTariff | None:
    """Find what a cooperative's delivery costs on a day."""
    return db.session.scalars(
        select(DeliveryTariff)
        .where(DeliveryTariff.cooperative_id == cooperative_id, DeliveryTariff.from_on <= on)
        .order_by(DeliveryTariff.from_on.desc())
        .limit(1)
    ).first()


def has_tariff(cooperative_id: int) -> bool:
    """Say whether a cooperative ever said what its delivery costs."""
    return bool(db.session.scalar(select(exists().where(DeliveryTariff.cooperative_id == cooperative_id))))


def delivery_fee(cooperative_id: int, grams: int, on: date) -> int:
    """Return what a cooperative takes for delivering so many grams on a day, in minor units; raises NoTariff."""
    tariff = find_tariff(cooperative_id, on)
    if tariff is None:
        raise NoTariff(cooperative_id=cooperative_id)
    return rules.delivery_fee(grams, tariff.first_g, tariff.first_minor, tariff.step_g, tariff.step_minor)


def set_tariff(
    cooperative: Cooperative,
    *,
    from_on: date,
    first_g: int,
    first_minor: int,
    step_g: int,
    step_minor: int,
    by: int,
) -> DeliveryTariff:
    """Say what delivery costs from a day on: a first weight, then each step begun.

    Only the first tariff may begin in the past. Raises FieldError `not_positive`, `below_zero`, `in_the_past`.
    """
    for field, value, least, code in (
        ("first_g", first_g, 1, "not_positive"),
        ("step_g", step_g, 1, "not_positive"),
        ("first_minor", first_minor, 0, "below_zero"),
        ("step_minor", step_minor, 0, "below_zero"),
    ):
        if value < least:
            raise FieldError(code, field)
    db.session.refresh(cooperative, with_for_update={"key_share": True})
    if from_on < clock.today(cooperative.zone) and has_tariff(cooperative.id):
        raise FieldError("in_the_past", "from_on")
    key = {"cooperative_id": cooperative.id, "from_on": from_on}
    tariff = db.session.scalars(select(DeliveryTariff).filter_by(**key)).one_or_none()
    if tariff is None:
        tariff = DeliveryTariff(**key)
        db.session.add(tariff)
    tariff.first_g, tariff.first_minor, tariff.step_g, tariff.step_minor = first_g, first_minor, step_g, step_minor
    db.session.flush()
    after = {"from_on": from_on.isoformat(), "first_g": first_g, "first_minor": first_minor}
    trail.record(
        "tariff.set",
        f"tariff:{tariff.id}",
        by=by,
        cooperative_id=cooperative.id,
        after={**after, "step_g": step_g, "step_minor": step_minor},
    )
    return tariff


def fee_rate(on: date) -> int:
    """Return the platform's fee on a day in basis points of the goods' price; nothing until a rate is set."""
    rate = db.session.scalar(
        select(FeeRate.rate_bp).where(FeeRate.from_on <= on).order_by(FeeRate.from_on.desc()).limit(1)
    )
    return rate or 0


def set_fee_rate(from_on: date, rate_bp: int, *, by: int | None) -> FeeRate:
    """Set the platform's fee from a day on; only the first rate may begin in the past.

    Raises FieldError `not_a_rate`, `in_the_past`.
    """
    if not 0 <= rate_bp <= MOST_BP:
        raise FieldError("not_a_rate", "rate_bp")
    if from_on < clock.today(SHANGHAI) and db.session.scalar(select(exists().where(FeeRate.id.is_not(None)))):
        raise FieldError("in_the_past", "from_on")
    rate = db.session.scalars(select(FeeRate).where(FeeRate.from_on == from_on)).one_or_none()
    if rate is None:
        rate = FeeRate(from_on=from_on)
        db.session.add(rate)
    rate.rate_bp = rate_bp
    db.session.flush()
    trail.record("fee_rate.set", f"fee_rate:{rate.id}", by=by, after={"from_on": from_on.isoformat(), "bp": rate_bp})
    return rate
