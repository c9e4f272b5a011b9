"""Weighings, made through the front door: `catalog.take_in`, so that stock follows."""

from datetime import datetime
from itertools import count

from marketplace import catalog
from marketplace.cooperatives import Member
from marketplace.extensions import atomic
from marketplace.identity import User
from marketplace.intake import Weighing, WeightUnit
from marketplace.produce import Grade, Season
from tests.factories.cooperatives import make_member, make_staff
from tests.factories.produce import grade_of, make_season

_numbers = count(1)


def make_weighing(
    member: Member | None = None,
    season: Season | None = None,
    grade: Grade | None = None,
    *,
    net_g: int = 140_000,
    tare_g: int = 6_500,
    cut_g: int = 0,
    unit: WeightUnit = WeightUnit.KG,
    weighed_at: datetime | None = None,
    token: str | None = None,
    by: User | None = None,
) -> Weighing:
    """Weigh in a load of so many grams net; of a reject it is written down and nothing is accepted."""
    where = season or make_season()
    who = member or make_member(where.product.cooperative)
    clerk = by or make_staff(where.product.cooperative)
    with atomic():
        return catalog.take_in(
            who,
            where,
            grade or grade_of(where),
            token=token or f"weighing {next(_numbers)}",
            by=clerk.id,
            gross_g=net_g + tare_g + cut_g,
            tare_g=tare_g,
            cut_g=cut_g,
            unit=unit,
            weighed_at=weighed_at,
        )
