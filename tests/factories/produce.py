"""Products, grades and seasons, made through the front door."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from marketplace import produce
from marketplace.cooperatives import Cooperative, StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic
from marketplace.identity import User
from marketplace.produce import Category, Grade, GradeInput, Product, ReturnClass, Season
from tests.factories.cooperatives import make_cooperative, make_staff

GRADES = (
    GradeInput(
        name="特级",
        name_en="Special grade",
        description="80 毫米以上",
        description_en="80 mm and up",
        differential=1300,
    ),
    GradeInput(
        name="一级", name_en="First grade", description="70–80 毫米", description_en="70–80 mm", differential=1000
    ),
    GradeInput(name="二级", name_en="Second grade", description="果汁用", description_en="for juice", differential=600),
    GradeInput(name="次果", name_en="Rejects", differential=0, is_reject=True),
)
SPECIAL, FIRST, SECOND, REJECT = range(4)  # places in `product.grades`
_numbers = count(1)


def make_product(
    cooperative: Cooperative | None = None, *, by: User | None = None, grades: Any = GRADES, **facts: Any
) -> Product:
    """Add a product with the grades special 1300, first 1000, second 600 and rejects."""
    home = cooperative or make_cooperative()
    who = by or make_staff(home, StaffRole.MANAGER)
    values = {
        "category": Category.APPLE,
        "name": "苹果",
        "name_en": "Apples",
        "variety": "富士",
        "variety_en": "Fuji",
        "return_class": ReturnClass.FRESH,
        "usual_load_g": 100_000,
    } | facts
    with atomic():
        return produce.add_product(home, token=f"product {next(_numbers)}", by=who.id, grades=grades, **values)


def make_season(
    product: Product | None = None,
    *,
    by: User | None = None,
    name: str | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    store_until_on: date | None = None,
) -> Season:
    """Open a season that is harvested now, of a product with four grades unless one is given."""
    grown = product or make_product()
    who = by or make_staff(grown.cooperative, StaffRole.MANAGER)
    today = clock.today(grown.cooperative.zone)
    first, last = starts_on or today - timedelta(days=60), ends_on or today + timedelta(days=60)
    with atomic():
        return produce.add_season(
            grown,
            name=name or f"{first.year} / {next(_numbers)}",
            starts_on=first,
            ends_on=last,
            store_until_on=store_until_on or last + timedelta(days=120),
            by=who.id,
        )


def grade_of(season: Season, place: int = FIRST) -> Grade:
    """Return a grade of a season's product: SPECIAL, FIRST, SECOND or REJECT."""
    return season.product.grades[place]
