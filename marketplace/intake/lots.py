"""Lots: filled by weighings, emptied first in, first out."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.core.errors import FieldError
from marketplace.extensions import db
from marketplace.intake.errors import LotsShort
from marketplace.intake.models import Lot, Weighing
from marketplace.intake.queries import is_effective


def lot_of_day(weighing: Weighing, code: str) -> Lot:
    """Find or make the lot of a weighing's season, grade and day; call under the station's lock."""
    key = {"season_id": weighing.season_id, "grade_id": weighing.grade_id, "taken_in_on": weighing.weighed_on}
    lot = db.session.scalars(select(Lot).filter_by(**key)).one_or_none()
    if lot is None:
        lot = Lot(cooperative_id=weighing.cooperative_id, code=code, accepted_g=0, allocated_g=0, **key)
        db.session.add(lot)
        db.session.flush()
    return lot


def change(grams: Mapping[int, int]) -> None:
    """Add grams to lots, or take them off; raises FieldError `already_promised` when less would stay than has left."""
    for lot in _locked(grams):
        if lot.accepted_g + grams[lot.id] < lot.allocated_g:
            raise FieldError("already_promised", "gross_g", left_g=lot.accepted_g - lot.allocated_g)
        lot.accepted_g += grams[lot.id]
    db.session.flush()


def allocate_lots(season_id: int, grade_id: int, grams: int) -> list[tuple[Lot, int]]:
    """Take grams out of the lots of a season's grade, first in, first out; return what each gave.

    For several grades call it in the order of (season, grade). Raises LotsShort (left_g=) before anything is changed.
    """
    open_lots = db.session.scalars(
        select(Lot)
        .where(Lot.season_id == season_id, Lot.grade_id == grade_id, Lot.accepted_g > Lot.allocated_g)
        .order_by(Lot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    left = sum(lot.accepted_g - lot.allocated_g for lot in open_lots)
    if grams > left:
        raise LotsShort(left_g=left, season_id=season_id, grade_id=grade_id)
    taken: list[tuple[Lot, int]] = []
    for lot in sorted(open_lots, key=lambda lot: (lot.taken_in_on, lot.id)):
        part = min(grams, lot.accepted_g - lot.allocated_g)
        if part > 0:
            lot.allocated_g += part
            grams -= part
            taken.append((lot, part))
    db.session.flush()
    return taken


def free_lots(allocations: Iterable[tuple[Lot, int]]) -> None:
    """Put back what `allocate_lots` took."""
    grams: dict[int, int] = {}
    for lot, part in allocations:
        grams[lot.id] = grams.get(lot.id, 0) + part
    for lot in _locked(grams):
        lot.allocated_g -= grams[lot.id]
    db.session.flush()


def weighings_of_lots(lot_ids: Iterable[int]) -> Sequence[Weighing]:
    """List the weighings that fill some lots and stand uncorrected, with their members, by lot and receipt."""
    return db.session.scalars(
        select(Weighing)
        .where(Weighing.lot_id.in_(list(lot_ids)), Weighing.accepted_g > 0, is_effective())
        .options(joinedload(Weighing.member))
        .order_by(Weighing.lot_id, Weighing.number)
    ).all()


def _locked(grams: Mapping[int, int]) -> Sequence[Lot]:
    return db.session.scalars(
        select(Lot)
        .where(Lot.id.in_(grams))
        .order_by(Lot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
