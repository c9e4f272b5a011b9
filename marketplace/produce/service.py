"""Adding products with their grades, opening and closing seasons, archiving."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import select

from marketplace import trail
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import db, lock
from marketplace.produce.models import Category, Grade, Product, ReturnClass, Season, TaxReason

WHOLE_BP = 10_000


@dataclass(frozen=True, kw_only=True)
class GradeInput:
    """A grade to be; ranks follow the order in which grades are given."""

    name: str
    differential: int  # thousandths; 0 for rejects
    name_en: str | None = None
    description: str = ""
    description_en: str | None = None
    is_reject: bool = False


class ProductFacts(TypedDict):
    """What is said of a product."""

    category: Category
    name: str
    variety: str
    return_class: ReturnClass
    name_en: NotRequired[str | None]
    variety_en: NotRequired[str | None]
    tax_bp: NotRequired[int]
    tax_reason: NotRequired[TaxReason]
    usual_load_g: NotRequired[int]


def add_product(
    cooperative: Cooperative, *, token: str, by: int, grades: Sequence[GradeInput], **facts: Unpack[ProductFacts]
) -> Product:
    """Add a product with its grades, best grade first; the same token gives the first product again.

    A cooperative's sale of its members' own primary produce is exempt unless said otherwise [Caishui 2008/81].
    Raises FieldError `no_grades`, `reject_weighs`, `grade_weighs_nothing`, `not_a_rate`, `tax_on_exempt`,
    `not_positive`.
    """
    first = db.session.scalars(
        select(Product).where(Product.cooperative_id == cooperative.id, Product.form_token == token)
    ).one_or_none()
    if first is not None:
        return first
    values: dict[str, Any] = {"tax_bp": 0, "tax_reason": TaxReason.OWN_PRIMARY_PRODUCE, **facts}
    _check_product(values, grades)
    product = Product(
        cooperative_id=cooperative.id,
        form_token=token,
        grades=[Grade(rank=rank, **asdict(grade)) for rank, grade in enumerate(grades, start=1)],
        **values,
    )
    db.session.add(product)
    db.session.flush()
    trail.record(
        "product.added",
        f"product:{product.id}",
        by=by,
        cooperative_id=cooperative.id,
        after={"tax_bp": product.tax_bp, "differentials": [grade.differential for grade in grades]},
    )
    return product


def _check_product(values: Mapping[str, Any], grades: Sequence[GradeInput]) -> None:
    if all(grade.is_reject for grade in grades):
        raise FieldError("no_grades", "grades")
    for grade in grades:
        if grade.is_reject and grade.differential != 0:
            raise FieldError("reject_weighs", "grades", grade=grade.name)
        if not grade.is_reject and grade.differential <= 0:
            raise FieldError("grade_weighs_nothing", "grades", grade=grade.name)
    if not 0 <= values["tax_bp"] < WHOLE_BP:
        raise FieldError("not_a_rate", "tax_bp")
    if values["tax_reason"] is TaxReason.OWN_PRIMARY_PRODUCE and values["tax_bp"] != 0:
        raise FieldError("tax_on_exempt", "tax_bp")
    if values.get("usual_load_g", 1) <= 0:
        raise FieldError("not_positive", "usual_load_g")


def add_season(
    product: Product, *, name: str, starts_on: date, ends_on: date, store_until_on: date | None, by: int
) -> Season:
    """Open a season of a product, which is a pool; the same season said twice is opened once.

    Raises FieldError `product_archived`, `ends_before_start`, `store_before_harvest`, `season_name_taken`.
    """
    lock(product)
    if product.archived_at is not None:
        raise FieldError("product_archived", "name")
    if ends_on < starts_on:
        raise FieldError("ends_before_start", "ends_on")
    if store_until_on is not None and store_until_on < ends_on:
        raise FieldError("store_before_harvest", "store_until_on")
    first = db.session.scalars(select(Season).where(Season.product_id == product.id, Season.name == name)).one_or_none()
    if first is not None:
        if (first.starts_on, first.ends_on, first.store_until_on) == (starts_on, ends_on, store_until_on):
            return first
        raise FieldError("season_name_taken", "name", name=name)
    season = Season(
        product_id=product.id, name=name, starts_on=starts_on, ends_on=ends_on, store_until_on=store_until_on
    )
    db.session.add(season)
    db.session.flush()
    _record_season("season.opened", season, by)
    return season


def archive_product(product: Product, *, by: int) -> None:
    """Take a product out of use; everything that names it stays as it is. Doing it twice changes nothing."""
    lock(product)
    if product.archived_at is not None:
        return
    product.archived_at = clock.now()
    db.session.flush()
    trail.record("product.archived", f"product:{product.id}", by=by, cooperative_id=product.cooperative_id)


def close_season(season: Season, *, by: int) -> None:
    """End the intake of a season; what is in store goes on being sold. Doing it twice changes nothing."""
    lock(season)
    if season.closed_at is None:
        season.closed_at = clock.now()
        db.session.flush()
        _record_season("season.closed", season, by)


def reopen_season(season: Season, *, by: int) -> None:
    """Let a closed season take in and correct again. Doing it twice changes nothing."""
    lock(season)
    if season.closed_at is not None:
        season.closed_at = None
        db.session.flush()
        _record_season("season.reopened", season, by)


def _record_season(verb: str, season: Season, by: int) -> None:
    after = {"product": season.product_id, "starts_on": season.starts_on.isoformat()}
    trail.record(verb, f"season:{season.id}", by=by, cooperative_id=season.product.cooperative_id, after=after)
